//! What records clients do: create, change and delete handles (consent-api 8 to 10).

use super::{Draft, Rejection};
use crate::{
    Consent, Fact, State, Status,
    command::{Answer, ChangeRecord, CreateRecord, DeleteRecord},
    decision::{EndReason, Outcome},
    fact::ConsentFact,
    record::Record,
};

impl Answer {
    /// The status of a consent that gives this answer.
    pub(super) const fn status(self) -> Status {
        match self {
            Self::Pending => Status::Pending,
            Self::Accepted => Status::Accepted,
            Self::Denied => Status::Denied,
            Self::Revoked => Status::Revoked,
        }
    }

    /// The name on the wire (consent-api 10).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Denied => "denied",
            Self::Revoked => "revoked",
        }
    }

    /// The answer with this name on the wire; exact lower case.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Accepted, Self::Denied, Self::Revoked]
            .into_iter()
            .find(|answer| answer.as_str() == name)
    }

    /// The answer a consent gives in this state, as the records door shows it; none once erased.
    pub const fn of_state(state: State) -> Option<Self> {
        match state {
            State::Pending => Some(Self::Pending),
            State::Accepted | State::Restricted => Some(Self::Accepted),
            State::Denied => Some(Self::Denied),
            State::Revoked | State::Expired | State::Superseded => Some(Self::Revoked),
            State::Erased => None,
        }
    }
}

impl Draft<'_> {
    pub(super) fn create_record(&mut self, command: &CreateRecord) -> Result<(), Rejection> {
        if command.slot.subject != command.act.subject {
            return Err(Rejection::WrongSubject);
        }
        if command.answer != Answer::Pending && command.wording.is_none() {
            return Err(Rejection::WordingMissing);
        }
        if command.valid_until.is_some_and(|until| until <= self.now) {
            return Err(Rejection::EndsBeforeItBegins);
        }
        self.record_decision(Outcome::Recorded, vec![command.slot.definition.clone()]);
        let consent = Consent {
            id: command.consent,
            slot: command.slot.clone(),
            version: 1,
            status: command.answer.status(),
            wording: command.wording.clone(),
            door: self.act.door,
            actor: self.actor(),
            decision: self.decision(),
            record: command.record,
            agreement: None,
            created_at: self.now,
            updated_at: self.now,
            valid_from: (command.answer == Answer::Accepted).then_some(self.now),
            valid_until: command.valid_until.filter(|_| command.answer == Answer::Accepted),
            ended: (command.answer == Answer::Revoked).then(|| self.ended(EndReason::RecordRevoked)),
            actions: command.actions.clone(),
        };
        let record = self.new_record(command.record, &consent);
        self.push(written(consent, true, Some(record)));
        self.settle(EndReason::Emptied);
        Ok(())
    }

    pub(super) fn change_record(&mut self, command: &ChangeRecord) -> Result<(), Rejection> {
        let record = self.standing_record(command.record)?;
        let before = self
            .state
            .behind(record.id)
            .cloned()
            .ok_or(Rejection::NoRecord(record.id))?;
        if before.slot.subject != command.act.subject {
            return Err(Rejection::WrongSubject);
        }
        // A consent that another door wrote without a wording stays changeable; none may come to be that way here.
        let had_words = before.status == Status::Pending || before.wording.is_some();
        if command.answer != Answer::Pending && command.wording.is_none() && had_words {
            return Err(Rejection::WordingMissing);
        }
        let current = Answer::of_state(before.state_at(self.now)).ok_or(Rejection::NoRecord(record.id))?;
        let same_slot = before.slot == command.slot;
        let same_answer = current == command.answer;
        let same_words = before.wording == command.wording;
        let same_actions = before.actions == command.actions;
        if same_slot && same_answer && same_words && same_actions && !command.bulk_changed {
            return Ok(());
        }
        if !same_answer {
            self.check_transition(current, command.answer)?;
        }
        self.record_decision(Outcome::Recorded, vec![command.slot.definition.clone()]);
        let grants = command.answer == Answer::Accepted;
        if same_slot && same_answer && (same_actions || !grants) {
            self.amend(&before, command);
        } else if same_slot && same_answer && is_narrower(&before, command) {
            self.restrict(&before, command);
        } else if same_slot && is_natural(&before, command.answer, self.now) {
            self.answer(&before, command);
        } else {
            self.start_anew(&record, &before, command);
        }
        self.settle(EndReason::Emptied);
        Ok(())
    }

    pub(super) fn delete_record(&mut self, command: &DeleteRecord) -> Result<(), Rejection> {
        let record = self.standing_record(command.record)?;
        let before = self
            .state
            .behind(record.id)
            .cloned()
            .ok_or(Rejection::NoRecord(record.id))?;
        if before.slot.subject != command.act.subject {
            return Err(Rejection::WrongSubject);
        }
        self.record_decision(Outcome::Withdrawn, vec![before.slot.definition.clone()]);
        self.push(Fact::DecisionDeleted {
            record: Record {
                deleted: true,
                ..record
            },
        });
        self.revoke(&before, EndReason::RecordDeleted);
        self.settle(EndReason::Emptied);
        Ok(())
    }

    fn standing_record(&self, id: crate::RecordId) -> Result<Record, Rejection> {
        self.state
            .records
            .get(&id)
            .filter(|record| !record.deleted)
            .cloned()
            .ok_or(Rejection::NoRecord(id))
    }

    /// The table of consent-api 10.1.
    fn check_transition(&self, from: Answer, to: Answer) -> Result<(), Rejection> {
        if !self.policy.strict_transitions {
            return Ok(());
        }
        let names = (from.as_str(), to.as_str());
        match (from, to) {
            (Answer::Pending | Answer::Accepted, Answer::Denied | Answer::Revoked)
            | (Answer::Pending | Answer::Denied | Answer::Revoked, Answer::Accepted) => Ok(()),
            (Answer::Denied | Answer::Revoked, Answer::Pending) if self.policy.privileged => Ok(()),
            (Answer::Denied | Answer::Revoked, Answer::Pending) => Err(Rejection::PrivilegeRequired {
                from: names.0,
                to: names.1,
            }),
            _ => Err(Rejection::IllegalTransition {
                from: names.0,
                to: names.1,
            }),
        }
    }

    fn amend(&mut self, before: &Consent, command: &ChangeRecord) {
        let amended = Consent {
            wording: command.wording.clone(),
            actions: command.actions.clone(),
            ..self.touched_by_act(before)
        };
        self.push(Fact::ConsentAmended(ConsentFact {
            consent: amended,
            decides: false,
            record: None,
        }));
    }

    /// The same consent allows less from now on. What allows more, or something else, is a new consent.
    fn restrict(&mut self, before: &Consent, command: &ChangeRecord) {
        let restricted = Consent {
            status: Status::Restricted,
            wording: command.wording.clone(),
            actions: command.actions.clone(),
            ..self.touched_by_act(before)
        };
        self.push(Fact::ConsentRestricted(ConsentFact {
            consent: restricted,
            decides: false,
            record: None,
        }));
    }

    /// The same consent answers differently: asked → answered, granted → withdrawn.
    fn answer(&mut self, before: &Consent, command: &ChangeRecord) {
        if command.answer == Answer::Revoked {
            let reworded = Consent {
                wording: command.wording.clone(),
                actions: command.actions.clone(),
                ..before.clone()
            };
            self.revoke(&reworded, EndReason::RecordRevoked);
            return;
        }
        let accepted = command.answer == Answer::Accepted;
        let answered = Consent {
            status: command.answer.status(),
            wording: command.wording.clone(),
            actions: command.actions.clone(),
            valid_from: accepted.then_some(self.now),
            valid_until: command.valid_until.filter(|_| accepted),
            ..self.touched_by_act(before)
        };
        let decides = accepted || self.decides(before);
        self.push(written(answered, decides, None));
    }

    /// A new consent takes the place behind the record; the old one ends if it still granted, so that nothing that was issued
    /// under it comes back to life. The new one decides its slot where it grants, where it is new there, and where the old one did:
    /// what another decision overtook does not take the slot back by being withdrawn or asked anew.
    fn start_anew(&mut self, record: &Record, before: &Consent, command: &ChangeRecord) {
        let moved = before.slot != command.slot;
        let decides = moved || command.answer == Answer::Accepted || self.decides(before);
        self.revoke(
            before,
            if moved {
                EndReason::RecordMoved
            } else {
                EndReason::RecordRevoked
            },
        );
        if command.slot.subject != before.slot.subject {
            self.record_decision_for(
                command.slot.subject,
                Outcome::Recorded,
                vec![command.slot.definition.clone()],
            );
        }
        let accepted = command.answer == Answer::Accepted;
        let consent = Consent {
            id: command.consent,
            slot: command.slot.clone(),
            version: 1,
            status: command.answer.status(),
            wording: command.wording.clone(),
            door: self.act.door,
            actor: self.actor(),
            decision: self.decision(),
            record: record.id,
            agreement: None,
            created_at: self.now,
            updated_at: self.now,
            valid_from: accepted.then_some(self.now),
            valid_until: command.valid_until.filter(|_| accepted),
            ended: (command.answer == Answer::Revoked).then(|| self.ended(EndReason::RecordRevoked)),
            actions: command.actions.clone(),
        };
        let record = Record {
            consent: consent.id,
            subject: consent.slot.subject,
            ..record.clone()
        };
        self.push(written(consent, decides, Some(record)));
    }
}

/// Whether a command leaves a part of the actions that a consent allows, and nothing beside it.
fn is_narrower(before: &Consent, command: &ChangeRecord) -> bool {
    match (&before.actions, &command.actions) {
        (None, Some(_)) => true,
        (Some(before), Some(now)) => now.is_within(before),
        (_, None) => false,
    }
}

/// Whether one consent can go to this answer by itself, seen with the clock.
fn is_natural(before: &Consent, answer: Answer, now: crate::Timestamp) -> bool {
    matches!(
        (before.state_at(now), answer),
        (
            State::Pending,
            Answer::Accepted | Answer::Denied | Answer::Revoked
        ) | (State::Accepted | State::Restricted, Answer::Revoked)
    )
}

fn written(consent: Consent, decides: bool, record: Option<Record>) -> Fact {
    let fact = ConsentFact {
        consent,
        decides,
        record,
    };
    match fact.consent.status {
        Status::Pending => Fact::ConsentRequested(fact),
        Status::Denied => Fact::ConsentDenied(fact),
        Status::Revoked => Fact::ConsentRevoked(fact),
        _ => Fact::ConsentGranted(fact),
    }
}
