//! Who somebody is here whom another OpenID provider vouches for.

mod identities;

pub use identities::{Identity, LinkIdentityError, RECENT, UnlinkError};

use consentry_domain::{
    SubjectId,
    subject::{Alias, Namespace},
    tenant::Upstream,
};

use crate::{
    Caller, Ledger, Target, TenantSnapshot,
    access::{Provision, authorize},
    error::Fault,
    subjects::LinkError,
};

impl Ledger {
    /// The person whom a provider knows by this subject identifier: by the link that was made for it, or, where the provider is trusted
    /// with that, the one whose user name is the mail address it verified, which makes the link. Nobody becomes a person by this
    /// (TPA-FL-01); who is switched off is nobody.
    pub async fn person_at(
        &self,
        tenant: &TenantSnapshot,
        upstream: &Upstream,
        sub: &str,
        verified_email: Option<&str>,
    ) -> Result<Option<SubjectId>, Fault> {
        let there = Upstream::alias(&upstream.issuer, sub);
        if let Some(subject) = self.find_subject(tenant, &there).await? {
            return self.usable(tenant, subject).await;
        }
        let Some(email) = verified_email.filter(|_| upstream.link_by_email) else {
            return Ok(None);
        };
        let named = self
            .find_subject(tenant, &Alias::new(Namespace::Login, email))
            .await?;
        let Some(subject) = named else {
            return Ok(None);
        };
        let Some(subject) = self.usable(tenant, subject).await? else {
            return Ok(None);
        };
        // The tenant said in its settings that this proves it.
        let Ok(permit) = authorize::<Provision>(&Caller::Operator, Target::Tenant) else {
            return Ok(None);
        };
        match self.link_alias(tenant, &permit, subject, &there).await {
            Ok(()) => Ok(Some(subject)),
            Err(LinkError::BelongsToAnother) => Ok(None),
            Err(LinkError::Fault(fault)) => Err(fault),
        }
    }

    async fn usable(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<Option<SubjectId>, Fault> {
        let account = self.inner.store.account(tenant.id(), subject).await?;
        let is_usable = account.is_some_and(|account| !account.disabled);
        Ok(is_usable.then_some(subject))
    }
}
