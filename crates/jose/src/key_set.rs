//! Verifying tokens with a set of public keys. The caller's expectations decide; the token only says which key.

use std::collections::HashMap;

use serde::de::DeserializeOwned;

use crate::algorithm::Algorithm;
use crate::compact::{DEFAULT_MAX_LEN, Header, Limits, decode};
use crate::jwk::{Jwk, JwkError, Jwks};
use crate::verifying::{KeyError, VerifyingKey};

/// Parsed public keys by `kid`.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: HashMap<String, VerifyingKey>,
    /// Where there are any, they alone count.
    unnamed: Vec<VerifyingKey>,
}

/// What a caller demands of a token.
#[derive(Clone, Copy, Debug)]
pub struct Expectations<'e> {
    /// The only algorithms that are accepted.
    pub algorithms: &'e [Algorithm],
    /// The required `typ`, with or without `application/`; `None` looks at no `typ` at all.
    pub typ: Option<&'e str>,
    /// Longest token in bytes.
    pub max_len: usize,
}

/// A token whose signature is right. Its claims have still to be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The header.
    pub header: Header,
    /// The decoded payload.
    pub payload: Vec<u8>,
}

/// Why a token is refused. Answers to strangers need not say which; [`VerifyError::code`] is for logs and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Longer than the limit.
    #[error("the token is too long")]
    TooLarge,
    /// Not three parts of canonical base64url with a signature.
    #[error("the token is malformed")]
    Malformed,
    /// The header is not a JSON object with an `alg` string, or a known member has the wrong type.
    #[error("the token header is malformed")]
    HeaderMalformed,
    /// The header has a member twice (RFC 7515 section 4).
    #[error("the token header has a member twice")]
    DuplicateHeaderMember,
    /// The header has `crit`; the house knows no critical extension.
    #[error("the token header has critical extensions")]
    CriticalHeader,
    /// `alg` is not an algorithm of the house. `none` ends here.
    #[error("the token algorithm is not supported")]
    UnsupportedAlgorithm,
    /// `alg` is not among the expected ones.
    #[error("the token algorithm is not allowed here")]
    AlgorithmNotAllowed,
    /// `typ` is not the expected one.
    #[error("the token is of another type")]
    TypeMismatch,
    /// No key has that `kid`, or no key could have signed a token without `kid`.
    #[error("no key fits the token")]
    UnknownKey,
    /// The token has no `kid` and several keys could have signed it.
    #[error("the token does not say which key signed it")]
    AmbiguousKey,
    /// The key with that `kid` is of another algorithm.
    #[error("the key is of another algorithm than the token")]
    KeyAlgorithmMismatch,
    /// The signature is wrong.
    #[error("the token signature is wrong")]
    SignatureInvalid,
}

impl VerifyError {
    /// Stable code for logs, metrics and tests.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "token_too_large",
            Self::Malformed => "token_malformed",
            Self::HeaderMalformed => "header_malformed",
            Self::DuplicateHeaderMember => "header_duplicate_member",
            Self::CriticalHeader => "header_critical",
            Self::UnsupportedAlgorithm => "algorithm_unsupported",
            Self::AlgorithmNotAllowed => "algorithm_not_allowed",
            Self::TypeMismatch => "type_mismatch",
            Self::UnknownKey => "key_unknown",
            Self::AmbiguousKey => "key_ambiguous",
            Self::KeyAlgorithmMismatch => "key_algorithm_mismatch",
            Self::SignatureInvalid => "signature_invalid",
        }
    }
}

impl<'e> Expectations<'e> {
    /// Accepts these algorithms, any `typ`, and tokens of at most [`DEFAULT_MAX_LEN`] bytes.
    pub const fn new(algorithms: &'e [Algorithm]) -> Self {
        Self {
            algorithms,
            typ: None,
            max_len: DEFAULT_MAX_LEN,
        }
    }

    /// The same, with a required `typ`.
    #[must_use]
    pub const fn with_typ(mut self, typ: &'e str) -> Self {
        self.typ = Some(typ);
        self
    }
}

impl Verified {
    /// Reads the payload into the caller's type. A struct refuses duplicates of its own members.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.payload)
    }
}

impl KeySet {
    /// Parses the usable keys of a set and leaves out the others: a set may hold keys for other purposes.
    ///
    /// A `kid` that two different keys claim is left out altogether, so neither can be mistaken for the other.
    pub fn from_jwks(jwks: &Jwks) -> Self {
        let mut thumbprints: HashMap<&str, String> = HashMap::new();
        let mut keys = HashMap::new();
        let mut contested = Vec::new();
        for jwk in &jwks.keys {
            let Ok(key) = VerifyingKey::from_jwk(jwk) else {
                continue;
            };
            let thumbprint = jwk.thumbprint();
            if let Some(kid) = jwk.kid()
                && thumbprints
                    .insert(kid, thumbprint.clone())
                    .is_some_and(|other| other != thumbprint)
            {
                contested.push(kid);
            }
            keys.insert(key.kid().to_owned(), key);
        }
        for kid in contested {
            keys.remove(kid);
        }
        Self {
            keys,
            unnamed: Vec::new(),
        }
    }

    /// A set of keys that tokens cannot name: each key of a token's algorithm is tried, whatever `kid` the token has.
    pub fn unnamed(jwks: &Jwks) -> Self {
        Self {
            keys: HashMap::new(),
            unnamed: jwks
                .keys
                .iter()
                .filter_map(|jwk| VerifyingKey::from_jwk(jwk).ok())
                .collect(),
        }
    }

    /// Reads a set from JSON text.
    pub fn parse(json: impl AsRef<[u8]>) -> Result<Self, JwkError> {
        Jwks::parse(json).map(|jwks| Self::from_jwks(&jwks))
    }

    /// A set of exactly one key; unlike [`Self::from_jwks`] it says why a key is refused.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_jwk(jwk)?;
        Ok(Self {
            keys: HashMap::from([(key.kid().to_owned(), key)]),
            unnamed: Vec::new(),
        })
    }

    /// The key with that `kid` (or thumbprint, where its owner gave no `kid`).
    pub fn get(&self, kid: &str) -> Option<&VerifyingKey> {
        self.keys.get(kid)
    }

    /// Number of usable keys.
    pub fn len(&self) -> usize {
        self.keys.len() + self.unnamed.len()
    }

    /// Whether no key is usable.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Verifies a compact JWS.
    ///
    /// The algorithm must be expected and be the key's own. A token without `kid` is accepted only where a single key
    /// of the set has its algorithm (OpenID Connect Core section 10.1). `jku`, `jwk`, `x5u` and `x5c` are ignored.
    pub fn verify(&self, token: &str, expectations: &Expectations<'_>) -> Result<Verified, VerifyError> {
        let limits = Limits {
            max_len: expectations.max_len,
        };
        let unverified = decode(token, limits)?;
        let header = unverified.header;
        if !expectations.algorithms.contains(&header.alg) {
            return Err(VerifyError::AlgorithmNotAllowed);
        }
        if expectations.typ.is_some_and(|typ| !header.is_type(typ)) {
            return Err(VerifyError::TypeMismatch);
        }
        let signs =
            |key: &VerifyingKey| key.verifies(unverified.signing_input.as_bytes(), &unverified.signature);
        if self.unnamed.is_empty() {
            let key = self.key_for(&header)?;
            if key.algorithm() != header.alg {
                return Err(VerifyError::KeyAlgorithmMismatch);
            }
            if !signs(key) {
                return Err(VerifyError::SignatureInvalid);
            }
        } else {
            let mut candidates = self.unnamed.iter().filter(|key| key.algorithm() == header.alg);
            if !candidates.any(signs) {
                return Err(VerifyError::SignatureInvalid);
            }
        }
        Ok(Verified {
            header,
            payload: unverified.payload,
        })
    }

    fn key_for(&self, header: &Header) -> Result<&VerifyingKey, VerifyError> {
        if let Some(kid) = &header.kid {
            return self.keys.get(kid).ok_or(VerifyError::UnknownKey);
        }
        let mut candidates = self.keys.values().filter(|key| key.algorithm() == header.alg);
        match (candidates.next(), candidates.next()) {
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => Err(VerifyError::AmbiguousKey),
            (None, _) => Err(VerifyError::UnknownKey),
        }
    }
}
