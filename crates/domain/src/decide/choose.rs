//! What people choose at the preferences door: purposes of the tenant itself, and what lies below them.

use super::{Draft, Rejection};
use crate::{
    Consent, State, Status,
    command::{ChoosePurposes, PurposeAnswer},
    consent::Ended,
    decision::{Door, EndReason, Outcome, Role},
    fact::{ConsentFact, Fact},
};

impl Draft<'_> {
    pub(super) fn choose_purposes(&mut self, command: &ChoosePurposes) -> Result<(), Rejection> {
        let subject = command.act.subject;
        if command
            .answers
            .iter()
            .any(|answer| answer.slot.subject != subject)
        {
            return Err(Rejection::WrongSubject);
        }
        self.record_decision(Outcome::Recorded, command.named.clone());
        for answer in &command.answers {
            if !self.is_heard(answer) {
                continue;
            }
            self.take(answer);
            if answer.answer != Some(true) {
                self.end_below(command, answer);
            }
        }
        self.settle(EndReason::Emptied);
        Ok(())
    }

    /// Whether an answer is newer than what another door was told since. What this door wrote itself it may write anew, since
    /// taking an event away brings an older one back.
    fn is_heard(&self, answer: &PurposeAnswer) -> bool {
        let standing = self.state.deciding(&answer.slot);
        standing.is_none_or(|standing| {
            standing.door == Door::Preferences || answer.said_at >= standing.updated_at
        })
    }

    fn take(&mut self, answer: &PurposeAnswer) {
        let standing = self.state.deciding(&answer.slot).cloned();
        let state = standing.as_ref().map(|consent| consent.state_at(self.now));
        let grants = matches!(state, Some(State::Accepted | State::Restricted));
        match answer.answer {
            Some(true) if grants => {}
            Some(true) => self.begin(answer, Status::Accepted),
            Some(false) | None if grants => {
                if let Some(standing) = &standing {
                    self.revoke(standing, self.reason());
                }
            }
            Some(false) if matches!(state, Some(State::Denied | State::Revoked)) => {}
            Some(false) => self.begin(answer, Status::Denied),
            None => {}
        }
    }

    fn begin(&mut self, answer: &PurposeAnswer, status: Status) {
        let accepted = status == Status::Accepted;
        let consent = Consent {
            id: answer.consent,
            slot: answer.slot.clone(),
            version: 1,
            status,
            wording: answer.wording.clone(),
            door: self.act.door,
            actor: self.actor(),
            decision: self.decision(),
            record: answer.record,
            agreement: None,
            created_at: self.now,
            updated_at: self.now,
            valid_from: accepted.then_some(self.now),
            valid_until: answer.valid_until.filter(|_| accepted),
            ended: None::<Ended>,
            actions: None,
        };
        let record = Some(self.new_record(answer.record, &consent));
        let fact = ConsentFact {
            consent,
            decides: true,
            record,
        };
        self.push(if accepted {
            Fact::ConsentGranted(fact)
        } else {
            Fact::ConsentDenied(fact)
        });
    }

    /// What lies below a purpose that is off ends at every party. Switching it on again revives nothing.
    fn end_below(&mut self, command: &ChoosePurposes, answer: &PurposeAnswer) {
        // What lies below is the same whatever regulation a person chooses under; only the usual one speaks for it.
        if answer.slot.qualifier != crate::Qualifier::none() {
            return;
        }
        for (_, id) in command
            .below
            .iter()
            .filter(|(purpose, _)| *purpose == answer.slot.definition)
        {
            let consent = self.state.consents.get(id).cloned();
            if let Some(consent) = consent.filter(|consent| consent.slot.subject == command.act.subject) {
                self.revoke(&consent, self.reason());
            }
        }
    }

    fn reason(&self) -> EndReason {
        if self.act.actor.role == Role::Subject {
            EndReason::UserAction
        } else {
            EndReason::PartyAction
        }
    }
}
