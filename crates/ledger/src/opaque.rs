//! Opaque credentials: what they look like, and what is kept of them.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_domain::Shard;
use consentry_store::Hash;
use zeroize::Zeroizing;

use crate::environment::{Draw, Entropy};

/// A credential in clear: on its way out, or just come in. Only its SHA-256 is ever stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Opaque(Zeroizing<String>);

impl std::fmt::Debug for Opaque {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opaque(…)")
    }
}

impl Opaque {
    /// A new one: prefix, underscore, 43 base64url characters of 256 random bits.
    pub fn draw(entropy: &dyn Entropy, prefix: &str) -> Self {
        let secret: [u8; 32] = entropy.bytes();
        Self(Zeroizing::new(format!(
            "{prefix}_{}",
            URL_SAFE_NO_PAD.encode(secret)
        )))
    }

    /// A new one that carries a shard in two more base64url characters before the secret.
    pub fn draw_in(entropy: &dyn Entropy, prefix: &str, shard: Shard) -> Self {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let secret: [u8; 32] = entropy.bytes();
        let digit = |bits: u16| char::from(ALPHABET[usize::from(bits & 63)]);
        let (high, low) = (digit(shard.number() >> 6), digit(shard.number()));
        Self(Zeroizing::new(format!(
            "{prefix}_{high}{low}{}",
            URL_SAFE_NO_PAD.encode(secret)
        )))
    }

    /// One that came in from outside.
    pub fn received(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The text to hand out. Never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored and looked up.
    pub fn hash(&self) -> Hash {
        hash(self.0.as_bytes())
    }
}

/// SHA-256 of some bytes.
pub fn hash(bytes: &[u8]) -> Hash {
    Hash::from_slice(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// SHA-256 as base64url, as kept for secrets with 256 random bits.
pub fn hash_text(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(hash(secret.as_bytes()).as_bytes())
}

/// Base64url without padding.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes behind base64url without padding; none where it is something else.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
