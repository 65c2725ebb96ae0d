//! Carrying out a command: read what it touches, decide, commit; decide again when somebody was faster.

use std::collections::{BTreeMap, BTreeSet};

use consentry_domain::{
    AgreementId, Command, ConsentId, Fact, Policy, RecordId, Slot, SubjectId, Timestamp, Touched,
    apply::apply, decide, scope::Scope,
};
use consentry_store::{
    ChangeSet, CommitError, Expect, NewEvent, RecordRow, Row, RowChange, RowKey, Seeds, TouchedRows,
    row::RecordKey,
};
use serde_json::{Map, Value};

use crate::{
    Ledger, TenantSnapshot,
    access::{Action, Permit},
    environment::Ids,
    error::{DecisionError, Fault},
    events,
    telling::Telling,
};

/// How often a decision that lost against another is taken anew.
const ATTEMPTS: u32 = 3;

/// What a record carries in bulk, ready to store.
#[derive(Debug, Clone)]
pub(crate) struct RecordBulk {
    /// Sealed with the subject's key.
    pub sealed: Option<Vec<u8>>,
    /// What it can be searched by.
    pub keys: Vec<(RecordKey, consentry_store::Hash)>,
    /// When the record counts as updated.
    pub updated: Updated,
}

/// When a record that is written counts as updated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Updated {
    /// When it is written.
    #[default]
    Now,
    /// When it is written, and not before this moment (consent-api 8.3: strictly later than before).
    NotBefore(Timestamp),
    /// Then: another system wrote it last.
    At(Timestamp),
}

impl Updated {
    fn moment(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Now => now,
            Self::NotBefore(earliest) => now.max(earliest),
            Self::At(moment) => moment,
        }
    }
}

/// What one attempt wants.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The command, if consents are touched.
    pub command: Option<Command>,
    /// Bulk content of the record the command is about.
    pub bulk: Option<RecordBulk>,
    /// What is noted beside the decision of each person it concerns.
    pub notes: BTreeMap<SubjectId, Map<String, Value>>,
    /// Other rows.
    pub rows: Vec<RowChange>,
    /// Other conditions.
    pub expect: Vec<Expect>,
    /// Other events, after those of the command.
    pub events: Vec<NewEvent>,
    /// Whether the command's caller is privileged (consent-api 10.1).
    pub privileged: bool,
    /// Whether a command that changes nothing is still committed for its other rows.
    pub rows_without_facts: bool,
}

/// What came of it.
#[derive(Debug, Clone)]
pub(crate) struct CarriedOut {
    /// The facts; empty when nothing changed.
    pub facts: Vec<Fact>,
    /// The touched part of the world afterwards.
    pub after: Touched,
    /// The moment it was decided.
    pub at: Timestamp,
}

impl Ledger {
    /// Reads what the seeds name, lets `plan` say what to do about it, decides and commits. `plan` may run up to three times and must
    /// not have effects of its own.
    pub(crate) async fn carry_out<A: Action, E: From<DecisionError>>(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<A>,
        seeds: Seeds,
        mut plan: impl FnMut(&TouchedRows, Timestamp) -> Result<Plan, E>,
    ) -> Result<CarriedOut, E> {
        tracing::trace!(action = A::NAME, caller = ?permit.caller().credential(), "carrying out");
        for _ in 0..ATTEMPTS {
            let before = self
                .inner
                .store
                .touched(tenant.id(), seeds.clone())
                .await
                .map_err(|error| DecisionError::Fault(error.into()))?;
            let now = self.now();
            let plan = plan(&before, now)?;
            let (change, carried_out) = self.change_set(tenant, &before, plan, now).await?;
            if change.is_empty() {
                return Ok(carried_out);
            }
            match self.commit_asked(change).await {
                Ok(_receipt) => return Ok(carried_out),
                Err(CommitError::Stale | CommitError::Taken) => {}
                Err(CommitError::Spent) => return Err(DecisionError::Spent.into()),
                Err(CommitError::Duplicate {
                    reference,
                    same_request,
                }) => {
                    return Err(DecisionError::Repeated {
                        reference,
                        same_request,
                    }
                    .into());
                }
                Err(error) => return Err(DecisionError::Fault(error.into()).into()),
            }
        }
        Err(DecisionError::Fault(Fault::Conflict).into())
    }

    /// What a plan comes to, not yet committed.
    pub(crate) async fn change_set(
        &self,
        tenant: &TenantSnapshot,
        before: &TouchedRows,
        plan: Plan,
        now: Timestamp,
    ) -> Result<(ChangeSet, CarriedOut), DecisionError> {
        let mut change = ChangeSet {
            tenant: tenant.id(),
            at: now,
            idempotency: None,
            expect: plan.expect,
            events: Vec::new(),
            rows: Vec::new(),
        };
        let mut carried_out = CarriedOut {
            facts: Vec::new(),
            after: before.touched.clone(),
            at: now,
        };
        if let Some(command) = &plan.command {
            let policy = policy(tenant, plan.privileged);
            carried_out.facts = decide(&before.touched, command, &policy, now)
                .map_err(DecisionError::Rejected)?
                .facts;
            if carried_out.facts.is_empty() && !plan.rows_without_facts {
                return Ok((ChangeSet::new(tenant.id(), now), carried_out));
            }
            let act = command.act();
            let mut notes = plan.notes;
            let ids = Ids {
                now,
                entropy: self.entropy(),
            };
            for fact in &carried_out.facts {
                let key = self
                    .subject_key(tenant, fact.subject())
                    .await?
                    .ok_or(Fault::Unreadable {
                        what: "subject key",
                        why: "the person has none".to_owned(),
                    })?;
                let mut telling = Telling::of(fact, &carried_out.after);
                apply(&mut carried_out.after, fact);
                let mut note = None;
                if let Fact::DecisionRecorded { .. } = fact {
                    note = notes.remove(&fact.subject());
                    telling.decided(&before.touched, &carried_out.facts, fact.subject());
                }
                let told = telling.told(fact, act, &carried_out.after);
                change
                    .events
                    .push(events::of_fact(tenant, &ids, &key, act, fact, (note, told))?);
            }
            change.rows.extend(
                self.grants_ended_by(tenant, &carried_out.facts, &carried_out.after)
                    .await?,
            );
            let written = Written::of(&carried_out.facts);
            written.write(tenant, before, &carried_out.after, plan.bulk, now, &mut change);
        }
        change.events.extend(plan.events);
        change.rows.extend(plan.rows);
        Ok((change, carried_out))
    }
}

/// The rules of a tenant for [`decide`].
fn policy(tenant: &TenantSnapshot, privileged: bool) -> Policy {
    Policy {
        required: required_definitions(),
        strict_transitions: tenant.tenant.records.strict_transitions,
        privileged,
    }
}

/// Definitions that a bundle cannot do without.
pub(crate) fn required_definitions() -> Vec<consentry_domain::DefinitionKey> {
    consentry_domain::DefinitionKey::parse(Scope::OPENID)
        .into_iter()
        .collect()
}

/// What a record is found by when all answers to a definition are wanted.
pub(crate) fn definition_key(
    tenant: &TenantSnapshot,
    definition: &consentry_domain::DefinitionKey,
) -> (RecordKey, consentry_store::Hash) {
    let kind = RecordKey::Definition;
    (kind, tenant.keys.lookup(kind.as_str(), definition.as_str()))
}

/// The rows that some facts change.
#[derive(Default)]
struct Written {
    consents: BTreeSet<ConsentId>,
    slots: BTreeMap<Slot, ConsentId>,
    agreements: BTreeSet<AgreementId>,
    records: BTreeSet<RecordId>,
}

impl Written {
    fn of(facts: &[Fact]) -> Self {
        let mut own = Self::default();
        for fact in facts {
            match fact {
                Fact::DecisionRecorded { .. }
                | Fact::AgreementReported { .. }
                | Fact::AgreementExpired { .. }
                | Fact::AgreementExpiring { .. } => {}
                Fact::DecisionDeleted { record } => {
                    own.records.insert(record.id);
                }
                Fact::ConsentImported(fact)
                | Fact::ConsentRequested(fact)
                | Fact::ConsentGranted(fact)
                | Fact::ConsentDenied(fact)
                | Fact::ConsentRestricted(fact)
                | Fact::ConsentAmended(fact)
                | Fact::ConsentRenewed(fact)
                | Fact::ConsentRevoked(fact)
                | Fact::ConsentSuperseded(fact)
                | Fact::ConsentExpired(fact)
                | Fact::ConsentExpiring(fact) => {
                    own.consents.insert(fact.consent.id);
                    if fact.decides {
                        own.slots.insert(fact.consent.slot.clone(), fact.consent.id);
                    }
                    own.records.extend(fact.record.as_ref().map(|record| record.id));
                }
                Fact::AgreementCreated { agreement }
                | Fact::AgreementImported { agreement }
                | Fact::AgreementChanged { agreement }
                | Fact::AgreementRenewed { agreement }
                | Fact::AgreementEnded { agreement } => {
                    own.agreements.insert(agreement.id);
                }
            }
        }
        own
    }

    fn write(
        mut self,
        tenant: &TenantSnapshot,
        before: &TouchedRows,
        after: &Touched,
        bulk: Option<RecordBulk>,
        now: Timestamp,
        change: &mut ChangeSet,
    ) {
        let put = |row| RowChange::Put(row);
        for id in &self.consents {
            if let Some(old) = before.touched.consents.get(id) {
                change.expect.push(Expect::At(RowKey::Consent(*id), old.version));
            }
            change
                .rows
                .extend(after.consents.get(id).cloned().map(Row::Consent).map(put));
        }
        for (slot, consent) in std::mem::take(&mut self.slots) {
            let old = before.slot_versions.get(&slot).copied();
            let key = RowKey::Slot(slot.clone());
            change
                .expect
                .push(old.map_or(Expect::Absent(key.clone()), |version| Expect::At(key, version)));
            let version = old.unwrap_or_default().saturating_add(1);
            change.rows.push(put(Row::Slot {
                slot,
                consent,
                version,
            }));
        }
        for id in &self.agreements {
            if let Some(old) = before.touched.agreements.get(id) {
                change
                    .expect
                    .push(Expect::At(RowKey::Agreement(*id), old.version));
            }
            change
                .rows
                .extend(after.agreements.get(id).cloned().map(Row::Agreement).map(put));
        }
        // A record that only its bulk changes is not in the facts but is the one the command is about.
        if bulk.is_some() && self.records.is_empty() {
            self.records.extend(before.records.keys().copied());
        }
        for id in &self.records {
            let old = before.records.get(id);
            let Some(record) = after.records.get(id).cloned() else {
                continue;
            };
            if let Some(old) = old {
                let shard = old.record.subject.shard();
                change
                    .expect
                    .push(Expect::At(RowKey::Record(shard, *id), old.version));
                if shard != record.subject.shard() {
                    change.rows.push(RowChange::Delete(RowKey::Record(shard, *id)));
                }
            }
            let kept = old.map(|old| RecordBulk {
                sealed: old.sealed.clone(),
                keys: old.keys.clone(),
                updated: Updated::Now,
            });
            let mut carried = bulk.clone().or(kept).unwrap_or(RecordBulk {
                sealed: None,
                keys: Vec::new(),
                updated: Updated::Now,
            });
            if let Some(consent) = after.consents.get(&record.consent) {
                carried.keys.retain(|(kind, _)| *kind != RecordKey::Definition);
                carried
                    .keys
                    .push(definition_key(tenant, &consent.slot.definition));
            }
            change.rows.push(put(Row::Record(RecordRow {
                record,
                version: old.map_or(1, |old| old.version.saturating_add(1)),
                updated_at: carried.updated.moment(now),
                sealed: carried.sealed,
                keys: carried.keys,
            })));
        }
    }
}
