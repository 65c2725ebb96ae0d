//! The encryption algorithms of the house. Adding one here is the only way a token can use it.

use std::fmt;
use std::str::FromStr;

/// A name that is neither of [`KeyEncryption`] nor of [`ContentEncryption`]. `RSA1_5`, `dir` and passwords always end here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown or refused encryption algorithm")]
pub struct UnknownEncryption;

/// How the key of the content is encrypted, by its registered name (RFC 7518 section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyEncryption {
    /// RSAES OAEP with SHA-1 and MGF1 with SHA-1, the default parameters of its RFC.
    RsaOaep,
    /// RSAES OAEP with SHA-256 and MGF1 with SHA-256.
    RsaOaep256,
    /// The same with SHA-384.
    RsaOaep384,
    /// The same with SHA-512.
    RsaOaep512,
    /// Agreement with an ephemeral key, whose result is the content's key itself.
    EcdhEs,
    /// Agreement whose result unwraps the content's key with AES-128.
    EcdhEsA128Kw,
    /// Agreement whose result unwraps the content's key with AES-256.
    EcdhEsA256Kw,
}

/// How the content is encrypted and protected against change, by its registered name (RFC 7518 section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ContentEncryption {
    /// AES-128 in CBC mode with HMAC SHA-256.
    A128CbcHs256,
    /// AES-192 in CBC mode with HMAC SHA-384.
    A192CbcHs384,
    /// AES-256 in CBC mode with HMAC SHA-512.
    A256CbcHs512,
    /// AES-128 in Galois/Counter mode.
    A128Gcm,
    /// AES-192 in Galois/Counter mode.
    A192Gcm,
    /// AES-256 in Galois/Counter mode.
    A256Gcm,
}

impl KeyEncryption {
    /// Every algorithm, in the order in which documents list them.
    pub const ALL: [Self; 7] = [
        Self::RsaOaep,
        Self::RsaOaep256,
        Self::RsaOaep384,
        Self::RsaOaep512,
        Self::EcdhEs,
        Self::EcdhEsA128Kw,
        Self::EcdhEsA256Kw,
    ];

    /// The registered name, as in the `alg` header member.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RsaOaep => "RSA-OAEP",
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::RsaOaep384 => "RSA-OAEP-384",
            Self::RsaOaep512 => "RSA-OAEP-512",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA128Kw => "ECDH-ES+A128KW",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
        }
    }
}

impl ContentEncryption {
    /// Every algorithm, in the order in which documents list them.
    pub const ALL: [Self; 6] = [
        Self::A128CbcHs256,
        Self::A192CbcHs384,
        Self::A256CbcHs512,
        Self::A128Gcm,
        Self::A192Gcm,
        Self::A256Gcm,
    ];

    /// The registered name, as in the `enc` header member.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A192CbcHs384 => "A192CBC-HS384",
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A128Gcm => "A128GCM",
            Self::A192Gcm => "A192GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    /// Octets of its key; with HMAC, those of both keys.
    pub(super) const fn key_len(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A192Gcm => 24,
            Self::A256Gcm | Self::A128CbcHs256 => 32,
            Self::A192CbcHs384 => 48,
            Self::A256CbcHs512 => 64,
        }
    }
}

impl fmt::Display for KeyEncryption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for ContentEncryption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for KeyEncryption {
    type Err = UnknownEncryption;

    /// Parses the registered name; it is case-sensitive (RFC 7516 section 4.1.1).
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or(UnknownEncryption)
    }
}

impl FromStr for ContentEncryption {
    type Err = UnknownEncryption;

    /// Parses the registered name; it is case-sensitive (RFC 7516 section 4.1.2).
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or(UnknownEncryption)
    }
}
