//! Which accounts an agreement is about: the person takes some off or puts them back (consent-dashboard A11, B6.1).

use consentry_domain::{AccountId, Command, command::ChangeAccounts};

use super::Subjected;
use crate::{
    Ledger, TenantSnapshot,
    access::{ManageAgreements, Permit},
    carry_out::Plan,
    error::DecisionError,
};

/// Which accounts shall be shared from now on.
#[derive(Debug, Clone)]
pub struct AccountsRequest {
    /// Of which agreement.
    pub about: Subjected,
    /// The version the person looked at; none where they did not say.
    pub version: Option<u32>,
    /// Accounts, and whether each shall be shared.
    pub set: Vec<(AccountId, bool)>,
    /// Whether accounts that are opened later shall be shared; none leaves it.
    pub others: Option<bool>,
}

/// Why accounts were not changed. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// An account that the person does not have.
    #[error("no such account")]
    UnknownAccount,
    /// The tenant does not let people change accounts.
    #[error("accounts are not changed here")]
    SwitchedOff,
    /// It could not be carried out.
    #[error(transparent)]
    Decision(#[from] DecisionError),
}

impl Ledger {
    /// Changes the accounts of an agreement; one decision, seen at every door at once. What changes nothing is fine.
    pub async fn change_accounts(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManageAgreements>,
        request: &AccountsRequest,
    ) -> Result<(), AccountsError> {
        if !tenant.tenant.dashboard.account_changes {
            return Err(AccountsError::SwitchedOff);
        }
        self.set_accounts(tenant, permit, request).await
    }

    /// The same, whether or not the tenant lets people change accounts.
    pub(super) async fn set_accounts(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManageAgreements>,
        request: &AccountsRequest,
    ) -> Result<(), AccountsError> {
        let held = self
            .holdings_of(tenant, request.about.subject)
            .await
            .map_err(DecisionError::Fault)?
            .unwrap_or_default();
        let held: Vec<AccountId> = held.into_iter().map(|holding| holding.id).collect();
        let about = &request.about;
        let decision = self.ids().decision(about.subject);
        self.carry_out(tenant, permit, about.seeds(), |before, _now| {
            let known = before.touched.agreements.get(&about.agreement);
            let named = |id: &AccountId| known.is_some_and(|known| known.accounts.about(id).is_some());
            if request.set.iter().any(|(id, _)| !held.contains(id) && !named(id)) {
                return Err(AccountsError::UnknownAccount);
            }
            Ok(Plan {
                command: Some(Command::ChangeAccounts(ChangeAccounts {
                    act: about.act(permit, decision),
                    agreement: about.agreement,
                    version: request.version,
                    set: request.set.clone(),
                    others: request.others,
                    held: held.clone(),
                    may_widen: tenant.tenant.dashboard.may_widen,
                })),
                ..Plan::default()
            })
        })
        .await?;
        Ok(())
    }
}
