//! What the operator takes over from another system as a bundle: it comes as if it had been made here when it was made there.

use std::collections::BTreeSet;

use super::{Draft, Rejection, import::came};
use crate::{
    Agreement, Audience, Consent, Fact, Slot, Status, Timestamp,
    agreement::AgreementItem,
    command::{ImportAgreement, NewItem},
    consent::Ended,
    decision::{Door, EndReason, Outcome},
    fact::ConsentFact,
    record::Record,
};

impl Draft<'_> {
    pub(super) fn import_agreement(&mut self, command: &ImportAgreement) -> Result<(), Rejection> {
        self.check_import(command)?;
        let named = command.items.iter().map(|item| item.definition.clone());
        self.record_decision(Outcome::Imported, named.collect());
        let mut replaced = Vec::new();
        for item in &command.items {
            replaced.push(self.import_item(command, item));
        }
        self.settle(EndReason::Superseded);
        let replaced_at = replaced.iter().copied().collect::<Option<Vec<_>>>();
        let superseded = replaced_at
            .and_then(|moments| moments.into_iter().max())
            .map(|at| self.replaced(at));
        self.push(Fact::AgreementImported {
            agreement: Agreement {
                id: command.agreement,
                version: 1,
                subject: command.act.subject,
                application: command.application,
                client: command.client.clone(),
                qualifier: command.qualifier.clone(),
                items: command
                    .items
                    .iter()
                    .map(|item| AgreementItem {
                        definition: item.definition.clone(),
                        consent: item.consent,
                    })
                    .collect(),
                decision: self.decision(),
                created_at: command.created_at,
                updated_at: command.updated_at,
                valid_until: command.valid_until,
                disclosure: command.disclosure.clone(),
                accounts: command.accounts.clone(),
                renewed_at: None,
                ended: command.ended.clone().or(superseded),
            },
        });
        Ok(())
    }

    fn check_import(&self, command: &ImportAgreement) -> Result<(), Rejection> {
        if command.items.is_empty() {
            return Err(Rejection::NothingApproved);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = command.items.iter().find(|item| !seen.insert(&item.definition)) {
            return Err(Rejection::ApprovedTwice(twice.definition.clone()));
        }
        if self.state.agreements.contains_key(&command.agreement) {
            return Err(Rejection::AgreementExists(command.agreement));
        }
        let mut consents = command.items.iter().map(|item| item.consent);
        if let Some(known) = consents.find(|id| self.state.consents.contains_key(id)) {
            return Err(Rejection::ConsentExists(known));
        }
        let possible = |at: Timestamp| command.created_at <= at && at <= self.now;
        let ended = command.ended.as_ref().map(|ended| ended.at);
        if !possible(command.updated_at) || !ended.is_none_or(possible) {
            return Err(Rejection::ImpossibleTimes);
        }
        Ok(())
    }

    /// Takes one consent over; the moment it was replaced at, where another one counts in its place.
    fn import_item(&mut self, command: &ImportAgreement, item: &NewItem) -> Option<Timestamp> {
        let slot = Slot {
            subject: command.act.subject,
            definition: item.definition.clone(),
            audience: Audience::Client(command.client.clone()),
            qualifier: command.qualifier.clone(),
        };
        let mut consent = Consent {
            id: item.consent,
            slot: slot.clone(),
            version: 1,
            status: match &command.ended {
                None => Status::Accepted,
                Some(ended) if ended.reason == EndReason::Superseded => Status::Superseded,
                Some(_) => Status::Revoked,
            },
            wording: item.wording.clone(),
            door: self.act.door,
            actor: self.actor(),
            decision: self.decision(),
            record: item.record,
            agreement: Some(command.agreement),
            created_at: command.created_at,
            updated_at: command.updated_at,
            valid_from: Some(command.created_at),
            valid_until: command.valid_until,
            ended: command.ended.clone(),
            actions: None,
        };
        let is_live = consent.is_in_force(self.now);
        let decides = self.takes_slot(&consent);
        let mut replaced_at = None;
        if is_live && decides {
            self.make_room(&slot);
        } else if is_live {
            replaced_at = self.replaced_in(&slot, command.created_at);
            if let Some(at) = replaced_at {
                consent.status = Status::Superseded;
                consent.ended = Some(self.replaced(at));
            }
        }
        let record = Record {
            created_at: command.created_at,
            ..self.new_record(item.record, &consent)
        };
        self.push(Fact::ConsentImported(ConsentFact {
            consent,
            decides,
            record: Some(record),
        }));
        replaced_at
    }

    /// Whether a consent decides its slot from now on. What was decided here counts when it came later; of what was taken over, what
    /// is in force comes before what is not, and then the later one, whatever the order in which they are written here.
    fn takes_slot(&self, consent: &Consent) -> bool {
        let Some(standing) = self.state.deciding(&consent.slot) else {
            return true;
        };
        let (own, other) = (consent.is_in_force(self.now), standing.is_in_force(self.now));
        if own != other && standing.door == Door::Operator {
            return own;
        }
        came(standing) < came(consent)
    }

    /// The older bundled consents of a slot make room, as for one that is given here (TPA-CO-02).
    fn make_room(&mut self, slot: &Slot) {
        for older in self.bundled_in(slot) {
            let superseded = Consent {
                status: Status::Superseded,
                ended: Some(self.ended(EndReason::Superseded)),
                ..self.touched_by_act(&older)
            };
            self.push(Fact::ConsentSuperseded(ConsentFact {
                consent: superseded,
                decides: false,
                record: None,
            }));
        }
    }

    /// When a later consent took the place of one of this moment; none where what decides the slot is a record's, which speaks for
    /// the bundle.
    fn replaced_in(&self, slot: &Slot, created_at: Timestamp) -> Option<Timestamp> {
        let standing = self.state.deciding(slot)?;
        standing.agreement.map(|_| standing.created_at.max(created_at))
    }

    fn replaced(&self, at: Timestamp) -> Ended {
        Ended {
            at,
            ..self.ended(EndReason::Superseded)
        }
    }
}
