//! Writing what people chose, with the decision that it is, in one commit.

use std::collections::BTreeSet;

use consentry_domain::{
    Audience, Command, Consent, DecisionId, DefinitionKey, Qualifier, Slot, SubjectId, Timestamp,
    command::{Act, ChoosePurposes, PurposeAnswer},
    decision::{Actor, CredentialKind, Door},
    definition::DefinitionKind,
    tenant::USUAL_REGULATION,
};
use consentry_store::{ChangeSet, CommitError, Seeds};

use super::{
    PreferenceError,
    attempt::Attempt,
    model::{Folded, Switch},
    person::Person,
    proof, telling,
};
use crate::{
    TenantSnapshot,
    access::{Action, Permit},
    carry_out::Plan,
    erasure::Terms,
    error::Fault,
};

/// How an attempt ended.
pub(super) enum Ended {
    /// It is written.
    Written,
    /// Somebody was faster: try again.
    Lost,
}

/// The slot of a purpose, for the tenant itself.
pub(super) fn slot_of(subject: SubjectId, definition: &DefinitionKey, regulation: &str) -> Slot {
    Slot {
        subject,
        definition: definition.clone(),
        audience: Audience::None,
        qualifier: Qualifier::regulation(regulation, USUAL_REGULATION),
    }
}

impl Attempt<'_> {
    /// Writes everything in hand.
    pub(super) async fn commit<A: Action>(
        mut self,
        permit: &Permit<A>,
        request: Option<&str>,
    ) -> Result<Ended, PreferenceError> {
        let (ledger, tenant) = (self.ledger, self.tenant);
        let now = ledger.now();
        let mut change = ChangeSet::new(tenant.id(), now);
        let people = std::mem::take(&mut self.people);
        let mut erased = Vec::new();
        let usual = || Terms::at(Door::Preferences, request);
        let terms = self.terms.take().unwrap_or_else(usual);
        for (_, mut person) in people {
            if !person.is_changed && !person.is_gone && !person.is_trimmed {
                continue;
            }
            person.refold(now);
            person.actor.get_or_insert_with(|| actor(permit.caller()));
            let decision = person.decide(&ledger.ids());
            let told = telling::tell(&person, &ledger.ids())?;
            let (expect, rows) = person.rows(ledger)?;
            change.expect.extend(expect);
            change.rows.extend(rows);
            change.rows.extend(proof::gone(tenant, &person.removed_proofs));
            let decided = if person.is_erased {
                erased.push(person.subject);
                let mut change = ledger.blocking(tenant, permit, person.subject, &terms).await?;
                for absorbed in &person.body.absorbed {
                    let more = ledger.blocking(tenant, permit, *absorbed, &terms).await?;
                    change.expect.extend(more.expect);
                    change.events.extend(more.events);
                    change.rows.extend(more.rows);
                }
                change
            } else {
                self.decided(&person, decision, permit, request).await?
            };
            change.expect.extend(decided.expect);
            change.rows.extend(decided.rows);
            // A decision stands first among what it leads to; what a person had goes before the person.
            let (first, then) = if person.is_erased {
                (told, decided.events)
            } else {
                (decided.events, told)
            };
            change.events.extend(first);
            change.events.extend(then);
        }
        change.expect.append(&mut self.expect);
        change.rows.append(&mut self.rows);
        if change.is_empty() {
            return Ok(Ended::Written);
        }
        match ledger.commit_asked(change).await {
            Ok(_receipt) => {
                for subject in erased {
                    ledger.note_erasure_begun(tenant.id(), subject).await;
                }
                Ok(Ended::Written)
            }
            Err(CommitError::Stale | CommitError::Taken) => Ok(Ended::Lost),
            Err(error) => Err(Fault::from(error).into()),
        }
    }

    /// What the choices of a person come to in the ledger; nothing where they come to nothing.
    async fn decided<A: Action>(
        &self,
        person: &Person,
        decision: DecisionId,
        permit: &Permit<A>,
        request: Option<&str>,
    ) -> Result<ChangeSet, PreferenceError> {
        let (ledger, tenant) = (self.ledger, self.tenant);
        let now = ledger.now();
        let answers = self.answers(person, now);
        let mut named: Vec<DefinitionKey> = answers
            .iter()
            .map(|answer| answer.slot.definition.clone())
            .collect();
        for (_, purpose) in person.switched.keys() {
            let key = super::check::purpose(tenant, purpose).map(|own| own.key.clone());
            named.extend(key.filter(|key| !named.contains(key)));
        }
        named.sort();
        named.dedup();
        if named.is_empty() {
            return Ok(ChangeSet::new(tenant.id(), now));
        }
        let standing = ledger
            .inner
            .store
            .deciding_consents(tenant.id(), person.subject)
            .await
            .map_err(Fault::from)?;
        let below = below(tenant, &standing, &answers);
        let mut slots: Vec<Slot> = answers.iter().map(|answer| answer.slot.clone()).collect();
        slots.extend(below.iter().map(|(_, consent)| consent.slot.clone()));
        let seeds = Seeds {
            agreements: ledger
                .agreements_around(tenant, &slots.iter().collect::<Vec<_>>())
                .await?,
            slots,
            ..Seeds::default()
        };
        let before = ledger
            .inner
            .store
            .touched(tenant.id(), seeds)
            .await
            .map_err(Fault::from)?;
        let caller = permit.caller();
        let command = Command::ChoosePurposes(ChoosePurposes {
            act: Act {
                decision,
                subject: person.subject,
                door: Door::Preferences,
                actor: person.actor.clone().unwrap_or_else(|| actor(caller)),
                credential: credential(caller),
                texts: Vec::new(),
                interaction: None,
                request: request.map(str::to_owned),
            },
            named,
            answers,
            below: below
                .into_iter()
                .map(|(purpose, consent)| (purpose, consent.id))
                .collect(),
        });
        let plan = Plan {
            command: Some(command),
            notes: [(person.subject, person.note.clone())].into(),
            ..Plan::default()
        };
        let (change, _) = ledger.change_set(tenant, &before, plan, now).await?;
        Ok(change)
    }

    /// What has another answer now, and what was answered again.
    fn answers(&self, person: &Person, now: Timestamp) -> Vec<PurposeAnswer> {
        let after = &person.body.folded;
        let mut purposes: BTreeSet<(&str, &str)> = BTreeSet::new();
        for folded in [&person.before, after] {
            for (regulation, status) in &folded.statuses {
                purposes.extend(
                    status
                        .choices
                        .purposes
                        .iter()
                        .map(|own| (regulation.as_str(), own.id.as_str())),
                );
            }
        }
        let mut answers = Vec::new();
        for (regulation, id) in purposes {
            let Some(definition) = super::check::purpose(self.tenant, id) else {
                continue;
            };
            let said_at = switched_at(after, regulation, id);
            let again = person
                .switched
                .get(&(regulation.to_owned(), id.to_owned()))
                .is_some_and(|at| said_at == Some(*at));
            let (was, is) = (
                switch(&person.before, regulation, id),
                switch(after, regulation, id),
            );
            if was == is && !again {
                continue;
            }
            let ids = self.ledger.ids();
            answers.push(PurposeAnswer {
                slot: slot_of(person.subject, &definition.key, regulation),
                answer: is,
                said_at: said_at.unwrap_or(now),
                consent: ids.consent(person.subject),
                record: ids.record(person.subject),
                wording: None,
                valid_until: definition.lifetime.map(|lifetime| now.plus(lifetime)),
            });
        }
        answers
    }
}

fn switch(folded: &Folded, regulation: &str, purpose: &str) -> Option<bool> {
    let status = folded.statuses.get(regulation)?;
    let choice = status.choices.purposes.iter().find(|own| own.id == purpose)?;
    let switch: Switch = choice.enabled;
    switch.flatten()
}

fn switched_at(folded: &Folded, regulation: &str, purpose: &str) -> Option<Timestamp> {
    folded.statuses.get(regulation)?.switched_at.get(purpose).copied()
}

/// Consents to what lies below the purposes that are switched off, each with its purpose.
fn below(
    tenant: &TenantSnapshot,
    standing: &[Consent],
    answers: &[PurposeAnswer],
) -> Vec<(DefinitionKey, Consent)> {
    let off: BTreeSet<&DefinitionKey> = answers
        .iter()
        .filter(|answer| answer.answer != Some(true) && answer.slot.qualifier == Qualifier::none())
        .map(|answer| &answer.slot.definition)
        .collect();
    let mut found = Vec::new();
    for consent in standing.iter().filter(|consent| consent.status.is_granting()) {
        let mut next = tenant
            .definitions
            .get(&consent.slot.definition)
            .and_then(|own| own.parent.as_ref());
        // Nothing keeps parents from going in a circle.
        let mut seen = BTreeSet::new();
        while let Some(parent) = next.filter(|parent| seen.insert(*parent)) {
            let definition = tenant.definitions.get(parent);
            let is_purpose = definition.is_some_and(|own| own.kind == DefinitionKind::Purpose);
            if is_purpose && off.contains(parent) {
                found.push((parent.clone(), consent.clone()));
            }
            next = definition.and_then(|own| own.parent.as_ref());
        }
    }
    found
}

fn actor(caller: &crate::Caller) -> Actor {
    caller.actor()
}

const fn credential(caller: &crate::Caller) -> CredentialKind {
    caller.credential()
}
