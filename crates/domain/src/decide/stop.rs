//! Somebody ends agreements as a whole.

use super::{Draft, Rejection};
use crate::{
    command::Stop,
    decision::{EndReason, Outcome},
};

impl Draft<'_> {
    pub(super) fn stop(&mut self, command: &Stop) -> Result<(), Rejection> {
        let mut standing = Vec::new();
        for id in &command.agreements {
            let agreement = self.state.agreements.get(id).ok_or(Rejection::NoAgreement(*id))?;
            if agreement.subject != command.act.subject {
                return Err(Rejection::WrongSubject);
            }
            // One whose time is over has ended already (enforcement-events-evidence EVT-11).
            if agreement.is_in_force(self.now) {
                standing.push(agreement.clone());
            }
        }
        if standing.is_empty() {
            return Ok(());
        }
        let asked = standing
            .iter()
            .flat_map(|agreement| &agreement.items)
            .map(|item| item.definition.clone());
        self.record_decision(Outcome::Withdrawn, asked.collect());
        for agreement in standing {
            self.end_agreement(agreement, command.reason);
        }
        self.settle(EndReason::Emptied);
        Ok(())
    }
}
