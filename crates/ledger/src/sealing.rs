//! Keys and sealing: root key → tenant key → subject key, and the form of an event (enforcement-events-evidence 8.1).
//!
//! Only this module touches key bytes. Destroying a subject's key makes every body, document and salt of that person noise.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    cipher::{AES_256, DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey},
    digest::{Context, SHA256},
    hkdf::{HKDF_SHA256, KeyType, Salt},
    hmac,
};
use consentry_domain::{EventId, SubjectId, TenantId};
use consentry_jose::DirectKey;
use consentry_store::Hash;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::environment::{Draw, Entropy};

/// Something sealed does not open: the wrong key, or changed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed data does not open with this key")]
pub struct SealBroken;

/// A 256-bit key. Never shown, wiped when dropped.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Key {
    /// The key with these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A key of exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        <[u8; 32]>::try_from(bytes).ok().map(Self::new)
    }

    /// A fresh key.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self::new(entropy.bytes())
    }

    /// HKDF-SHA-256 without salt: a key for one use.
    #[must_use]
    pub fn derive(&self, info: &[&[u8]]) -> Self {
        let mut out = [0_u8; 32];
        let pseudo_random = Salt::new(HKDF_SHA256, &[]).extract(self.0.as_slice());
        // Expanding 32 bytes is within the bound of HKDF (255 * 32), so neither step can fail.
        if let Ok(expanded) = pseudo_random.expand(info, Length(32)) {
            let _filled = expanded.fill(&mut out);
        }
        Self::new(out)
    }

    /// `nonce(12) ‖ AES-256-GCM(key, nonce, plain, aad)`.
    pub fn seal(&self, entropy: &dyn Entropy, aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; 12] = entropy.bytes();
        let mut sealed = Vec::with_capacity(nonce.len() + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let (_, body) = sealed.split_at_mut(nonce.len());
        let tag = self.aead().and_then(|key| {
            key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), body)
                .map_err(|_| SealBroken)
        });
        let Ok(tag) = tag else {
            // AES-GCM refuses only inputs of 64 GiB and more; an empty seal never opens.
            return Vec::new();
        };
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Opens what [`Self::seal`] made.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealBroken> {
        let (nonce, body) = sealed.split_at_checked(12).ok_or(SealBroken)?;
        let nonce = <[u8; 12]>::try_from(nonce).map_err(|_| SealBroken)?;
        let mut body = body.to_vec();
        let plain = self
            .aead()?
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut body)
            .map_err(|_| SealBroken)?
            .len();
        body.truncate(plain);
        Ok(body)
    }

    /// One block of AES-256: a permutation of all blocks, so that each has one image and one origin.
    fn block(&self, mut block: [u8; 16]) -> Result<[u8; 16], SealBroken> {
        let key = UnboundCipherKey::new(&AES_256, self.0.as_slice()).map_err(|_| SealBroken)?;
        EncryptingKey::ecb(key)
            .and_then(|key| key.encrypt(&mut block))
            .map_err(|_| SealBroken)?;
        Ok(block)
    }

    /// The origin of a block that [`Self::block`] made.
    fn block_before(&self, mut block: [u8; 16]) -> Result<[u8; 16], SealBroken> {
        let key = UnboundCipherKey::new(&AES_256, self.0.as_slice()).map_err(|_| SealBroken)?;
        let key = DecryptingKey::ecb(key).map_err(|_| SealBroken)?;
        key.decrypt(&mut block, DecryptionContext::None)
            .map_err(|_| SealBroken)?;
        Ok(block)
    }

    /// This key, wrapped by another one for somebody.
    pub fn wrapped_by(&self, outer: &Self, entropy: &dyn Entropy, owner: &[u8]) -> Vec<u8> {
        outer
            .derive(&[b"consentry/v1/wrap"])
            .seal(entropy, owner, self.0.as_slice())
    }

    /// The key that [`Self::wrapped_by`] wrapped.
    pub fn unwrapped_by(wrapped: &[u8], outer: &Self, owner: &[u8]) -> Result<Self, SealBroken> {
        let bytes = Zeroizing::new(outer.derive(&[b"consentry/v1/wrap"]).open(owner, wrapped)?);
        Self::from_slice(&bytes).ok_or(SealBroken)
    }

    fn aead(&self) -> Result<LessSafeKey, SealBroken> {
        UnboundKey::new(&AES_256_GCM, self.0.as_slice())
            .map(LessSafeKey::new)
            .map_err(|_| SealBroken)
    }
}

/// A key that many values are hashed with, made ready once.
#[derive(Clone)]
struct MacKey(hmac::Key);

impl std::fmt::Debug for MacKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MacKey(…)")
    }
}

impl MacKey {
    fn new(key: &Key) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.0.as_slice()))
    }

    /// HMAC-SHA-256 over parts that are kept apart by zero bytes.
    fn mac(&self, parts: &[&[u8]]) -> Hash {
        let mut context = hmac::Context::with_key(&self.0);
        for (position, part) in parts.iter().enumerate() {
            if position > 0 {
                context.update(&[0]);
            }
            context.update(part);
        }
        Hash::from_slice(context.sign().as_ref())
    }
}

/// The keys of one tenant, derived once.
#[derive(Debug, Clone)]
pub struct TenantKeys {
    tenant: TenantId,
    wrapping: Key,
    lookup: MacKey,
    pairwise: Key,
    private_keys: Key,
    cursors: MacKey,
    partitions: MacKey,
    requests: MacKey,
    customer_jwt: DirectKey,
}

impl TenantKeys {
    /// Derives all keys from the tenant key.
    pub fn new(tenant: TenantId, key: &Key) -> Self {
        Self {
            tenant,
            wrapping: key.clone(),
            lookup: MacKey::new(&key.derive(&[b"consentry/v1/lookup"])),
            pairwise: key.derive(&[b"consentry/v1/pairwise"]),
            private_keys: key.derive(&[b"consentry/v1/private-keys"]),
            cursors: MacKey::new(&key.derive(&[b"consentry/v1/cursors"])),
            partitions: MacKey::new(&key.derive(&[b"consentry/v1/partitions"])),
            requests: MacKey::new(&key.derive(&[b"consentry/v1/requests"])),
            customer_jwt: DirectKey::new(*key.derive(&[b"consentry/v1/customer-jwt"]).0),
        }
    }

    /// Keyed hash under which something personal can be found again: a name space or kind, and the value.
    pub fn lookup(&self, kind: &str, value: &str) -> Hash {
        self.lookup.mac(&[kind.as_bytes(), value.as_bytes()])
    }

    /// The subject identifier that a sector gets (OpenID Connect Core 8.1): the person's id, encrypted with a key of that sector's
    /// own. It tells nothing to who has not the key, is another one in every sector, and leads back here when it is asked about
    /// (ADR 0008).
    pub fn pairwise(&self, sector: &str, subject: SubjectId) -> Result<[u8; 16], SealBroken> {
        self.sector(sector).block(*subject.uuid().as_bytes())
    }

    /// The id behind a subject identifier of a sector. What was never given out leads to an id that nobody has.
    pub fn pairwise_origin(&self, sector: &str, identifier: [u8; 16]) -> Result<SubjectId, SealBroken> {
        let id = self.sector(sector).block_before(identifier)?;
        Ok(SubjectId::from_uuid(Uuid::from_bytes(id)))
    }

    fn sector(&self, sector: &str) -> Key {
        self.pairwise.derive(&[sector.as_bytes()])
    }

    /// What keeps a person's events together for one reader, and says nothing to another (enforcement-events-evidence 3.2).
    pub fn partition(&self, reader: &str, subject: SubjectId) -> Hash {
        self.partitions
            .mac(&[reader.as_bytes(), subject.uuid().as_bytes()])
    }

    /// Authenticates cursors and other opaque texts that come back to us.
    pub fn cursor(&self, parts: &[&[u8]]) -> Hash {
        self.cursors.mac(parts)
    }

    /// What a request that may come again is known by. All parts but the last are without a zero byte.
    pub fn request(&self, parts: &[&[u8]]) -> Hash {
        self.requests.mac(parts)
    }

    /// Wraps a subject key.
    pub fn wrap_subject_key(&self, entropy: &dyn Entropy, subject: SubjectId, key: &Key) -> Vec<u8> {
        key.wrapped_by(&self.wrapping, entropy, subject.uuid().as_bytes())
    }

    /// Unwraps a subject key.
    pub fn unwrap_subject_key(&self, subject: SubjectId, wrapped: &[u8]) -> Result<Key, SealBroken> {
        Key::unwrapped_by(wrapped, &self.wrapping, subject.uuid().as_bytes())
    }

    /// Seals the private part of a signing key.
    pub fn seal_private_key(&self, entropy: &dyn Entropy, kid: &str, pkcs8: &[u8]) -> Vec<u8> {
        self.private_keys.seal(entropy, kid.as_bytes(), pkcs8)
    }

    /// Opens the private part of a signing key.
    pub fn open_private_key(&self, kid: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealBroken> {
        self.private_keys.open(kid.as_bytes(), sealed).map(Zeroizing::new)
    }

    /// Seals a secret that the tenant shares with a back end.
    pub fn seal_shared_secret(&self, entropy: &dyn Entropy, id: &str, key: &DirectKey) -> Vec<u8> {
        let place = format!("shared-secret/{id}");
        self.private_keys.seal(entropy, place.as_bytes(), key.as_bytes())
    }

    /// Opens what [`Self::seal_shared_secret`] made.
    pub fn open_shared_secret(&self, id: &str, sealed: &[u8]) -> Result<DirectKey, SealBroken> {
        let place = format!("shared-secret/{id}");
        let bytes = Zeroizing::new(self.private_keys.open(place.as_bytes(), sealed)?);
        let bytes = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| SealBroken)?;
        Ok(DirectKey::new(bytes))
    }

    /// The key of customer JWTs, which only the server has (consent-dashboard A7).
    pub const fn customer_jwt(&self) -> &DirectKey {
        &self.customer_jwt
    }

    /// The tenant they belong to.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }
}

/// The salt of an event's commitment.
pub fn event_salt(key: &Key, event: EventId) -> Hash {
    let salt = key.derive(&[b"consentry/v1/salt", event.uuid().as_bytes()]);
    Hash::from_slice(salt.0.as_slice())
}

/// The commitment to a body: `SHA-256("consentry/v1/commit\n" ‖ salt ‖ body)`.
pub fn commitment(salt: &Hash, body: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(b"consentry/v1/commit\n");
    context.update(salt.as_bytes());
    context.update(body);
    Hash::from_slice(context.finish().as_ref())
}

/// Seals an event's body.
pub fn seal_body(key: &Key, entropy: &dyn Entropy, event: EventId, body: &[u8]) -> Vec<u8> {
    key.derive(&[b"consentry/v1/seal", event.uuid().as_bytes()])
        .seal(entropy, event.uuid().as_bytes(), body)
}

/// Opens an event's body.
pub fn open_body(key: &Key, event: EventId, sealed: &[u8]) -> Result<Vec<u8>, SealBroken> {
    key.derive(&[b"consentry/v1/seal", event.uuid().as_bytes()])
        .open(event.uuid().as_bytes(), sealed)
}
