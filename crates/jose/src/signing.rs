//! Private keys and making compact JWS with them. Nothing here verifies.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde::Serialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::encoding;
use crate::jwk::{Jwk, Material};
use crate::modulus;
use crate::verifying::KeyError;

/// Length of an uncompressed point on P-256: a tag and two coordinates.
const P256_POINT_LEN: usize = 65;

/// A private key parsed once. `Debug` shows nothing private.
pub struct SigningKey {
    kid: String,
    algorithm: Algorithm,
    pair: Pair,
    public: Jwk,
    pkcs8: Zeroizing<Vec<u8>>,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ecdsa(Box<EcdsaKeyPair>),
}

/// A protected header ready to be put in front of a payload; made by one key and usable with that key only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedHeader {
    text: String,
    kid: String,
}

/// Why a token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The claims cannot be written as JSON.
    #[error("the claims cannot be written as JSON")]
    Claims(#[source] serde_json::Error),
    /// The claims are not a JSON object (RFC 7519 section 3).
    #[error("the claims are not a JSON object")]
    ClaimsNotObject,
    /// The header was made by another key.
    #[error("the header belongs to another key")]
    ForeignHeader,
    /// The additional header members contain one that only the key may set, or one that changes how tokens are read.
    #[error("the header member `{0}` cannot be set")]
    ReservedMember(String),
    /// The signature could not be made.
    #[error("the signature could not be made")]
    Signature,
}

impl SignError {
    /// Stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Claims(_) => "claims_unserializable",
            Self::ClaimsNotObject => "claims_not_object",
            Self::ForeignHeader => "header_foreign",
            Self::ReservedMember(_) => "header_member_reserved",
            Self::Signature => "signature_failed",
        }
    }
}

impl SigningKey {
    /// Makes a new key: RSA with 2048 bits and exponent 65537, or P-256.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generation)?;
                Self::from_rsa(pair)
            }
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                    .map_err(|_| KeyError::Generation)?;
                Self::from_ecdsa(pair)
            }
        }
    }

    /// Parses a DER-encoded PKCS#8 private key (RFC 5208) of that algorithm's type.
    pub fn from_pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Rs256 => {
                let pair =
                    RsaKeyPair::from_pkcs8(der).map_err(|rejected| match rejected.to_string().as_str() {
                        "TooSmall" => KeyError::TooSmall { bits: 0 },
                        _ => KeyError::Invalid,
                    })?;
                Self::from_rsa(pair)
            }
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der)
                    .map_err(|_| KeyError::Invalid)?;
                Self::from_ecdsa(pair)
            }
        }
    }

    fn from_rsa(pair: RsaKeyPair) -> Result<Self, KeyError> {
        let n = pair
            .public_key()
            .modulus()
            .big_endian_without_leading_zero()
            .to_vec();
        let e = pair
            .public_key()
            .exponent()
            .big_endian_without_leading_zero()
            .to_vec();
        modulus::check(&n, &e)?;
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| KeyError::Invalid)?;
        let pkcs8 = Zeroizing::new(der.as_ref().to_vec());
        Ok(Self::new(
            Algorithm::Rs256,
            Pair::Rsa(Box::new(pair)),
            Material::Rsa { n, e },
            pkcs8,
        ))
    }

    fn from_ecdsa(pair: EcdsaKeyPair) -> Result<Self, KeyError> {
        let point = pair.public_key().as_ref();
        if point.len() != P256_POINT_LEN {
            return Err(KeyError::Invalid);
        }
        let (x, y) = point[1..].split_at(P256_POINT_LEN / 2);
        let material = Material::EcP256 {
            x: x.to_vec(),
            y: y.to_vec(),
        };
        let der = pair.to_pkcs8v1().map_err(|_| KeyError::Invalid)?;
        let pkcs8 = Zeroizing::new(der.as_ref().to_vec());
        Ok(Self::new(
            Algorithm::Es256,
            Pair::Ecdsa(Box::new(pair)),
            material,
            pkcs8,
        ))
    }

    fn new(algorithm: Algorithm, pair: Pair, material: Material, pkcs8: Zeroizing<Vec<u8>>) -> Self {
        let public = Jwk::new(material).for_signatures(algorithm.as_str());
        Self {
            kid: public.thumbprint(),
            algorithm,
            pair,
            public,
            pkcs8,
        }
    }

    /// The same key by another name, for whoever gave it one; its public part keeps the thumbprint.
    #[must_use]
    pub fn named(mut self, kid: &str) -> Self {
        kid.clone_into(&mut self.kid);
        self
    }

    /// The private key as DER-encoded PKCS#8, to be sealed before it is stored anywhere.
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.pkcs8.clone()
    }

    /// The RFC 7638 thumbprint, which is this house's `kid`, or the name that somebody else gave it.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The only algorithm this key signs with.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key, with `kid`, `alg` and `use`.
    pub const fn public_jwk(&self) -> &Jwk {
        &self.public
    }

    /// The header with `alg`, `kid` and, if given, `typ`. Make it once and keep it.
    pub fn header(&self, typ: Option<&str>) -> EncodedHeader {
        self.encode_header(typ, Map::new())
    }

    /// The header with further members, such as `jku` or a profile's version.
    ///
    /// `alg`, `kid` and `typ` are the key's, `crit` and `b64` change how a token is read: naming one of them is an
    /// error.
    pub fn header_with(
        &self,
        typ: Option<&str>,
        members: Map<String, Value>,
    ) -> Result<EncodedHeader, SignError> {
        if let Some(reserved) = ["alg", "kid", "typ", "crit", "b64"]
            .into_iter()
            .find(|name| members.contains_key(*name))
        {
            return Err(SignError::ReservedMember(reserved.to_owned()));
        }
        Ok(self.encode_header(typ, members))
    }

    fn encode_header(&self, typ: Option<&str>, mut members: Map<String, Value>) -> EncodedHeader {
        members.insert("alg".to_owned(), self.algorithm.as_str().into());
        members.insert("kid".to_owned(), self.kid.as_str().into());
        if let Some(typ) = typ {
            members.insert("typ".to_owned(), typ.into());
        }
        EncodedHeader {
            text: encoding::encode(Value::Object(members).to_string()),
            kid: self.kid.clone(),
        }
    }

    /// Makes a JWT: a compact JWS over the claims, which must serialise to a JSON object.
    pub fn sign(&self, header: &EncodedHeader, claims: &impl Serialize) -> Result<String, SignError> {
        let payload = serde_json::to_vec(claims).map_err(SignError::Claims)?;
        if payload.first() != Some(&b'{') {
            return Err(SignError::ClaimsNotObject);
        }
        self.sign_bytes(header, &payload)
    }

    /// Makes a compact JWS over any payload (RFC 7515 section 5.1).
    pub fn sign_bytes(&self, header: &EncodedHeader, payload: &[u8]) -> Result<String, SignError> {
        if header.kid != self.kid {
            return Err(SignError::ForeignHeader);
        }
        let signature_len = match &self.pair {
            Pair::Rsa(pair) => pair.public_modulus_len(),
            Pair::Ecdsa(_) => P256_POINT_LEN - 1,
        };
        let mut token = String::with_capacity(
            header.text.len()
                + encoding::encoded_len(payload.len())
                + encoding::encoded_len(signature_len)
                + 2,
        );
        token.push_str(&header.text);
        token.push('.');
        encoding::encode_into(payload, &mut token);
        let signature = self.signature(token.as_bytes(), signature_len)?;
        token.push('.');
        encoding::encode_into(signature, &mut token);
        Ok(token)
    }

    fn signature(&self, message: &[u8], len: usize) -> Result<Vec<u8>, SignError> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; len];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(|_| SignError::Signature)?;
                Ok(signature)
            }
            Pair::Ecdsa(pair) => {
                let signature = pair.sign(&random, message).map_err(|_| SignError::Signature)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl EncodedHeader {
    /// The base64url text that begins the token, without the dot.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
#[path = "signing_tests.rs"]
mod tests;
