//! The passkeys of an account: how they are kept, listed, named and removed.

use consentry_domain::{SubjectId, Timestamp};
use consentry_store::{AccountRow, ChangeSet, CommitError, Expect, Row, RowChange, RowKey};
use serde::{Deserialize, Serialize};

use super::{LONGEST_NAME, key::PublicKey};
use crate::{
    Ledger, TenantSnapshot,
    environment::Entropy,
    error::Fault,
    mail::{About, GIVE_UP, Mail, To, put},
    opaque::base64url,
    sealing::Key,
    sessions::Session,
};

/// What the sealed bytes are bound to, beside the key.
const BOUND: &[u8] = b"consentry/v1/passkeys";

/// How often a change is tried anew when another was faster.
pub(super) const ATTEMPTS: u32 = 5;

/// A passkey as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// What it is named by on a form; base64url.
    pub id: String,
    /// What its person calls it.
    pub name: String,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was last used; none where it never was.
    pub used_at: Option<Timestamp>,
    /// Whether whoever made it keeps a copy for the person's other devices.
    pub is_backed_up: bool,
}

/// Why a passkey stays.
#[derive(Debug, thiserror::Error)]
pub enum RemovePasskeyError {
    /// Nothing else would let the person in.
    #[error("it is the only way to log in")]
    LastWay,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A passkey as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Id of the credential; base64url.
    pub(super) id: String,
    pub(super) key: PublicKey,
    /// What the authenticator counted last; 0 where it does not count.
    pub(super) counter: u32,
    pub(super) is_backed_up: bool,
    pub(super) name: String,
    pub(super) added_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) used_at: Option<Timestamp>,
}

impl From<Kept> for Passkey {
    fn from(kept: Kept) -> Self {
        Self {
            id: kept.id,
            name: kept.name,
            added_at: kept.added_at,
            used_at: kept.used_at,
            is_backed_up: kept.is_backed_up,
        }
    }
}

/// What an account keeps, opened.
fn opened(account: &AccountRow, key: &Key) -> Result<Vec<Kept>, Fault> {
    let Some(sealed) = &account.passkeys else {
        return Ok(Vec::new());
    };
    key.open_value(BOUND, sealed, "passkeys")
}

/// A name as it is kept: one line, not too long; none where nothing is left of it.
pub(super) fn usable_name(name: &str) -> Option<String> {
    let words: String = name
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let name: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = name.chars().take(LONGEST_NAME).collect();
    (!name.is_empty()).then_some(name)
}

/// An account with its passkeys opened.
pub(super) struct Holder {
    account: AccountRow,
    key: std::sync::Arc<Key>,
    pub(super) passkeys: Vec<Kept>,
}

impl Holder {
    /// Writes the passkeys back, if nobody changed the account meanwhile.
    pub(super) fn write(self, change: &mut ChangeSet, entropy: &dyn Entropy) -> Result<(), Fault> {
        let sealed = self.key.seal_value(entropy, BOUND, &self.passkeys, "passkeys")?;
        let version = self.account.version;
        let account_key = RowKey::Account(self.account.subject);
        change.expect.push(Expect::At(account_key, version));
        change.rows.push(RowChange::Put(Row::Account(AccountRow {
            version: version.saturating_add(1),
            passkeys: (!self.passkeys.is_empty()).then_some(sealed),
            ..self.account
        })));
        Ok(())
    }
}

/// Puts the mail that tells a person of it; `mark` makes it another than any before.
pub(super) fn tell(
    change: &mut ChangeSet,
    subject: SubjectId,
    is_added: bool,
    mark: &str,
) -> Result<(), Fault> {
    let now = change.at;
    put(
        change,
        &Mail {
            key: format!("passkey {mark}"),
            to: To::Person(subject),
            about: About::Passkey { is_added },
            due_at: now,
            until: now.plus(GIVE_UP),
        },
    )
}

impl Ledger {
    /// The account of somebody who may log in, with its passkeys; none where there is none, it is switched off, or the person was erased.
    pub(super) async fn passkey_holder(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<Holder>, Fault> {
        let account = self.inner.store.account(tenant.id(), subject).await?;
        let Some(account) = account.filter(|account| !account.disabled) else {
            return Ok(None);
        };
        let Some(key) = self.subject_key(tenant, subject).await? else {
            return Ok(None);
        };
        let passkeys = opened(&account, &key)?;
        Ok(Some(Holder {
            account,
            key: std::sync::Arc::new(key),
            passkeys,
        }))
    }

    /// The passkeys of the person of a session, the one that was added last first.
    pub async fn passkeys_of(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Vec<Passkey>, Fault> {
        let holder = self.passkey_holder(tenant, subject).await?;
        let kept = holder.map(|holder| holder.passkeys).unwrap_or_default();
        Ok(kept.into_iter().rev().map(Passkey::from).collect())
    }

    /// Gives one of them another name; answers whether there was one and the name can be kept.
    pub async fn name_passkey(
        &self,
        tenant: &TenantSnapshot,
        session: &Session,
        id: &str,
        name: &str,
    ) -> Result<bool, Fault> {
        let Some(name) = usable_name(name) else {
            return Ok(false);
        };
        for _ in 0..ATTEMPTS {
            let Some(mut holder) = self.passkey_holder(tenant, session.subject).await? else {
                return Ok(false);
            };
            let Some(kept) = holder.passkeys.iter_mut().find(|kept| kept.id == id) else {
                return Ok(false);
            };
            kept.name.clone_from(&name);
            let change = ChangeSet::new(tenant.id(), self.now());
            if self.write_passkeys(holder, change).await? {
                return Ok(true);
            }
        }
        Err(Fault::Conflict)
    }

    /// Takes one of them away, and tells the person; answers whether there was one. From then on it opens nothing. The last way to log in
    /// stays.
    pub async fn remove_passkey(
        &self,
        tenant: &TenantSnapshot,
        session: &Session,
        id: &str,
    ) -> Result<bool, RemovePasskeyError> {
        let subject = session.subject;
        for _ in 0..ATTEMPTS {
            let Some(mut holder) = self.passkey_holder(tenant, subject).await? else {
                return Ok(false);
            };
            let before = holder.passkeys.len();
            holder.passkeys.retain(|kept| kept.id != id);
            if holder.passkeys.len() == before {
                return Ok(false);
            }
            if holder.passkeys.is_empty() && !self.has_way_beside_passkeys(tenant, &holder.account).await? {
                return Err(RemovePasskeyError::LastWay);
            }
            let mut change = ChangeSet::new(tenant.id(), self.now());
            let mark = base64url(tenant.keys.lookup("passkey removed", id).as_bytes());
            tell(&mut change, subject, false, &mark)?;
            if self.write_passkeys(holder, change).await? {
                self.inner.has_mailed();
                return Ok(true);
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Answers whether nobody changed the account meanwhile: otherwise nothing is written.
    async fn write_passkeys(&self, holder: Holder, mut change: ChangeSet) -> Result<bool, Fault> {
        holder.write(&mut change, self.entropy())?;
        match self.commit(change).await {
            Ok(_receipt) => Ok(true),
            Err(CommitError::Stale) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
