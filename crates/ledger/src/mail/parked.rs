//! Mails that were given up: seeing them, and asking for one again.

use consentry_domain::{TenantId, Timestamp};
use consentry_store::{ChangeSet, CommitError, Expect, JobRow, Row, RowChange};

use super::{
    about::About,
    queue::{Details, GIVE_UP, KEPT, MAIL, MOST_PARKED, PARKED, Waiting, unreadable},
};
use crate::{Ledger, TenantSnapshot, error::Fault, once::Outcome, opaque::base64url};

/// Why a mail is not sent again.
#[derive(Debug, thiserror::Error)]
pub enum RetryError {
    /// It is none that was given up.
    #[error("there is no such mail")]
    Absent,
    /// What it says is over: a code, or an end that has come.
    #[error("its time is over")]
    Over,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Waiting {
    /// By what it is asked for again.
    pub fn id(&self) -> String {
        base64url(self.key().as_bytes())
    }

    /// When it was given up, where it was.
    pub fn given_up_at(&self) -> Timestamp {
        self.due_at().minus(KEPT)
    }

    /// Until when it may be sent, asked for again at a time; none where nobody wants to read it any more.
    fn until_again(&self, now: Timestamp) -> Option<Timestamp> {
        match self.about() {
            About::Given(_)
            | About::Withdrawn(_)
            | About::Expired(_)
            | About::EndpointDisabled(_)
            | About::Passkey { .. }
            | About::Login { .. } => Some(now.plus(GIVE_UP)),
            About::Expiring(..) | About::Code(_) | About::Preference(_) => {
                Some(self.until()).filter(|until| *until > now)
            }
        }
    }
}

impl Ledger {
    /// Lets a mail that was given up wait again, as if it had never been tried.
    pub async fn retry_mail(&self, tenant: &TenantSnapshot, id: &str) -> Result<Waiting, RetryError> {
        let now = self.now();
        let parked = self.parked_mails(tenant.id(), MOST_PARKED).await?;
        let mail = parked.into_iter().find(|mail| mail.id() == id);
        let mail = mail.ok_or(RetryError::Absent)?;
        let until = mail.until_again(now).ok_or(RetryError::Over)?;
        tracing::info!(mail.key = mail.key(), tenant = %tenant.tenant.slug, "a mail that was given up is sent again");
        let details = Details {
            until,
            ..mail.details.clone()
        };
        let again = JobRow {
            kind: MAIL.to_owned(),
            key: mail.row.key.clone(),
            version: 1,
            due_at: now,
            attempts: 0,
            last_error: None,
            detail: serde_json::to_string(&details).map_err(unreadable)?,
            ..mail.row.clone()
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        change.expect.push(Expect::At(mail.row_key(), mail.row.version));
        change.rows.push(RowChange::Delete(mail.row_key()));
        change.rows.push(RowChange::Put(Row::Job(again.clone())));
        self.leads_to(Outcome::made(id));
        match self.commit_asked(change).await {
            Ok(_receipt) => {}
            Err(CommitError::Stale) => return Err(RetryError::Absent),
            Err(error) => return Err(Fault::from(error).into()),
        }
        self.inner.has_mailed();
        Ok(Waiting { row: again, details })
    }

    /// Mails of a tenant that were given up, oldest first, at most `limit`.
    pub async fn parked_mails(&self, tenant: TenantId, limit: u32) -> Result<Vec<Waiting>, Fault> {
        let store = &self.inner.store;
        let rows = store.jobs_by_due(tenant, PARKED.to_owned(), limit).await?;
        // What a newer program gave up waits for one that knows it.
        Ok(rows.into_iter().filter_map(|row| Waiting::of(row).ok()).collect())
    }
}
