//! Somebody takes single consents back and leaves the rest of their bundles standing.

use super::{Draft, Rejection};
use crate::{
    command::Withdraw,
    decision::{EndReason, Outcome},
};

impl Draft<'_> {
    pub(super) fn withdraw(&mut self, command: &Withdraw) -> Result<(), Rejection> {
        let mut standing = Vec::new();
        for id in &command.consents {
            let Some(consent) = self.state.consents.get(id) else {
                continue;
            };
            if consent.slot.subject != command.act.subject {
                return Err(Rejection::WrongSubject);
            }
            // One whose time is over has ended already (enforcement-events-evidence EVT-11).
            if consent.is_in_force(self.now) {
                standing.push(consent.clone());
            }
        }
        if standing.is_empty() {
            return Ok(());
        }
        let asked = standing.iter().map(|consent| consent.slot.definition.clone());
        self.record_decision(Outcome::Withdrawn, asked.collect());
        for consent in standing {
            self.revoke(&consent, command.reason);
        }
        self.settle(EndReason::Emptied);
        Ok(())
    }
}
