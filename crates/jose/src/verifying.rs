//! A public key ready to verify, and why a key is refused. Tokens and sets of keys live elsewhere.

use std::fmt;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};

use crate::algorithm::Algorithm;
use crate::jwk::{Jwk, Material};
use crate::modulus;

/// A public key parsed once and bound to one algorithm.
pub struct VerifyingKey {
    kid: String,
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

/// Why a key cannot be used for signatures of the house.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The key could not be generated.
    #[error("the key could not be generated")]
    Generation,
    /// The bytes are not a key of the named algorithm, or its numbers contradict each other.
    #[error("the key is not a valid key of its algorithm")]
    Invalid,
    /// An RSA modulus below 2048 bits (RFC 7518 section 3.3).
    #[error("the RSA key has {bits} bits, fewer than 2048")]
    TooSmall {
        /// Length of the modulus in bits, 0 where it could not be told.
        bits: usize,
    },
    /// An RSA key with an unacceptable modulus or exponent, or from a generator known to be flawed.
    #[error("the RSA key is weak")]
    Weak,
    /// `alg` of the key names another algorithm than its type has here.
    #[error("the key is meant for another algorithm")]
    AlgorithmMismatch,
    /// `use` or `key_ops` do not allow verifying signatures.
    #[error("the key is not meant for signatures")]
    NotForSignatures,
}

impl KeyError {
    /// Stable code for answers, logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Generation => "key_generation_failed",
            Self::Invalid => "key_invalid",
            Self::TooSmall { .. } => "key_too_small",
            Self::Weak => "key_weak",
            Self::AlgorithmMismatch => "key_algorithm_mismatch",
            Self::NotForSignatures => "key_not_for_signatures",
        }
    }
}

impl VerifyingKey {
    /// Parses the key. Its type decides the algorithm; `alg`, `use` and `key_ops`, where present, must agree.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        let algorithm = match jwk.material() {
            Material::Rsa { .. } => Algorithm::Rs256,
            Material::EcP256 { .. } => Algorithm::Es256,
        };
        if jwk.alg().is_some_and(|alg| alg != algorithm.as_str()) {
            return Err(KeyError::AlgorithmMismatch);
        }
        let verifies = |operations: &[String]| operations.iter().any(|operation| operation == "verify");
        if jwk.intended_use().is_some_and(|intended| intended != "sig")
            || jwk.key_ops().is_some_and(|operations| !verifies(operations))
        {
            return Err(KeyError::NotForSignatures);
        }
        let key = match jwk.material() {
            Material::Rsa { n, e } => {
                modulus::check(n, e)?;
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            }
            Material::EcP256 { x, y } => ParsedPublicKey::new(
                &ECDSA_P256_SHA256_FIXED,
                [&[4], x.as_slice(), y.as_slice()].concat(),
            ),
        }
        .map_err(|_| KeyError::Invalid)?;
        Ok(Self {
            kid: jwk.kid().map_or_else(|| jwk.thumbprint(), str::to_owned),
            algorithm,
            key,
        })
    }

    /// `kid` of the key, or its thumbprint where the owner gave none.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The only algorithm this key verifies.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature` is this key's signature of `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("VerifyingKey")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
