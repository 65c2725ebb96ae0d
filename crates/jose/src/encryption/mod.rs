//! Opening tokens that are encrypted for us: compact JWE (RFC 7516 section 7.1, RFC 7518 sections 4 and 5).
//!
//! What lives here: private keys that open, which algorithms there are, one way to open a token, and apart from all that
//! [`direct`]: tokens under a secret that both sides share. What may not: making tokens for a public key, JSON serialization,
//! compression (`zip`: a small token could grow without bounds), passwords, and RSA with PKCS #1 v1.5 padding (its errors give
//! keys away).
//!
//! Whoever can read our public key can encrypt, so what comes out is as trustworthy as what a stranger says until its own
//! signature was checked (RFC 7519 section 11.2).

mod algorithms;
mod content;
mod direct;
mod header;
mod key;

pub use algorithms::{ContentEncryption, KeyEncryption, UnknownEncryption};
pub use direct::{DirectError, DirectKey, DirectToken, NoDirectKey};
pub use key::DecryptionKey;

use zeroize::Zeroizing;

use crate::encoding;
use header::Header;

/// Parts of a compact JWE.
const PARTS: usize = 5;

/// What a caller accepts.
#[derive(Clone, Copy, Debug)]
pub struct Acceptance<'a> {
    /// Longest token in bytes.
    pub max_len: usize,
    /// How the content's key may be encrypted.
    pub key: &'a [KeyEncryption],
    /// How the content may be encrypted.
    pub content: &'a [ContentEncryption],
}

/// Why a token was not opened. Whatever depends on the private key is one error, so that it tells nothing (RFC 7516 section 11.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// The token is longer than accepted.
    #[error("the encrypted token is too long")]
    TooLarge,
    /// It has not five parts of canonical base64url.
    #[error("the token is no compact JWE")]
    Malformed,
    /// The header is no JSON object with what it needs, has a member twice, or has `crit` or `zip`.
    #[error("the header of the encrypted token cannot be used")]
    Header,
    /// An algorithm that is unknown here or not accepted by the caller.
    #[error("the token is encrypted in a way that is not accepted")]
    Algorithm,
    /// It is encrypted for another key.
    #[error("the token is encrypted for another key")]
    OtherKey,
    /// It cannot be opened with this key, or was changed.
    #[error("the encrypted token cannot be opened")]
    Refused,
}

/// Whether a token has the form of a compact JWE rather than of a JWS.
pub fn is_encrypted(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == PARTS - 1
}

/// Opens a token and gives its content, of which nothing has been checked but that it was encrypted for this key.
pub fn decrypt(
    token: &str,
    key: &DecryptionKey,
    acceptance: &Acceptance<'_>,
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    if token.len() > acceptance.max_len {
        return Err(DecryptError::TooLarge);
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [protected, encrypted_key, iv, ciphertext, tag] = parts.as_slice() else {
        return Err(DecryptError::Malformed);
    };
    let part = |text: &str| encoding::decode(text).map_err(|_| DecryptError::Malformed);
    let header = Header::parse(&part(protected)?)?;
    if !acceptance.key.contains(&header.key) || !acceptance.content.contains(&header.content) {
        return Err(DecryptError::Algorithm);
    }
    if let (Some(own), Some(named)) = (key.kid(), &header.kid)
        && own != named
    {
        return Err(DecryptError::OtherKey);
    }
    let content_key = key.content_key(&header, &part(encrypted_key)?)?;
    content::open(
        header.content,
        &content_key,
        &content::Sealed {
            iv: part(iv)?,
            ciphertext: part(ciphertext)?,
            tag: part(tag)?,
            associated: protected.as_bytes(),
        },
    )
}
