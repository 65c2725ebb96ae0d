//! What stands now: the consents that decide a person's slots, and what they cover.

use std::{collections::BTreeMap, ops::Deref, sync::Arc};

use consentry_domain::{
    Accounts, Agreement, AgreementId, Audience, Consent, Slot, SubjectId, Timestamp,
    client::Client,
    enforce::{Coverage, coverage},
    grant::Grant,
    scope::Scope,
    subject::SubjectState,
};
use consentry_store::AgreementQuery;

use crate::{Ledger, TenantSnapshot, carry_out::required_definitions, error::Fault};

/// The consents that decide a person's slots: what they said, whatever may be done with it.
#[derive(Debug, Clone, Default)]
pub struct StandingConsents {
    all: Vec<Consent>,
    is_restricted: bool,
    is_somebody: bool,
}

impl StandingConsents {
    /// Those of a moment in the past, of which nothing is done any more.
    pub(crate) const fn past(all: Vec<Consent>) -> Self {
        Self {
            all,
            is_restricted: false,
            is_somebody: true,
        }
    }

    /// Whether the person is there, and not erased or one with another.
    pub const fn is_somebody(&self) -> bool {
        self.is_somebody
    }

    /// Whether the processing of the person's data is restricted (GDPR Art. 18).
    pub const fn is_restricted(&self) -> bool {
        self.is_restricted
    }

    /// Those that something may be done under: none while the processing is restricted.
    pub fn usable(&self) -> &[Consent] {
        if self.is_restricted { &[] } else { &self.all }
    }
}

impl Deref for StandingConsents {
    type Target = [Consent];

    fn deref(&self) -> &[Consent] {
        &self.all
    }
}

/// One of the consents that decide a person's slots, in the memory that all requests share.
#[derive(Debug, Clone)]
pub struct DecidingConsent {
    all: Arc<StandingConsents>,
    place: usize,
}

impl DecidingConsent {
    /// The first one of those that may be used that is like this.
    pub(crate) fn find(all: Arc<StandingConsents>, is_meant: impl Fn(&Consent) -> bool) -> Option<Self> {
        let place = all.usable().iter().position(is_meant)?;
        Some(Self { all, place })
    }
}

impl Deref for DecidingConsent {
    type Target = Consent;

    fn deref(&self) -> &Consent {
        &self.all[self.place]
    }
}

/// Agreements of a person of which more has to be known than that they are in force.
pub(crate) type ParticularAgreements = Arc<BTreeMap<AgreementId, Arc<Agreement>>>;

impl Ledger {
    /// The consents that decide a person's slots, from memory where possible.
    pub async fn standing_consents(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Arc<StandingConsents>, Fault> {
        let store = &self.inner.store;
        self.inner
            .consent_sets
            .get_or_read(&(tenant.id(), subject), async {
                let (state, all) = store.standing(tenant.id(), subject).await?;
                Ok(Arc::new(StandingConsents {
                    all,
                    is_restricted: state == Some(SubjectState::Restricted),
                    is_somebody: state.is_some_and(SubjectState::is_somebody),
                }))
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
        let found = self.particular_agreement(tenant, subject, agreement).await?;
        Ok(found.map_or_else(Accounts::default, |agreement| agreement.accounts.clone()))
    }

    /// An agreement in force that is about some accounts only, or was asked for with details of its own; from memory where possible.
    pub(crate) async fn particular_agreement(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        agreement: AgreementId,
    ) -> Result<Option<Arc<Agreement>>, Fault> {
        let particular = self
            .inner
            .particular_agreements
            .get_or_read(&(tenant.id(), subject), async {
                let query = AgreementQuery {
                    subject: Some(subject),
                    in_force_at: Some(self.now()),
                    ..AgreementQuery::default()
                };
                let found = self.inner.store.agreements(tenant.id(), query).await?;
                let found = found.into_iter().map(|(agreement, _)| agreement);
                let particular =
                    found.filter(|found| !found.accounts.is_all() || found.disclosure.details.is_some());
                let particular = particular.map(|found| (found.id, Arc::new(found)));
                Ok::<_, Fault>(Arc::new(particular.collect::<BTreeMap<_, _>>()))
            })
            .await?;
        Ok(particular.get(&agreement).cloned())
    }

    /// What of a scope the grant's client may use now: what consent covers and what the client is still allowed (TPA-CL-07); nothing
    /// while the processing of the person's data is restricted. First parties need no consent.
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
                |slot| consents.usable().iter().find(|consent| consent.slot == *slot),
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
