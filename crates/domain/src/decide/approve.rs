//! A person says yes to a party.

use std::collections::BTreeSet;

use super::{Draft, Rejection};
use crate::{
    Agreement, Audience, Consent, Fact, Slot, Status,
    agreement::AgreementItem,
    command::{Approve, NewItem},
    decision::{EndReason, Outcome},
    fact::ConsentFact,
};

impl Draft<'_> {
    pub(super) fn approve(&mut self, command: &Approve) -> Result<(), Rejection> {
        self.check(command)?;
        let granted = command.items.iter().map(|item| &item.definition);
        self.record_decision(
            Outcome::Approved,
            granted.chain(&command.left_out).cloned().collect(),
        );
        for item in &command.items {
            self.supersede(&slot(command, item));
            self.grant(command, item);
        }
        self.settle(EndReason::Superseded);
        self.push(Fact::AgreementCreated {
            agreement: self.agreement(command),
        });
        Ok(())
    }

    fn check(&self, command: &Approve) -> Result<(), Rejection> {
        if command.items.is_empty() {
            return Err(Rejection::NothingApproved);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = command.items.iter().find(|item| !seen.insert(&item.definition)) {
            return Err(Rejection::ApprovedTwice(twice.definition.clone()));
        }
        if command.valid_until.is_some_and(|until| until <= self.now) {
            return Err(Rejection::EndsBeforeItBegins);
        }
        Ok(())
    }

    /// The older consents of a slot make room when they are part of a bundle (TPA-CO-02). A consent that only a record stands for
    /// keeps its status, since records are many and the slot decides.
    fn supersede(&mut self, slot: &Slot) {
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

    fn grant(&mut self, command: &Approve, item: &NewItem) {
        let consent = Consent {
            id: item.consent,
            slot: slot(command, item),
            version: 1,
            status: Status::Accepted,
            wording: item.wording.clone(),
            door: self.act.door,
            actor: self.actor(),
            decision: self.decision(),
            record: item.record,
            agreement: Some(command.agreement),
            created_at: self.now,
            updated_at: self.now,
            valid_from: Some(self.now),
            valid_until: command.valid_until,
            ended: None,
            actions: None,
        };
        let record = self.new_record(item.record, &consent);
        self.push(Fact::ConsentGranted(ConsentFact {
            consent,
            decides: true,
            record: Some(record),
        }));
    }

    fn agreement(&self, command: &Approve) -> Agreement {
        Agreement {
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
            created_at: self.now,
            updated_at: self.now,
            valid_until: command.valid_until,
            disclosure: command.disclosure.clone(),
            accounts: command.accounts.clone(),
            renewed_at: None,
            ended: None,
        }
    }
}

fn slot(command: &Approve, item: &NewItem) -> Slot {
    Slot {
        subject: command.act.subject,
        definition: item.definition.clone(),
        audience: Audience::Client(command.client.clone()),
        qualifier: command.qualifier.clone(),
    }
}
