//! A person is deleted (enforcement-events-evidence 10.4): blocked at once, and tidied by a job.
//!
//! At once everything that they agreed to ends, with the events that say so; nobody finds them by any name, logs in as them or uses what
//! was issued to them. The job destroys their data key a while later, when followers and receivers of webhooks have been told who it was
//! that is gone, and takes away what is left in rows. The log keeps its leaves: that something was agreed to and ended, and nobody's name.

mod journal;

use consentry_domain::{
    Accounts, Agreement, Command, Consent, Lifetime, Slot, SubjectId,
    command::{Act, Withdraw},
    consent::{Ended, Status},
    decision::{Actor, CredentialKind, Door, EndReason},
    subject::{Subject, SubjectState},
};
use consentry_store::{
    AgreementQuery, AliasRow, ChangeSet, CommitError, Expect, JobRow, RecordQuery, RecordRow, Row, RowChange,
    RowKey, Seeds, read::PersonMatch,
};
use serde_json::{Map, json};

pub use self::journal::{Erased, ErasureJournal};
use crate::{
    Ledger, TenantSnapshot,
    access::{Action, Permit},
    agreements::end_grant,
    carry_out::Plan,
    error::{DecisionError, Fault},
    events,
};

/// Kind of the work that is left, one for each person.
const WORK: &str = "erasure";

/// How long receivers have to hear of it: three times as long as a message is tried in the usual plan.
pub const NOTICE: Lifetime = Lifetime::minutes(15);

/// Sessions ended at once; nobody has more by far.
const SESSIONS: u32 = 1_000;

/// People and records tidied at a time.
const AT_ONCE: u32 = 100;

/// Who deletes somebody, and where.
#[derive(Debug, Clone)]
struct Hand {
    actor: Actor,
    credential: CredentialKind,
    door: Door,
    request: Option<String>,
}

impl Ledger {
    /// What blocks a person, to be committed with what the door itself takes away. Empty where they are deleted already.
    pub(crate) async fn blocking<A: Action>(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<A>,
        subject: SubjectId,
        (door, request): (Door, Option<&str>),
    ) -> Result<ChangeSet, DecisionError> {
        let caller = permit.caller();
        tracing::info!(?caller, subject.id = %subject, "deleting a person");
        let store = &self.inner.store;
        let read = |error| DecisionError::Fault(Fault::Store(error));
        let known = store.subject(tenant.id(), subject).await.map_err(read)?;
        let Some(known) = known.filter(|known| known.state != SubjectState::Erased) else {
            return Ok(ChangeSet::new(tenant.id(), self.now()));
        };
        let hand = Hand {
            actor: caller.actor(),
            credential: caller.credential(),
            door,
            request: request.map(str::to_owned),
        };
        let mut change = self.ending(tenant, subject, &hand).await?;
        let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
        for row in store.aliases_of(tenant.id(), subject).await.map_err(read)? {
            let value = key.open(row.hash.as_bytes(), &row.sealed).map_err(Fault::from)?;
            // Receivers are told who it was; nobody is found by it.
            let place = format!("{subject} {} {:?}", row.namespace.as_str(), row.hash);
            let hash = tenant.keys.lookup("deleted_name", &place);
            change.expect.push(Expect::At(RowKey::Alias(row.hash), 1));
            change.rows.push(RowChange::Delete(RowKey::Alias(row.hash)));
            change.rows.push(RowChange::Put(Row::Alias(AliasRow {
                sealed: key.seal(self.entropy(), hash.as_bytes(), &value),
                hash,
                ..row
            })));
        }
        change.rows.push(RowChange::Delete(RowKey::Account(subject)));
        change
            .expect
            .push(Expect::At(RowKey::Subject(subject), known.version));
        change.rows.push(RowChange::Put(Row::Subject(Subject {
            version: known.version.saturating_add(1),
            state: SubjectState::Erased,
            ..known
        })));
        let ids = self.ids();
        let mut note = Map::new();
        note.insert("reason".to_owned(), json!(EndReason::Erasure));
        let act = (ids.decision(subject), subject, door);
        change.events.push(events::of_note(
            &ids,
            &key,
            "subject.erased",
            act,
            None,
            note.clone(),
        )?);
        for party in self.parties_of(tenant, subject).await? {
            let party = Some(party.as_str().to_owned());
            change.events.push(events::of_note(
                &ids,
                &key,
                "subject.erased",
                act,
                party,
                note.clone(),
            )?);
        }
        let work = JobRow {
            kind: WORK.to_owned(),
            key: subject.to_string(),
            version: 1,
            due_at: change.at.plus(NOTICE),
            holder: None,
            held_until: None,
            attempts: 0,
            last_error: None,
            detail: "{}".to_owned(),
        };
        change.rows.push(RowChange::Put(Row::Job(work)));
        Ok(change)
    }

    /// The end of everything that somebody agreed to, with tokens and sessions.
    async fn ending(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        hand: &Hand,
    ) -> Result<ChangeSet, DecisionError> {
        let store = &self.inner.store;
        let read = |error| DecisionError::Fault(Fault::Store(error));
        let now = self.now();
        let standing = store
            .deciding_consents(tenant.id(), subject)
            .await
            .map_err(read)?;
        let granting: Vec<&Consent> = standing
            .iter()
            .filter(|consent| consent.status.is_granting())
            .collect();
        let mut change = ChangeSet::new(tenant.id(), now);
        if !granting.is_empty() {
            let query = AgreementQuery {
                subject: Some(subject),
                in_force_at: Some(now),
                ..AgreementQuery::default()
            };
            let around = store.agreements(tenant.id(), query).await.map_err(read)?;
            let slots: Vec<Slot> = granting.iter().map(|consent| consent.slot.clone()).collect();
            let seeds = Seeds {
                agreements: around.into_iter().map(|(agreement, _)| agreement.id).collect(),
                slots,
                ..Seeds::default()
            };
            let before = store.touched(tenant.id(), seeds).await.map_err(read)?;
            let command = Command::Withdraw(Withdraw {
                act: Act {
                    decision: self.ids().decision(subject),
                    subject,
                    door: hand.door,
                    actor: hand.actor.clone(),
                    credential: hand.credential,
                    texts: Vec::new(),
                    interaction: None,
                    request: hand.request.clone(),
                },
                consents: granting.iter().map(|consent| consent.id).collect(),
                reason: EndReason::Erasure,
            });
            let plan = Plan {
                command: Some(command),
                ..Plan::default()
            };
            (change, _) = self.change_set(tenant, &before, plan, now).await?;
        }
        let ended = Ended {
            at: now,
            reason: EndReason::Erasure,
            by: hand.actor.clone(),
        };
        let grants = store.grants_of(tenant.id(), subject, None).await.map_err(read)?;
        for grant in grants {
            let is_ended =
                |row: &RowChange| matches!(row, RowChange::Put(Row::Grant(own)) if own.id == grant.id);
            if !change.rows.iter().any(is_ended) {
                change.rows.push(end_grant(&grant, &ended));
            }
        }
        let sessions = store.sessions_of(tenant.id(), subject, now, SESSIONS);
        for session in sessions.await.map_err(read)? {
            change.rows.push(RowChange::Delete(RowKey::Token(session.hash)));
        }
        Ok(change)
    }

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

/// Name of the event that a key was destroyed, which tells of nobody.
pub(crate) const DESTROYED: &str = "subject_key.destroyed";

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
