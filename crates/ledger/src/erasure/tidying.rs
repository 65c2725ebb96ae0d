//! What is left of a deletion, done by a job once receivers had their time: the key destroyed, and rows without anybody's name.

use consentry_domain::{
    Accounts, Agreement, Consent, SubjectId,
    consent::{Ended, Status},
    decision::{Actor, CredentialKind, Door},
};
use consentry_store::{
    AgreementQuery, ChangeSet, CommitError, Expect, JobRow, RecordQuery, RecordRow, Row, RowChange, RowKey,
    read::PersonMatch,
};
use serde_json::Map;

use super::{DESTROYED, Hand, WORK};
use crate::{
    Ledger, TenantSnapshot,
    error::{DecisionError, Fault},
    events,
};

/// People and records tidied at a time.
const AT_ONCE: u32 = 100;

impl Ledger {
    /// Does what is left of deletions whose receivers had their time; answers of how many people. One that was begun is gone on with.
    pub async fn finish_erasures(&self, tenant: &TenantSnapshot) -> Result<usize, Fault> {
        let mut done = 0;
        loop {
            let now = self.now();
            let due = self
                .inner
                .store
                .jobs_by_due(tenant.id(), WORK.to_owned(), AT_ONCE)
                .await?;
            let due: Vec<JobRow> = due.into_iter().take_while(|work| work.due_at <= now).collect();
            if due.is_empty() {
                return Ok(done);
            }
            for work in due {
                if !self.destroy(tenant, &work).await? {
                    return Ok(done);
                }
                done += 1;
            }
        }
    }

    /// How many people are deleted and not yet tidied.
    pub async fn erasures_left(&self, tenant: &TenantSnapshot) -> Result<usize, Fault> {
        let left = self.inner.store.jobs(tenant.id(), WORK.to_owned()).await?;
        Ok(left.len())
    }

    /// False where somebody else was at it: it is looked at again in the next round.
    async fn destroy(&self, tenant: &TenantSnapshot, work: &JobRow) -> Result<bool, Fault> {
        let subject: SubjectId = work.key.parse().map_err(|_| Fault::Unreadable {
            what: "work",
            why: format!("{} is no id of a person", work.key),
        })?;
        self.end_late_comers(tenant, subject).await?;
        self.clear_records(tenant, subject).await?;
        let store = &self.inner.store;
        let now = self.now();
        let mut change = ChangeSet::new(tenant.id(), now);
        for consent in store.deciding_consents(tenant.id(), subject).await? {
            change
                .expect
                .push(Expect::At(RowKey::Consent(consent.id), consent.version));
            change
                .rows
                .push(RowChange::Put(Row::Consent(nobodys(consent, now))));
        }
        let query = AgreementQuery {
            subject: Some(subject),
            ..AgreementQuery::default()
        };
        for (agreement, _) in store.agreements(tenant.id(), query).await? {
            change
                .expect
                .push(Expect::At(RowKey::Agreement(agreement.id), agreement.version));
            change.rows.push(RowChange::Put(Row::Agreement(Agreement {
                version: agreement.version.saturating_add(1),
                accounts: Accounts::default(),
                ended: agreement.ended.map(without_name),
                ..agreement
            })));
        }
        for row in store.aliases_of(tenant.id(), subject).await? {
            change.rows.push(RowChange::Delete(RowKey::Alias(row.hash)));
        }
        change.rows.push(self.outcome_of(tenant, subject, work).await?);
        change.rows.push(RowChange::Delete(RowKey::SubjectKey(subject)));
        change.rows.push(RowChange::EraseEvents(subject));
        change.expect.push(Expect::At(
            RowKey::Job(WORK.to_owned(), work.key.clone()),
            work.version,
        ));
        change
            .rows
            .push(RowChange::Delete(RowKey::Job(WORK.to_owned(), work.key.clone())));
        // Whoever keeps opened events in memory lets them go.
        change
            .events
            .push(events::public(&self.ids(), DESTROYED, None, &Map::new())?);
        // Noted before it cannot be taken back.
        self.note_erasure(tenant.id(), subject).await?;
        match self.commit(change).await {
            Ok(_) => Ok(true),
            Err(CommitError::Stale) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// What came to be after the person was blocked, in a request that had begun before.
    async fn end_late_comers(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<(), Fault> {
        let hand = Hand {
            actor: Actor::system(),
            credential: CredentialKind::Operator,
            door: Door::Operator,
            request: None,
        };
        let change = match self.ending(tenant, subject, &hand).await {
            Ok(change) => change,
            Err(DecisionError::Fault(fault)) => return Err(fault),
            Err(_) => return Err(Fault::Conflict),
        };
        if !change.is_empty() {
            let _receipt = self.commit(change).await?;
        }
        Ok(())
    }

    /// Takes away what records say, and what they are found by.
    async fn clear_records(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<(), Fault> {
        let mut query = RecordQuery {
            subject: Some(PersonMatch {
                subject: Some(subject),
                keys: Vec::new(),
            }),
            owner: Some(subject),
            actor: None,
            definition: None,
            definition_key: None,
            audience: None,
            collaborator: None,
            after: None,
            limit: AT_ONCE,
        };
        loop {
            let found = self.inner.store.records(tenant.id(), query.clone()).await?;
            let Some(last) = found.last() else { return Ok(()) };
            query.after = Some((last.row.record.created_at, last.row.record.id));
            let mut change = ChangeSet::new(tenant.id(), self.now());
            for found in found {
                let row = found.row;
                if row.sealed.is_none() && row.keys.is_empty() {
                    continue;
                }
                let key = RowKey::Record(row.record.subject.shard(), row.record.id);
                change.expect.push(Expect::At(key, row.version));
                change.rows.push(RowChange::Put(Row::Record(RecordRow {
                    version: row.version.saturating_add(1),
                    sealed: None,
                    keys: Vec::new(),
                    ..row
                })));
            }
            if !change.is_empty() {
                let _receipt = self.commit(change).await?;
            }
        }
    }
}

/// What is left of a consent: that there was one, and when.
fn nobodys(consent: Consent, now: consentry_domain::Timestamp) -> Consent {
    Consent {
        version: consent.version.saturating_add(1),
        status: Status::Erased,
        actor: unnamed(&consent.actor),
        updated_at: now,
        ended: consent.ended.map(without_name),
        ..consent
    }
}

fn without_name(ended: Ended) -> Ended {
    Ended {
        by: unnamed(&ended.by),
        ..ended
    }
}

const fn unnamed(actor: &Actor) -> Actor {
    Actor {
        role: actor.role,
        subject: None,
        name: None,
    }
}
