//! Making a definition, a wording or an account what it shall be.

use std::sync::Arc;

use consentry_domain::{
    TenantId,
    credential::Principal,
    definition::{Definition, Localization},
};

use super::{Act, AdministrationError, Put, State, TRIES};
use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    import::AccountWish,
    once::Outcome,
    provision::{
        Entry, ProvisionError, Taken,
        change::{self, Plan},
    },
};

impl Ledger {
    /// Makes a definition what it shall be.
    pub async fn put_definition(
        &self,
        tenant: TenantId,
        act: Act<'_>,
        definition: &Definition,
    ) -> Result<Put<Definition>, AdministrationError> {
        tracing::info!(?act, definition = %definition.key, "putting a definition");
        for _ in 0..TRIES {
            let tenant = self.tenant_now(tenant)?;
            let known = tenant.definitions.get(&definition.key);
            let state = known.map(|known| State::of_definition(&tenant, known));
            act.check(state.transpose()?.as_ref())?;
            let now = change::remembering(&tenant, definition);
            let (entry, is_new) = (Entry::Definition(now.clone()), known.is_none());
            if let Some(taken) = self.put(&tenant, act, &entry, is_new).await? {
                return Ok(Put {
                    taken,
                    state: State::of_definition(&tenant, &now)?,
                    now,
                });
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Publishes a wording as the current one of its locale; answers all wordings of that locale, oldest first. Publishing the current one
    /// again changes nothing; its locale keeps the spelling it was first published with.
    pub async fn put_wording(
        &self,
        tenant: TenantId,
        act: Act<'_>,
        wording: &Localization,
    ) -> Result<Put<Vec<Localization>>, AdministrationError> {
        let (definition, locale) = (&wording.definition, wording.locale.as_str());
        tracing::info!(?act, %definition, locale, version = %wording.version, "putting a wording");
        for _ in 0..TRIES {
            let tenant = self.tenant_now(tenant)?;
            if !tenant.definitions.contains_key(definition) {
                return Err(AdministrationError::Absent);
            }
            let mut wordings: Vec<Localization> = tenant
                .wordings_in(definition, locale)
                .into_iter()
                .cloned()
                .collect();
            let current = wordings.last();
            let is_new = current.is_none();
            let state = current.map(|_| state_of(&tenant, &wordings)).transpose()?;
            act.check(state.as_ref())?;
            let mut wording = wording.clone();
            if let Some(current) = current {
                wording.locale = current.locale.clone();
                if wording.version < current.version {
                    return Err(ProvisionError::VersionLowered {
                        definition: definition.as_str().to_owned(),
                        locale: locale.to_owned(),
                        version: wording.version.to_string(),
                    }
                    .into());
                }
            }
            let entry = Entry::Localization(wording.clone());
            if let Some(taken) = self.put(&tenant, act, &entry, is_new).await? {
                if taken != Taken::Unchanged {
                    wordings.push(wording);
                }
                return Ok(Put {
                    taken: if wordings.len() > 1 && taken == Taken::Added {
                        Taken::Changed
                    } else {
                        taken
                    },
                    state: state_of(&tenant, &wordings)?,
                    now: wordings,
                });
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Makes an account what it shall be. What a wish cannot say stays: machine secrets, other names.
    pub async fn put_account(
        &self,
        tenant: TenantId,
        act: Act<'_>,
        wish: &AccountWish,
    ) -> Result<Put<Principal>, AdministrationError> {
        tracing::info!(?act, "putting an account");
        for _ in 0..TRIES {
            let tenant = self.tenant_now(tenant)?;
            let known = tenant.principals.named(&wish.dn);
            let state = known.map(|known| State::of_account(&tenant, known));
            act.check(state.transpose()?.as_ref())?;
            let (account, _) = self.account_of(&tenant, wish).await?;
            let (entry, is_new) = (Entry::Principal(account.clone()), known.is_none());
            if let Some(taken) = self.put(&tenant, act, &entry, is_new).await? {
                return Ok(Put {
                    taken,
                    state: State::of_account(&tenant, &account)?,
                    now: account,
                });
            }
        }
        Err(Fault::Conflict.into())
    }

    /// The tenant as it is configured at this moment.
    pub(super) fn tenant_now(&self, tenant: TenantId) -> Result<Arc<TenantSnapshot>, AdministrationError> {
        let tenant = self.directory().tenant(tenant).cloned();
        tenant.ok_or(AdministrationError::Absent)
    }

    /// Makes an entry what it says; none where somebody was faster, and all has to be looked at again.
    async fn put(
        &self,
        tenant: &TenantSnapshot,
        act: Act<'_>,
        entry: &Entry,
        is_new: bool,
    ) -> Result<Option<Taken>, AdministrationError> {
        let ids = self.ids();
        let Some(change) = change::of_entry(tenant, &ids, &act.author(), entry)? else {
            return Ok(Some(Taken::Unchanged));
        };
        let taken = change.taken;
        let mut plan = Plan::new(tenant, ids.now);
        plan.extend([change]);
        self.leads_to(Outcome { is_new, made: None });
        let is_settled = self.settle(plan.finish()?).await?;
        Ok(is_settled.then_some(taken))
    }
}

fn state_of(tenant: &TenantSnapshot, wordings: &[Localization]) -> Result<State, Fault> {
    let wordings: Vec<&Localization> = wordings.iter().collect();
    State::of_wordings(tenant, &wordings)
}
