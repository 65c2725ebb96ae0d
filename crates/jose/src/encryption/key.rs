//! Private keys that open, and how each comes by the key of a token's content.

use std::fmt;

use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::kdf::{SskdfDigestAlgorithmId, get_sskdf_digest_algorithm, sskdf_digest};
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesBlockCipher, AesKek, KeyWrap as _};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
    OaepAlgorithm, OaepPrivateDecryptingKey, PrivateDecryptingKey,
};
use zeroize::Zeroizing;

use super::header::{Curve, Header, Point};
use super::{ContentEncryption, DecryptError, KeyEncryption};
use crate::verifying::KeyError;

/// Octets that AES key wrapping adds (RFC 3394 section 2.2.1).
const WRAP_OVERHEAD: usize = 8;

/// A private key that opens tokens, parsed once. `Debug` shows nothing private.
pub struct DecryptionKey {
    kid: Option<String>,
    private: Private,
}

enum Private {
    Rsa(Box<OaepPrivateDecryptingKey>),
    Agreement(Curve, Box<PrivateKey>),
}

impl DecryptionKey {
    /// Parses a DER-encoded PKCS#8 private key (RFC 5208): RSA from 2048 to 8192 bits, or on P-256, P-384 or P-521. Where it has a
    /// name, tokens that name another key are refused without being tried.
    pub fn from_pkcs8(der: &[u8], kid: Option<String>) -> Result<Self, KeyError> {
        let private = match PrivateDecryptingKey::from_pkcs8(der) {
            Ok(key) => {
                let key = OaepPrivateDecryptingKey::new(key).map_err(|_| KeyError::Invalid)?;
                Private::Rsa(Box::new(key))
            }
            Err(refused) if refused.to_string() == "TooSmall" => return Err(KeyError::TooSmall { bits: 0 }),
            Err(_) => Curve::ALL
                .into_iter()
                .find_map(|curve| {
                    let key = PrivateKey::from_private_key_der(algorithm(curve), der).ok()?;
                    Some(Private::Agreement(curve, Box::new(key)))
                })
                .ok_or(KeyError::Invalid)?,
        };
        Ok(Self { kid, private })
    }

    /// Its name, if it has one.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The key of a token's content.
    pub(super) fn content_key(
        &self,
        header: &Header,
        encrypted: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        match (&self.private, oaep(header.key)) {
            (Private::Rsa(key), Some(padding)) => unpad(key, padding, header.content, encrypted),
            (Private::Agreement(curve, key), None) => agree(*curve, key, header, encrypted),
            _ => Err(DecryptError::OtherKey),
        }
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DecryptionKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

fn algorithm(curve: Curve) -> &'static agreement::Algorithm {
    match curve {
        Curve::P256 => &ECDH_P256,
        Curve::P384 => &ECDH_P384,
        Curve::P521 => &ECDH_P521,
    }
}

fn oaep(algorithm: KeyEncryption) -> Option<&'static OaepAlgorithm> {
    match algorithm {
        KeyEncryption::RsaOaep => Some(&OAEP_SHA1_MGF1SHA1),
        KeyEncryption::RsaOaep256 => Some(&OAEP_SHA256_MGF1SHA256),
        KeyEncryption::RsaOaep384 => Some(&OAEP_SHA384_MGF1SHA384),
        KeyEncryption::RsaOaep512 => Some(&OAEP_SHA512_MGF1SHA512),
        KeyEncryption::EcdhEs | KeyEncryption::EcdhEsA128Kw | KeyEncryption::EcdhEsA256Kw => None,
    }
}

/// Takes the padding off. Where that fails it goes on with a random key, so that a wrong padding and a changed content take the same
/// way and time (RFC 7516 section 11.5).
fn unpad(
    key: &OaepPrivateDecryptingKey,
    padding: &'static OaepAlgorithm,
    content: ContentEncryption,
    encrypted: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut random = Zeroizing::new(vec![0; content.key_len()]);
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| DecryptError::Refused)?;
    let mut room = Zeroizing::new(vec![0; key.min_output_size()]);
    Ok(match key.decrypt(padding, encrypted, &mut room, None) {
        Ok(found) if found.len() == content.key_len() => Zeroizing::new(found.to_vec()),
        _ => random,
    })
}

/// Agrees upon a key with the sender's ephemeral one (RFC 7518 section 4.6).
fn agree(
    curve: Curve,
    key: &PrivateKey,
    header: &Header,
    encrypted: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let Some(Point { curve: theirs, bytes }) = &header.ephemeral else {
        return Err(DecryptError::Header);
    };
    if *theirs != curve {
        return Err(DecryptError::OtherKey);
    }
    let (name, len, wrapping) = match header.key {
        KeyEncryption::EcdhEsA128Kw => (header.key.as_str(), 16, Some(&AES_128)),
        KeyEncryption::EcdhEsA256Kw => (header.key.as_str(), 32, Some(&AES_256)),
        _ => (header.content.as_str(), header.content.key_len(), None),
    };
    let theirs = UnparsedPublicKey::new(algorithm(curve), bytes);
    let agreed = agreement::agree(key, theirs, DecryptError::Refused, |secret| {
        derive(secret, name, &header.party_infos, len)
    })?;
    match wrapping {
        Some(cipher) => unwrap(cipher, &agreed, header.content, encrypted),
        None if encrypted.is_empty() => Ok(agreed),
        None => Err(DecryptError::Malformed),
    }
}

/// The Concat KDF with SHA-256 (RFC 7518 section 4.6.2), which is the one-step KDF of NIST SP 800-56C.
fn derive(
    secret: &[u8],
    name: &str,
    party_infos: &[Vec<u8>; 2],
    len: usize,
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut info = Vec::new();
    for part in [name.as_bytes(), &party_infos[0], &party_infos[1]] {
        let part_len = u32::try_from(part.len()).map_err(|_| DecryptError::Header)?;
        info.extend(part_len.to_be_bytes());
        info.extend(part);
    }
    let bits = u32::try_from(len * 8).map_err(|_| DecryptError::Header)?;
    info.extend(bits.to_be_bytes());
    let digest = get_sskdf_digest_algorithm(SskdfDigestAlgorithmId::Sha256).ok_or(DecryptError::Refused)?;
    let mut derived = Zeroizing::new(vec![0; len]);
    sskdf_digest(digest, secret, &info, &mut derived).map_err(|_| DecryptError::Refused)?;
    Ok(derived)
}

fn unwrap(
    cipher: &'static AesBlockCipher,
    key: &[u8],
    content: ContentEncryption,
    encrypted: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    if encrypted.len() != content.key_len() + WRAP_OVERHEAD {
        return Err(DecryptError::Refused);
    }
    let mut room = Zeroizing::new(vec![0; encrypted.len()]);
    let kek = AesKek::new(cipher, key).map_err(|_| DecryptError::Refused)?;
    let found = kek
        .unwrap(encrypted, &mut room)
        .map_err(|_| DecryptError::Refused)?;
    Ok(Zeroizing::new(found.to_vec()))
}
