//! Signing keys by age: the next one is published ahead of its use, then signs, then stays until the last token that it signed has
//! ended, then is gone.
//!
//! What lives here: what is due for a tenant's keys at a moment, and doing it in one change set. What may not: when it is looked; that is
//! the crate `outbound`, which holds the lease that every change rests on.

use consentry_domain::{Lifetime, Timestamp};
use consentry_jose::{Algorithm, SigningKey};
use consentry_store::{ChangeSet, CommitError, ConfigurationKind, Expect, RowChange, RowKey};

use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    jobs::Lease,
    key_ring::{KeyState, StoredKey},
    provision::{change::put, key_event},
    tokens::revocations::LEEWAY,
};

/// How often what is due is judged again, when somebody else changes keys at the same time.
const TRIES: usize = 3;

/// When keys are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPlan {
    /// How long a key signs before the next one does.
    pub replace_after: Lifetime,
    /// How long the next one is published before it signs, at least. Others keep a key set for ten minutes and more.
    pub ahead: Lifetime,
    /// How long a key stays published after it signed last, at least. It stays longer where tokens live longer.
    pub stays: Lifetime,
}

impl Default for KeyPlan {
    fn default() -> Self {
        Self {
            replace_after: Lifetime::days(90),
            ahead: Lifetime::days(1),
            stays: Lifetime::days(1),
        }
    }
}

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyTurn {
    /// It is published, and will sign.
    Published(String),
    /// It signs from now on.
    Signs(String),
    /// It signs no more and stays published.
    Retires(String),
    /// It is gone.
    Gone(String),
}

/// A step, with the key as it shall be.
enum Step<'a> {
    Publish(Algorithm),
    Become(&'a StoredKey, KeyState),
    Remove(&'a StoredKey),
}

impl Ledger {
    /// Does what is due for the keys of a tenant; answers what became of them, and the work as it is held now.
    pub async fn rotate_keys(
        &self,
        tenant: &TenantSnapshot,
        plan: &KeyPlan,
        mut lease: Lease,
    ) -> Result<(Vec<KeyTurn>, Lease), Fault> {
        for _ in 0..TRIES {
            let directory = self.directory();
            let Some(tenant) = directory.tenant(tenant.id()) else {
                return Ok((Vec::new(), lease));
            };
            let now = self.now();
            let signed = self.token_lives(tenant).await?.signed;
            let stays = plan.stays.max(Lifetime::seconds(
                signed.as_seconds().saturating_add(LEEWAY.as_seconds()),
            ));
            let keys: Vec<&StoredKey> = tenant.key_ring.stored().collect();
            let steps = due(&keys, plan, stays, now);
            if steps.is_empty() {
                return Ok((Vec::new(), lease));
            }
            let mut change = ChangeSet::new(tenant.id(), now);
            let mut turns = Vec::new();
            for step in steps {
                self.take_step(tenant, step, &mut change, &mut turns).await?;
            }
            let detail = lease.detail().to_owned();
            let next = lease.advance(&mut change, detail);
            match self.commit(change).await {
                Ok(_) => return Ok((turns, next)),
                // Either the keys are others by now, which is looked at again, or the work is somebody else's.
                Err(CommitError::Stale | CommitError::Taken) => match self.reread_work(&lease).await? {
                    Some(kept) => lease = kept,
                    None => break,
                },
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Conflict)
    }

    async fn take_step(
        &self,
        tenant: &TenantSnapshot,
        step: Step<'_>,
        change: &mut ChangeSet,
        turns: &mut Vec<KeyTurn>,
    ) -> Result<(), Fault> {
        let kind = ConfigurationKind::SigningKey;
        let ids = self.ids();
        let now = change.at;
        let version = |key: &StoredKey| tenant.versions.get(&(kind, key.kid.clone())).copied();
        match step {
            Step::Publish(algorithm) => {
                // Primes are looked for in between what is asked of this node, not in its way.
                let made = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm)).await;
                let key = made
                    .map_err(|error| Fault::Signing(error.to_string()))?
                    .map_err(|error| Fault::Signing(error.to_string()))?;
                let stored = StoredKey::sealed(&key, (&tenant.keys, self.entropy()), KeyState::Next, now);
                let place = RowKey::Configuration(kind, stored.kid.clone());
                change.expect.push(Expect::Absent(place));
                change.events.push(key_event(&ids, "key.published", &stored)?);
                change
                    .rows
                    .push(put(tenant.id(), kind, &stored.kid, None, &stored)?);
                turns.push(KeyTurn::Published(stored.kid));
            }
            Step::Become(key, state) => {
                let version = version(key).ok_or(Fault::Conflict)?;
                let place = RowKey::Configuration(kind, key.kid.clone());
                change.expect.push(Expect::At(place, version));
                let next = StoredKey {
                    state,
                    since: Some(now),
                    ..key.clone()
                };
                change
                    .rows
                    .push(put(tenant.id(), kind, &key.kid, Some(version), &next)?);
                turns.push(if state == KeyState::Active {
                    KeyTurn::Signs(next.kid)
                } else {
                    KeyTurn::Retires(next.kid)
                });
            }
            Step::Remove(key) => {
                let version = version(key).ok_or(Fault::Conflict)?;
                let place = RowKey::Configuration(kind, key.kid.clone());
                change.expect.push(Expect::At(place.clone(), version));
                change.events.push(key_event(&ids, "key.retired", key)?);
                change.rows.push(RowChange::Delete(place));
                turns.push(KeyTurn::Gone(key.kid.clone()));
            }
        }
        Ok(())
    }
}

/// What is due. Of each algorithm exactly one key signs, before and after.
fn due<'a>(keys: &[&'a StoredKey], plan: &KeyPlan, stays: Lifetime, now: Timestamp) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    for key in keys {
        if key.state == KeyState::Retiring && key.in_state_since().plus(stays) <= now {
            steps.push(Step::Remove(key));
        }
    }
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let in_state = |state: KeyState| {
            let those = keys
                .iter()
                .filter(|key| key.algorithm == algorithm && key.state == state);
            those.min_by_key(|key| key.in_state_since()).copied()
        };
        let Some(active) = in_state(KeyState::Active) else {
            continue;
        };
        let replaced_at = active.in_state_since().plus(plan.replace_after);
        match in_state(KeyState::Next) {
            Some(next) if next.in_state_since().plus(plan.ahead).max(replaced_at) <= now => {
                steps.push(Step::Become(active, KeyState::Retiring));
                steps.push(Step::Become(next, KeyState::Active));
            }
            Some(_) => {}
            None if replaced_at.minus(plan.ahead) <= now => steps.push(Step::Publish(algorithm)),
            None => {}
        }
    }
    steps
}
