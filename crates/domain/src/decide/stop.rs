//! Somebody ends agreements as a whole.

use super::{Draft, Rejection};
use crate::{Agreement, Fact, command::Stop, decision::Outcome};

impl Draft<'_> {
    pub(super) fn stop(&mut self, command: &Stop) -> Result<(), Rejection> {
        let mut standing = Vec::new();
        for id in &command.agreements {
            let agreement = self.state.agreements.get(id).ok_or(Rejection::NoAgreement(*id))?;
            if agreement.subject != command.act.subject {
                return Err(Rejection::WrongSubject);
            }
            if agreement.ended.is_none() {
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
            self.stop_one(agreement, command);
        }
        Ok(())
    }

    fn stop_one(&mut self, agreement: Agreement, command: &Stop) {
        for item in &agreement.items {
            if let Some(consent) = self.state.consents.get(&item.consent).cloned() {
                self.revoke(&consent, command.reason);
            }
        }
        let ended = self.ended(command.reason);
        self.push(Fact::AgreementEnded {
            agreement: Agreement {
                version: agreement.version.saturating_add(1),
                updated_at: self.now,
                ended: Some(ended),
                ..agreement
            },
        });
    }
}
