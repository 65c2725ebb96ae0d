//! Taking a definition, a locale or an account away.

use consentry_domain::TenantId;

use super::{Act, AdministrationError, State, TRIES};
use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    removal::{self, InUse, Removal},
};

impl Ledger {
    /// Takes something away. What records refer to stays unless it is forced; then the records stay, with the words that were shown.
    pub async fn take_away(
        &self,
        tenant: TenantId,
        act: Act<'_>,
        removal: &Removal,
        in_use: InUse,
    ) -> Result<(), AdministrationError> {
        tracing::info!(?act, ?in_use, "taking configuration away");
        for _ in 0..TRIES {
            let tenant = self.tenant_now(tenant)?;
            let state = state_of(&tenant, removal)?.ok_or(AdministrationError::Absent)?;
            act.check(Some(&state))?;
            let removals = std::slice::from_ref(removal);
            self.check_removals(&tenant, removals, in_use).await?;
            let change = removal::removal_change(&tenant, &self.ids(), &act.author(), removals)?;
            if self.settle(change).await? {
                return Ok(());
            }
        }
        Err(Fault::Conflict.into())
    }
}

fn state_of(tenant: &TenantSnapshot, removal: &Removal) -> Result<Option<State>, Fault> {
    match removal {
        Removal::Definition(key) => {
            let known = tenant.definitions.get(key);
            known.map(|known| State::of_definition(tenant, known)).transpose()
        }
        Removal::Locale(key, locale) => {
            let known = tenant.wordings_in(key, locale.as_str());
            let state = (!known.is_empty()).then(|| State::of_wordings(tenant, &known));
            state.transpose()
        }
        Removal::Account(dn) => {
            let known = tenant.principals.named(dn);
            known.map(|known| State::of_account(tenant, known)).transpose()
        }
    }
}
