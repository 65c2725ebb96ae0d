//! Taking a signing key out at once: somebody else has it (dataspace-consent-protocol 3.4).
//!
//! What lives here: the one change set in which the key goes and another one signs. What may not: replacing keys by age, which is
//! [`key_rotation`](crate::key_rotation).

use consentry_domain::Timestamp;
use consentry_store::{ChangeSet, CommitError, ConfigurationKind, Expect, RowChange, RowKey};

use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, Provision},
    error::Fault,
    key_ring::{KeyState, StoredKey},
    provision::{change::put, key_event},
};

const KIND: ConfigurationKind = ConfigurationKind::SigningKey;

/// Why a key was not taken out.
#[derive(Debug, thiserror::Error)]
pub enum RevokeKeyError {
    /// There is no such key.
    #[error("there is no such key")]
    Unknown,
    /// Keys were changed at the same time.
    #[error("keys were changed at the same time; look again")]
    Changed,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// Takes a key out of the set. Nothing that it signed counts here from the commit on. Where it was the one that signs, the one that
    /// would have been next signs, or else a fresh one, whose id is answered: nobody has seen that one before.
    pub async fn revoke_key(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        kid: &str,
    ) -> Result<Option<String>, RevokeKeyError> {
        tracing::warn!(caller = ?permit.caller(), key = kid, "taking a signing key out");
        let now = self.now();
        let keys: Vec<&StoredKey> = tenant.key_ring.stored().collect();
        let key = keys
            .iter()
            .find(|key| key.kid == kid)
            .ok_or(RevokeKeyError::Unknown)?;
        let mut change = ChangeSet::new(tenant.id(), now);
        let ids = self.ids();
        let place = expect(tenant, key, &mut change)?;
        change.events.push(key_event(&ids, "key.retired", key)?);
        change.rows.push(RowChange::Delete(place));
        let next = if key.state == KeyState::Active {
            Some(self.signs_instead(tenant, key, &keys, &mut change, now)?)
        } else {
            None
        };
        match self.commit(change).await {
            Ok(_receipt) => Ok(next),
            Err(CommitError::Stale | CommitError::Taken) => Err(RevokeKeyError::Changed),
            Err(error) => Err(Fault::from(error).into()),
        }
    }

    /// Lets another key of the same kind sign; answers its id.
    fn signs_instead(
        &self,
        tenant: &TenantSnapshot,
        gone: &StoredKey,
        keys: &[&StoredKey],
        change: &mut ChangeSet,
        now: Timestamp,
    ) -> Result<String, RevokeKeyError> {
        let published = keys
            .iter()
            .find(|key| key.algorithm == gone.algorithm && key.state == KeyState::Next);
        let (version, next) = match published {
            Some(published) => {
                expect(tenant, published, change)?;
                let next = StoredKey {
                    state: KeyState::Active,
                    since: Some(now),
                    ..(*published).clone()
                };
                (version(tenant, published), next)
            }
            None => {
                let fresh = StoredKey::generate(&tenant.keys, self.entropy(), gone.algorithm, now)?;
                let place = RowKey::Configuration(KIND, fresh.kid.clone());
                change.expect.push(Expect::Absent(place));
                change
                    .events
                    .push(key_event(&self.ids(), "key.published", &fresh)?);
                (None, fresh)
            }
        };
        change
            .rows
            .push(put(tenant.id(), KIND, &next.kid, version, &next)?);
        Ok(next.kid)
    }
}

fn version(tenant: &TenantSnapshot, key: &StoredKey) -> Option<u32> {
    tenant.versions.get(&(KIND, key.kid.clone())).copied()
}

/// Lets the change hold only where the key is as it was looked at; answers where it is.
fn expect(
    tenant: &TenantSnapshot,
    key: &StoredKey,
    change: &mut ChangeSet,
) -> Result<RowKey, RevokeKeyError> {
    let place = RowKey::Configuration(KIND, key.kid.clone());
    let version = version(tenant, key).ok_or(RevokeKeyError::Changed)?;
    change.expect.push(Expect::At(place.clone(), version));
    Ok(place)
}
