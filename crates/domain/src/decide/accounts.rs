//! A person takes accounts off a bundle or puts them back; or does not recognise it at all.

use super::{Draft, Rejection};
use crate::{
    Accounts, Agreement, AgreementId, Fact,
    command::{ChangeAccounts, Report},
    decision::Outcome,
};

impl Draft<'_> {
    pub(super) fn change_accounts(&mut self, command: &ChangeAccounts) -> Result<(), Rejection> {
        let agreement = self.own(command.agreement)?;
        if !agreement.is_in_force(self.now) {
            return Err(Rejection::AgreementOver(agreement.id));
        }
        if command.version.is_some_and(|seen| seen != agreement.version) {
            return Err(Rejection::AgreementChanged(agreement.id));
        }
        let before = &agreement.accounts;
        let after = before.changed(&command.set, command.others, &command.held, self.now);
        if after.named.len() > Accounts::MOST {
            return Err(Rejection::TooManyAccounts);
        }
        let added = |id| !before.shares(id) && after.shares(id) && before.is_widened_by(id);
        let opened = after.others && !before.others;
        if !command.may_widen && (opened || after.named.iter().any(|share| added(&share.id))) {
            return Err(Rejection::Widens);
        }
        let same = |share: &crate::accounts::AccountShare| before.shares(&share.id) == share.shared;
        if after.others == before.others && after.named.iter().all(same) {
            return Ok(());
        }
        let asked = agreement.items.iter().map(|item| item.definition.clone());
        self.record_decision(Outcome::Changed, asked.collect());
        self.push(Fact::AgreementChanged {
            agreement: Agreement {
                version: agreement.version.saturating_add(1),
                updated_at: self.now,
                accounts: after,
                ..agreement
            },
        });
        Ok(())
    }

    pub(super) fn report(&mut self, command: &Report) -> Result<(), Rejection> {
        let agreement = self.own(command.agreement)?;
        self.push(Fact::AgreementReported { agreement });
        Ok(())
    }

    /// A bundle of the person whose act it is.
    pub(super) fn own(&self, id: AgreementId) -> Result<Agreement, Rejection> {
        let agreement = self.state.agreements.get(&id).ok_or(Rejection::NoAgreement(id))?;
        if agreement.subject == self.act.subject {
            Ok(agreement.clone())
        } else {
            Err(Rejection::WrongSubject)
        }
    }
}
