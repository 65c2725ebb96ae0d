//! Tokens under a secret that both sides share: `alg` is `dir` and `enc` is `A256GCM`, and nothing else is read (RFC 7518 sections 4.5
//! and 5.3).
//!
//! What lives here: such a secret, opening, and making. What may not: the algorithms of the other files. In particular
//! `A128CBC-HS256` takes a key of the same length, so that a token in it would be well-formed under the same secret.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::content::{self, Sealed};
use super::{ContentEncryption, PARTS};
use crate::encoding;
use crate::strict::strict_object;

const KEY_LEN: usize = 32;
const IV_LEN: usize = 12;
const TAG_LEN: usize = 16;
/// Longest token, in bytes.
const MAX_TOKEN: usize = 8192;
/// Longest header, decoded.
const MAX_HEADER: usize = 1024;
/// Longest content.
const MAX_CONTENT: usize = 4096;
/// Deepest header.
const MAX_DEPTH: usize = 8;

/// A secret of 256 bits that both sides have. Never shown, wiped when dropped.
#[derive(Clone)]
pub struct DirectKey(Zeroizing<[u8; KEY_LEN]>);

/// A text that is no such secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a shared secret is base64 of exactly 32 bytes: 44 characters with its padding")]
pub struct NoDirectKey;

/// A token that was taken apart and whose header is acceptable. Nothing of it is proven yet.
#[derive(Debug)]
pub struct DirectToken<'t> {
    kid: Option<String>,
    typ: Option<String>,
    is_nested: bool,
    sealed: Sealed<'t>,
}

/// Why a token was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectError {
    /// Longer than 8,192 bytes, or with more than 4,096 bytes in it.
    #[error("the encrypted token is too long")]
    TooLarge,
    /// Not five parts of canonical base64url, or the first of them is no header.
    #[error("the token is no compact JWE: {0}")]
    Malformed(&'static str),
    /// Everything else: it is encrypted in another way or for another secret, or was changed. The words are for a log and never for
    /// whoever sent it.
    #[error("the encrypted token is refused: {0}")]
    Refused(String),
}

impl DirectKey {
    /// The secret with these bytes.
    pub fn new(bytes: [u8; KEY_LEN]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads a secret as people hand it over: base64 in the standard or the URL-safe alphabet, with or without padding.
    pub fn parse(text: &str) -> Result<Self, NoDirectKey> {
        let digits = text.strip_suffix('=').unwrap_or(text);
        if digits.contains(['+', '/']) && digits.contains(['-', '_']) {
            return Err(NoDirectKey);
        }
        let digits = Zeroizing::new(digits.replace('+', "-").replace('/', "_"));
        let bytes = Zeroizing::new(encoding::decode(digits.as_bytes()).map_err(|_| NoDirectKey)?);
        let bytes = <[u8; KEY_LEN]>::try_from(bytes.as_slice()).map_err(|_| NoDirectKey)?;
        Ok(Self::new(bytes))
    }

    /// As text: standard base64 with padding.
    pub fn to_text(&self) -> Zeroizing<String> {
        let digits = encoding::encode(self.0.as_slice());
        Zeroizing::new(format!("{}=", digits.replace('-', "+").replace('_', "/")))
    }

    /// Its bytes, to be sealed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Encrypts a content, with these members in its header. The 12 bytes of `iv` must never have been used with this key before.
    ///
    /// None where the content is longer than what [`DirectToken::open`] takes.
    pub fn encrypt(&self, members: &[(&str, &str)], iv: [u8; IV_LEN], content: &[u8]) -> Option<String> {
        if content.len() > MAX_CONTENT {
            return None;
        }
        let header: Map<String, Value> = [("alg", "dir"), ("enc", "A256GCM")]
            .iter()
            .chain(members)
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        let protected = encoding::encode(Value::Object(header).to_string());
        let mut room = content.to_vec();
        let key = UnboundKey::new(&AES_256_GCM, self.as_bytes()).ok()?;
        let tag = LessSafeKey::new(key)
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(iv),
                Aad::from(protected.as_bytes()),
                &mut room,
            )
            .ok()?;
        let [iv, content, tag] = [&iv, room.as_slice(), tag.as_ref()].map(encoding::encode);
        Some(format!("{protected}..{iv}.{content}.{tag}"))
    }
}

impl fmt::Debug for DirectKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DirectKey(…)")
    }
}

impl<'t> DirectToken<'t> {
    /// Takes a token apart: its length first, then its parts, then its header.
    pub fn parse(token: &'t str) -> Result<Self, DirectError> {
        if token.len() > MAX_TOKEN {
            return Err(DirectError::TooLarge);
        }
        let parts: Vec<&str> = token.split('.').collect();
        let Ok([protected, encrypted_key, iv, ciphertext, tag]) = <[&str; PARTS]>::try_from(parts) else {
            return Err(DirectError::Malformed("it has not five parts"));
        };
        let part = |text: &str| {
            encoding::decode(text).map_err(|_| DirectError::Malformed("a part is not base64url"))
        };
        let header = part(protected)?;
        if header.len() > MAX_HEADER {
            return Err(DirectError::Malformed("the header is longer than 1,024 bytes"));
        }
        let header = strict_object(&header, MAX_DEPTH)
            .map_err(|_| DirectError::Malformed("the header is no JSON object without duplicates"))?;
        let encrypted_key = part(encrypted_key)?;
        let sealed = Sealed {
            iv: part(iv)?,
            ciphertext: part(ciphertext)?,
            tag: part(tag)?,
            associated: protected.as_bytes(),
        };
        check_algorithms(&header)?;
        let refused = |why: &str| Err(DirectError::Refused(why.to_owned()));
        if !encrypted_key.is_empty() {
            return refused("with alg dir there is no encrypted key");
        }
        if sealed.iv.len() != IV_LEN {
            return refused("the iv is not 12 bytes long");
        }
        if sealed.tag.len() != TAG_LEN {
            return refused("the tag is not 16 bytes long");
        }
        if sealed.ciphertext.len() > MAX_CONTENT {
            return Err(DirectError::TooLarge);
        }
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        Ok(Self {
            kid: text("kid").map(str::to_owned),
            typ: text("typ").map(str::to_owned),
            is_nested: text("cty").is_some_and(|cty| cty.eq_ignore_ascii_case("jwt")),
            sealed,
        })
    }

    /// Which key its header names: a hint and no more.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Its media type, as it claims.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// Whether its content claims to be a token itself (RFC 7519 section 5.2).
    pub const fn is_nested(&self) -> bool {
        self.is_nested
    }

    /// Its content, which only somebody with the secret can have written.
    pub fn open(&self, key: &DirectKey) -> Result<Zeroizing<Vec<u8>>, DirectError> {
        content::open(ContentEncryption::A256Gcm, key.as_bytes(), &self.sealed).map_err(|_| {
            DirectError::Refused("it is encrypted with another secret, or was changed".to_owned())
        })
    }
}

/// `dir` and `A256GCM`, not compressed, with nothing critical.
fn check_algorithms(header: &Map<String, Value>) -> Result<(), DirectError> {
    for forbidden in ["zip", "crit"] {
        if header.contains_key(forbidden) {
            return Err(DirectError::Refused(format!("its header has {forbidden}")));
        }
    }
    for (name, expected) in [("alg", "dir"), ("enc", "A256GCM")] {
        let given = header.get(name).and_then(Value::as_str);
        if given != Some(expected) {
            let given = given.map_or_else(|| "missing".to_owned(), printable);
            return Err(DirectError::Refused(format!(
                "{name} {given}, expected {expected}"
            )));
        }
    }
    Ok(())
}

/// What a stranger wrote, so that it can stand in a log: at most 32 characters of names of algorithms.
fn printable(text: &str) -> String {
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || "-+_".contains(*letter);
    text.chars().filter(plain).take(32).collect()
}
