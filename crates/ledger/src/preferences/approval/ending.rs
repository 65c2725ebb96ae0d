//! What nobody decided about in time.

use consentry_domain::{Lifetime, decision::Actor};
use consentry_store::{ChangeSet, CommitError, Expect, JobRow, Row, RowChange, RowKey};

use super::{END, Ending};
use crate::{
    Ledger, TenantSnapshot,
    access::{Caller, Target, authorize},
    error::Fault,
    preferences::{DecideApproval, PreferenceError, attempt::Attempt, commit::Ended, model::EventStatus},
    stored_json::from_json,
};

/// Most events that are ended at a time.
const AT_ONCE: u32 = 200;

/// How long something unreadable is left alone.
const PUT_OFF: Lifetime = Lifetime::minutes(60);

impl Ledger {
    /// Writes down of events that nobody decided about in time that they are over; answers how many there were.
    pub async fn end_approvals(&self, tenant: &TenantSnapshot) -> Result<usize, Fault> {
        let now = self.now();
        let rows = self
            .inner
            .store
            .jobs_by_due(tenant.id(), END.to_owned(), AT_ONCE)
            .await?;
        let mut ended = 0;
        for row in rows.into_iter().filter(|row| row.due_at <= now) {
            let was_written = match from_json::<Ending>(&row.detail, "approval") {
                Ok(ending) => self.end_approval(tenant, &ending, &row).await,
                Err(fault) => Err(fault.into()),
            };
            match was_written {
                Ok(is_one) => ended += usize::from(is_one),
                // Nothing can be read or written at the moment: the next round begins here again.
                Err(PreferenceError::Fault(fault)) if fault.is_transient() => return Err(fault),
                Err(error) => self.put_off(tenant, row, &error).await?,
            }
        }
        Ok(ended)
    }

    /// What cannot be read stands in nobody's way: it is looked at again later, and says why.
    async fn put_off(
        &self,
        tenant: &TenantSnapshot,
        row: JobRow,
        error: &PreferenceError,
    ) -> Result<(), Fault> {
        let now = self.now();
        tracing::error!(%error, tenant = %tenant.tenant.slug, "the end of an approval cannot be written down; it is tried again");
        let mut change = ChangeSet::new(tenant.id(), now);
        let key = RowKey::Job(row.kind.clone(), row.key.clone());
        change.expect.push(Expect::At(key, row.version));
        change.rows.push(RowChange::Put(Row::Job(JobRow {
            version: row.version.saturating_add(1),
            due_at: now.plus(PUT_OFF),
            attempts: row.attempts.saturating_add(1),
            last_error: Some(error.to_string()),
            ..row
        })));
        match self.commit(change).await {
            Ok(_) | Err(CommitError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn end_approval(
        &self,
        tenant: &TenantSnapshot,
        ending: &Ending,
        row: &JobRow,
    ) -> Result<bool, PreferenceError> {
        let now = self.now();
        let mut attempt = Attempt::new(self, tenant);
        let mut is_one = false;
        if let Some(person) = attempt.person(ending.subject).await?
            && let Some(event) = person.events.iter_mut().find(|event| event.hash == ending.event)
            && event.body.status == EventStatus::PendingApproval
            && event.body.status_at(now) == EventStatus::Expired
        {
            event.body.status = EventStatus::Expired;
            event.body.updated_at = now;
            event.is_changed = true;
            person.is_changed = true;
            person.actor = Some(Actor::system());
            is_one = true;
        }
        let key = RowKey::Job(row.kind.clone(), row.key.clone());
        if is_one {
            attempt.expect.push(Expect::At(key.clone(), row.version));
            attempt.rows.push(RowChange::Delete(key));
            let permit = authorize::<DecideApproval>(&Caller::Operator, Target::Tenant)?;
            // Who lost against another tries again with the next round.
            return Ok(matches!(attempt.commit(&permit, None).await?, Ended::Written));
        }
        let mut change = ChangeSet::new(tenant.id(), now);
        change.rows.push(RowChange::Delete(key));
        let _receipt = self.commit(change).await.map_err(Fault::from)?;
        Ok(false)
    }
}
