//! A person lets a bundle go on for longer. What has ended is never revived: whoever wants it again connects anew.

use super::{Draft, Rejection};
use crate::{Agreement, Consent, Fact, command::Renew, decision::Outcome, fact::ConsentFact};

impl Draft<'_> {
    pub(super) fn renew(&mut self, command: &Renew) -> Result<(), Rejection> {
        let agreement = self.own(command.agreement)?;
        if !agreement.is_in_force(self.now) {
            return Err(Rejection::AgreementOver(agreement.id));
        }
        let Some(until) = agreement.valid_until else {
            return Ok(());
        };
        if command.valid_until <= until {
            return Err(Rejection::EndsBeforeItBegins);
        }
        let standing: Vec<Consent> = agreement
            .items
            .iter()
            .filter_map(|item| self.state.consents.get(&item.consent))
            .filter(|consent| consent.is_in_force(self.now))
            .cloned()
            .collect();
        if standing.is_empty() {
            return Err(Rejection::AgreementOver(agreement.id));
        }
        let asked = standing.iter().map(|consent| consent.slot.definition.clone());
        self.record_decision(Outcome::Approved, asked.collect());
        for consent in standing {
            let renewed = Consent {
                valid_until: Some(command.valid_until),
                ..self.touched_by_act(&consent)
            };
            self.push(Fact::ConsentRenewed(ConsentFact {
                consent: renewed,
                decides: false,
                record: None,
            }));
        }
        self.push(Fact::AgreementRenewed {
            agreement: Agreement {
                version: agreement.version.saturating_add(1),
                updated_at: self.now,
                renewed_at: Some(self.now),
                valid_until: Some(command.valid_until),
                ..agreement
            },
        });
        Ok(())
    }
}
