//! Switching notices off for oneself (consent-dashboard UK-7, C6; RFC 8058): mails that say what was agreed to, what ended, and what is about to.
//!
//! A person reaches the switch by an address of their own, which is in those mails and on their pages. It needs no login: all that can be
//! done with it is to get or not to get mails. Mails that protect an account, and those that somebody asks for, cannot be switched off.

use consentry_domain::{SubjectId, decision::Door};
use consentry_store::{AccountRow, ChangeSet, CommitError, Expect, Row, RowChange, RowKey};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::KeptContact;
use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    opaque::{base64url, from_base64url},
    subjects::Origin,
};

/// Bytes of the keyed hash that an address holds.
const PROOF: usize = 16;

/// How often it is tried when others change the account at the same time.
const TRIES: usize = 3;

/// Where a person switches notices, below the public address. Nothing in it is a name.
pub(super) fn path(tenant: &TenantSnapshot, subject: SubjectId) -> String {
    let mut bytes = subject.uuid().as_bytes().to_vec();
    bytes.extend(proof(tenant, subject));
    format!("/notices/{}", base64url(&bytes))
}

fn proof(tenant: &TenantSnapshot, subject: SubjectId) -> [u8; PROOF] {
    let whole = tenant.keys.lookup("notices", &subject.to_string());
    let mut proof = [0; PROOF];
    proof.copy_from_slice(&whole.as_bytes()[..PROOF]);
    proof
}

impl TenantSnapshot {
    /// The person whose address of notices ends like this.
    pub fn notices_token(&self, token: &str) -> Option<SubjectId> {
        let bytes = from_base64url(token)?;
        let (id, given) = bytes.split_at_checked(16)?;
        let subject = SubjectId::from_uuid(Uuid::from_slice(id).ok()?);
        let is_ours: bool = proof(self, subject).as_slice().ct_eq(given).into();
        is_ours.then_some(subject)
    }
}

impl Ledger {
    /// Where somebody switches notices, below the public address; none where they are not written to.
    pub async fn notices_path(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<String>, Fault> {
        let is_written_to =
            tenant.tenant.mail.has_notices() && self.wants_notices(tenant, subject).await?.is_some();
        Ok(is_written_to.then(|| path(tenant, subject)))
    }

    /// Whether somebody wants notices; none where nobody knows how they are reached.
    pub async fn wants_notices(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<bool>, Fault> {
        let kept = self.kept_contact(tenant, subject).await?;
        Ok(kept.map(|(_, kept)| !kept.declines_notices))
    }

    /// Switches notices on or off for a person. What waits and is switched off is not sent any more. Doing it twice changes nothing.
    pub async fn switch_notices(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        wants: bool,
    ) -> Result<(), Fault> {
        for _ in 0..TRIES {
            let Some((account, kept)) = self.kept_contact(tenant, subject).await? else {
                return Ok(());
            };
            if kept.declines_notices != wants {
                return Ok(());
            }
            let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
            let kept = KeptContact {
                declines_notices: !wants,
                ..kept
            };
            let mut change = ChangeSet::new(tenant.id(), self.now());
            change
                .expect
                .push(Expect::At(RowKey::Account(subject), account.version));
            change.rows.push(RowChange::Put(Row::Account(AccountRow {
                version: account.version.saturating_add(1),
                contact: Some(kept.sealed(&key, self.entropy())?),
                ..account
            })));
            let origin = Origin::at(Door::Authorization);
            let told = self.of_names("subject.updated", (subject, &key), [], origin)?;
            change.events.push(told);
            match self.commit(change).await {
                Ok(_receipt) => return Ok(()),
                Err(CommitError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Conflict)
    }
}
