//! Opening the content of an encrypted token (RFC 7518 section 5).

use aws_lc_rs::aead::{self, AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    self, AES_128, AES_192, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::hmac::{self, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512};
use zeroize::Zeroizing;

use super::{ContentEncryption, DecryptError};
use crate::comparison::constant_time_eq;

/// Octets of the tag in Galois/Counter mode.
const GCM_TAG_LEN: usize = 16;

/// The parts of a token that belong to its content.
#[derive(Debug)]
pub(super) struct Sealed<'a> {
    pub iv: Vec<u8>,
    pub ciphertext: Vec<u8>,
    pub tag: Vec<u8>,
    /// What is protected with it: the encoded header.
    pub associated: &'a [u8],
}

/// The content, if key and tag are right.
pub(super) fn open(
    algorithm: ContentEncryption,
    key: &[u8],
    sealed: &Sealed<'_>,
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    use ContentEncryption as Is;
    match algorithm {
        Is::A128Gcm => gcm(&AES_128_GCM, key, sealed),
        Is::A192Gcm => gcm(&AES_192_GCM, key, sealed),
        Is::A256Gcm => gcm(&AES_256_GCM, key, sealed),
        Is::A128CbcHs256 => cbc(&AES_128, HMAC_SHA256, key, sealed),
        Is::A192CbcHs384 => cbc(&AES_192, HMAC_SHA384, key, sealed),
        Is::A256CbcHs512 => cbc(&AES_256, HMAC_SHA512, key, sealed),
    }
}

fn gcm(
    algorithm: &'static aead::Algorithm,
    key: &[u8],
    sealed: &Sealed<'_>,
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let nonce = Nonce::try_assume_unique_for_key(&sealed.iv).map_err(|_| DecryptError::Malformed)?;
    if sealed.tag.len() != GCM_TAG_LEN {
        return Err(DecryptError::Malformed);
    }
    let key = UnboundKey::new(algorithm, key).map_err(|_| DecryptError::Refused)?;
    let mut room = Zeroizing::new([sealed.ciphertext.as_slice(), &sealed.tag].concat());
    let content = LessSafeKey::new(key)
        .open_in_place(nonce, Aad::from(sealed.associated), &mut room)
        .map_err(|_| DecryptError::Refused)?
        .len();
    room.truncate(content);
    Ok(room)
}

/// AES in CBC mode behind a truncated HMAC, which is checked first (RFC 7518 section 5.2.2.2).
fn cbc(
    algorithm: &'static cipher::Algorithm,
    hash: hmac::Algorithm,
    key: &[u8],
    sealed: &Sealed<'_>,
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let iv: &[u8; 16] = sealed
        .iv
        .as_slice()
        .try_into()
        .map_err(|_| DecryptError::Malformed)?;
    let half = key.len() / 2;
    let (authenticating, encrypting) = key.split_at(half);
    let mut authenticated = hmac::Context::with_key(&hmac::Key::new(hash, authenticating));
    let bits = u64::try_from(sealed.associated.len()).map_err(|_| DecryptError::Refused)? * 8;
    for part in [sealed.associated, iv, &sealed.ciphertext, &bits.to_be_bytes()] {
        authenticated.update(part);
    }
    let tag = authenticated.sign();
    if !tag
        .as_ref()
        .get(..half)
        .is_some_and(|expected| constant_time_eq(expected, &sealed.tag))
    {
        return Err(DecryptError::Refused);
    }
    let mut room = Zeroizing::new(sealed.ciphertext.clone());
    let key = UnboundCipherKey::new(algorithm, encrypting).map_err(|_| DecryptError::Refused)?;
    let content = PaddedBlockDecryptingKey::cbc_pkcs7(key)
        .and_then(|key| key.decrypt(&mut room, DecryptionContext::Iv128(iv.into())))
        .map_err(|_| DecryptError::Refused)?
        .len();
    room.truncate(content);
    Ok(room)
}
