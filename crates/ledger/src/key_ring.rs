//! A tenant's signing keys: parsed once, published as JWKS, sealed at rest.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_domain::Timestamp;
use consentry_jose::{Algorithm, Jwks, SigningKey};
use serde::{Deserialize, Serialize};

use crate::{environment::Entropy, error::Fault, sealing::TenantKeys};

/// What has become of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, not yet signing.
    Next,
    /// Signing.
    Active,
    /// Published until the last token it signed has ended.
    Retiring,
}

/// A signing key as stored: one row of configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// `RS256` or `ES256`.
    pub algorithm: Algorithm,
    /// What has become of it.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is in its state; none: since it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Base64 of the sealed private part.
    pub sealed: String,
}

impl StoredKey {
    /// A fresh key that signs at once, sealed.
    pub fn generate(
        keys: &TenantKeys,
        entropy: &dyn Entropy,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<Self, Fault> {
        let key = SigningKey::generate(algorithm).map_err(|error| Fault::Signing(error.to_string()))?;
        Ok(Self::sealed(&key, (keys, entropy), KeyState::Active, now))
    }

    /// A key as it is stored.
    pub(crate) fn sealed(
        key: &SigningKey,
        (keys, entropy): (&TenantKeys, &dyn Entropy),
        state: KeyState,
        now: Timestamp,
    ) -> Self {
        let sealed = keys.seal_private_key(entropy, key.kid(), &key.to_pkcs8());
        Self {
            kid: key.kid().to_owned(),
            algorithm: key.algorithm(),
            state,
            created_at: now,
            since: None,
            sealed: STANDARD.encode(sealed),
        }
    }

    /// Since when it is in its state.
    pub fn in_state_since(&self) -> Timestamp {
        self.since.unwrap_or(self.created_at)
    }

    fn open(&self, keys: &TenantKeys) -> Result<SigningKey, Fault> {
        let sealed = STANDARD.decode(&self.sealed).map_err(|error| Fault::Unreadable {
            what: "signing key",
            why: error.to_string(),
        })?;
        let private = keys.open_private_key(&self.kid, &sealed)?;
        SigningKey::from_pkcs8(self.algorithm, &private).map_err(|error| Fault::Signing(error.to_string()))
    }
}

/// The keys of one tenant, ready to sign and to verify.
#[derive(Debug, Clone)]
pub struct KeyRing {
    signing: Vec<(StoredKey, Arc<SigningKey>)>,
    jwks: Jwks,
    verifying: Arc<consentry_jose::KeySet>,
}

impl KeyRing {
    /// Opens all keys of a tenant.
    pub fn open(stored: Vec<StoredKey>, keys: &TenantKeys) -> Result<Self, Fault> {
        let mut signing = Vec::with_capacity(stored.len());
        for entry in stored {
            let key = entry.open(keys)?;
            signing.push((entry, Arc::new(key)));
        }
        let jwks = Jwks {
            keys: signing.iter().map(|(_, key)| key.public_jwk().clone()).collect(),
        };
        let verifying = Arc::new(consentry_jose::KeySet::from_jwks(&jwks));
        Ok(Self {
            signing,
            jwks,
            verifying,
        })
    }

    /// All keys as stored.
    pub fn stored(&self) -> impl Iterator<Item = &StoredKey> {
        self.signing.iter().map(|(stored, _)| stored)
    }

    /// The active key of an algorithm.
    pub fn signer(&self, algorithm: Algorithm) -> Result<&Arc<SigningKey>, Fault> {
        self.signing
            .iter()
            .find(|(stored, _)| stored.state == KeyState::Active && stored.algorithm == algorithm)
            .map(|(_, key)| key)
            .ok_or_else(|| Fault::Signing(format!("no active {} key", algorithm.as_str())))
    }

    /// The public parts, as published.
    pub const fn jwks(&self) -> &Jwks {
        &self.jwks
    }

    /// The public parts, ready to verify our own tokens.
    pub fn verifying(&self) -> &consentry_jose::KeySet {
        &self.verifying
    }
}
