//! What stands now: the consents that decide a person's slots, and what they cover.

use std::{collections::BTreeMap, ops::Deref, sync::Arc};

use consentry_domain::{
    Accounts, AgreementId, Audience, Consent, Slot, SubjectId, Timestamp,
    client::Client,
    enforce::{Coverage, coverage},
    grant::Grant,
    scope::Scope,
};
use consentry_store::AgreementQuery;

use crate::{Ledger, TenantSnapshot, carry_out::required_definitions, error::Fault};

/// One of the consents that decide a person's slots, in the memory that all requests share.
#[derive(Debug, Clone)]
pub struct DecidingConsent {
    all: Arc<Vec<Consent>>,
    place: usize,
}

impl DecidingConsent {
    /// The first one of them like this.
    pub(crate) fn find(all: Arc<Vec<Consent>>, is_meant: impl Fn(&Consent) -> bool) -> Option<Self> {
        let place = all.iter().position(is_meant)?;
        Some(Self { all, place })
    }
}

impl Deref for DecidingConsent {
    type Target = Consent;

    fn deref(&self) -> &Consent {
        &self.all[self.place]
    }
}

impl Ledger {
    /// The consents that decide a person's slots, from memory where possible.
    pub async fn standing_consents(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Arc<Vec<Consent>>, Fault> {
        self.inner
            .consent_sets
            .get_or_read(&(tenant.id(), subject), async {
                Ok(Arc::new(
                    self.inner.store.deciding_consents(tenant.id(), subject).await?,
                ))
            })
            .await
    }

    /// The accounts that an agreement in force is about, from memory where possible.
    pub async fn accounts_of(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        agreement: AgreementId,
    ) -> Result<Accounts, Fault> {
        let named = self
            .inner
            .bundle_accounts
            .get_or_read(&(tenant.id(), subject), async {
                let query = AgreementQuery {
                    subject: Some(subject),
                    in_force_at: Some(self.now()),
                    ..AgreementQuery::default()
                };
                let found = self.inner.store.agreements(tenant.id(), query).await?;
                let found = found.into_iter().map(|(agreement, _)| agreement);
                let named = found.filter(|agreement| !agreement.accounts.is_all());
                let named = named.map(|agreement| (agreement.id, agreement.accounts));
                Ok::<_, Fault>(Arc::new(named.collect::<BTreeMap<_, _>>()))
            })
            .await?;
        Ok(named.get(&agreement).cloned().unwrap_or_default())
    }

    /// What of a scope the grant's client may use now: what consent covers and what the client is still allowed (TPA-CL-07). First
    /// parties need no consent.
    pub async fn coverage(
        &self,
        tenant: &TenantSnapshot,
        client: &Client,
        grant: &Grant,
        scope: &Scope,
        now: Timestamp,
    ) -> Result<Coverage, Fault> {
        let allowed = scope.filter(|value| client.allowed_scopes.values().contains(value));
        let mut judged = if client.is_third_party {
            let consents = self.standing_consents(tenant, grant.subject).await?;
            coverage(
                &allowed,
                |definition| Slot {
                    subject: grant.subject,
                    definition: definition.clone(),
                    audience: Audience::Client(grant.client.clone()),
                    qualifier: grant.qualifier.clone(),
                },
                |slot| consents.iter().find(|consent| consent.slot == *slot),
                now,
            )
        } else {
            Coverage {
                covered: allowed,
                uncovered: Scope::default(),
                valid_until: None,
            }
        };
        judged.uncovered = scope.filter(|value| !judged.covered.values().contains(value));
        Ok(judged)
    }

    /// Whether anything usable is left of a coverage: something, and all that a bundle cannot do without.
    pub fn is_usable(coverage: &Coverage) -> bool {
        coverage.is_usable(&required_definitions())
    }
}
