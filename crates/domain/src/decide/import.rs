//! What the operator takes over from another system. A record comes as if it had been made here when it was made there.

use super::{Draft, Rejection};
use crate::{
    Consent, Fact, RecordId, Timestamp,
    command::{Answer, ImportRecord},
    consent::Ended,
    decision::{EndReason, Outcome},
    fact::ConsentFact,
    record::Record,
};

impl Draft<'_> {
    pub(super) fn import_record(&mut self, command: &ImportRecord) -> Result<(), Rejection> {
        if command.slot.subject != command.act.subject {
            return Err(Rejection::WrongSubject);
        }
        if self.state.records.contains_key(&command.record) {
            return Err(Rejection::RecordExists(command.record));
        }
        if command.answer != Answer::Pending && command.wording.is_none() {
            return Err(Rejection::WordingMissing);
        }
        if command.updated_at < command.created_at || command.updated_at > self.now {
            return Err(Rejection::ImpossibleTimes);
        }
        self.record_decision(Outcome::Imported, vec![command.slot.definition.clone()]);
        let is_accepted = command.answer == Answer::Accepted;
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
            created_at: command.created_at,
            updated_at: command.updated_at,
            valid_from: is_accepted.then_some(command.created_at),
            valid_until: command.valid_until.filter(|_| is_accepted),
            ended: (command.answer == Answer::Revoked).then(|| Ended {
                at: command.updated_at,
                reason: EndReason::RecordRevoked,
                by: self.actor(),
            }),
            actions: command.actions.clone(),
        };
        let record = Record {
            created_at: command.created_at,
            ..self.new_record(command.record, &consent)
        };
        let decides = self.is_latest(&consent);
        self.push(Fact::ConsentImported(ConsentFact {
            consent,
            decides,
            record: Some(record),
        }));
        self.settle(EndReason::Emptied);
        Ok(())
    }

    /// Whether a consent came after the one its slot points at, whatever the order in which both are written here.
    fn is_latest(&self, consent: &Consent) -> bool {
        let standing = self.state.deciding(&consent.slot);
        standing.is_none_or(|standing| came(standing) < came(consent))
    }
}

/// When a consent took its slot: when it was made, or accepted later. Of two at once the one whose record has the greater id is the
/// later one, as in searches (consent-api 9.5).
pub(super) fn came(consent: &Consent) -> (Timestamp, RecordId) {
    let made = consent.created_at;
    (
        consent.valid_from.map_or(made, |from| from.max(made)),
        consent.record,
    )
}
