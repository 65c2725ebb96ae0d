//! A person is deleted (enforcement-events-evidence 10.4): blocked at once, and tidied by a job.
//!
//! At once everything that they agreed to ends, with the events that say so; nobody finds them by any name, logs in as them or uses what
//! was issued to them. The job destroys their data key a while later, when followers and receivers of webhooks have been told who it was
//! that is gone, and takes away what is left in rows. The log keeps its leaves: that something was agreed to and ended, and nobody's name.

mod asked;
mod journal;
mod result;
mod tidying;

use consentry_domain::{
    Command, Consent, Lifetime, Slot, SubjectId,
    command::{Act, Withdraw},
    consent::Ended,
    decision::{Actor, CredentialKind, Door, EndReason},
    subject::{Subject, SubjectState},
};
use consentry_store::{AgreementQuery, AliasRow, ChangeSet, Expect, Row, RowChange, RowKey, Seeds};
use serde_json::{Map, json};

pub(crate) use self::asked::Terms;
pub use self::{
    asked::{ErasureError, ErasureWish},
    journal::{Erased, ErasureJournal},
    result::{Erasure, ErasureOutcome, FollowErasures},
};
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

/// Name of the event that a person was deleted.
const ERASED: &str = "subject.erased";

/// Name of the event that a key was destroyed, which tells of nobody.
pub(crate) const DESTROYED: &str = "subject_key.destroyed";

/// How long receivers have to hear of it: three times as long as a message is tried in the usual plan.
pub const NOTICE: Lifetime = Lifetime::minutes(15);

/// Sessions ended at once; nobody has more by far.
const SESSIONS: u32 = 1_000;

/// Who deletes somebody, and where.
#[derive(Debug, Clone)]
struct Hand {
    actor: Actor,
    credential: CredentialKind,
    door: Door,
    request: Option<String>,
}

impl Ledger {
    /// What blocks a person, to be committed with what the door itself takes away. Empty where they are deleted already; refused where
    /// something holds what is known of them.
    pub(crate) async fn blocking<A: Action>(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<A>,
        subject: SubjectId,
        terms: &Terms,
    ) -> Result<ChangeSet, ErasureError> {
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
            door: terms.door,
            request: terms.request.clone(),
        };
        let mut change = self.ending(tenant, subject, &hand).await?;
        if terms.despite_holds {
            self.drop_holds(tenant, subject, &mut change).await?;
        } else if let Some(held) = self.unless_held(tenant, subject, &mut change).await? {
            return Err(ErasureError::Held(held));
        }
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
        let act = (ids.decision(subject), subject, terms.door);
        let mut own = note.clone();
        if let Some(reason) = &terms.reason {
            own.insert("why".to_owned(), json!(reason));
        }
        change
            .events
            .push(events::of_note(&ids, &key, ERASED, act, None, own)?);
        let mut parties = Vec::new();
        for party in self.parties_of(tenant, subject).await? {
            let party = party.as_str().to_owned();
            parties.push(party.clone());
            change.events.push(events::of_note(
                &ids,
                &key,
                ERASED,
                act,
                Some(party),
                note.clone(),
            )?);
        }
        let begun = result::Begun {
            received_at: Some(change.at),
            reference: terms.reference.clone().or_else(|| terms.request.clone()),
            parties,
        };
        change.rows.push(result::work(subject, change.at, &begun)?);
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
}
