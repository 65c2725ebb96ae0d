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
    access::{Permit, Provision, authorize},
    error::Fault,
    provision::{Person, ProvisionError},
    subjects::LinkError,
};

impl Ledger {
    /// The person whom a provider knows by this subject identifier: by the link that was made for it, or, where the provider is trusted
    /// with that, the one whose user name is the mail address it verified, which makes the link. Somebody becomes a person by this only
    /// where the provider is a login provider of the dataspace (TPA-FL-01, dataspace-consent-protocol 1); who is switched off is nobody.
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
        // What follows is what the tenant said in its settings.
        let Ok(permit) = authorize::<Provision>(&Caller::Operator, Target::Tenant) else {
            return Ok(None);
        };
        let named = match verified_email.filter(|_| upstream.link_by_email) {
            Some(email) => {
                let name = Alias::new(Namespace::Login, email);
                self.find_subject(tenant, &name).await?
            }
            None => None,
        };
        let Some(subject) = named else {
            let is_welcome = tenant.tenant.dataspace.login_issuer(upstream).is_some();
            if is_welcome {
                return self.welcome(tenant, &permit, there).await.map(Some);
            }
            return Ok(None);
        };
        let Some(subject) = self.usable(tenant, subject).await? else {
            return Ok(None);
        };
        match self.link_alias(tenant, &permit, subject, &there).await {
            Ok(()) => Ok(Some(subject)),
            Err(LinkError::BelongsToAnother) => Ok(None),
            Err(LinkError::Fault(fault)) => Err(fault),
        }
    }

    /// Makes somebody a person by their first login. They are registered with no application, and have no way in but this one.
    async fn welcome(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        there: Alias,
    ) -> Result<SubjectId, Fault> {
        let person = Person {
            aliases: vec![there],
            password: None,
            applications: Vec::new(),
            contact: None,
            profile: None,
        };
        match self.provision_person(tenant, permit, &person).await {
            Ok(subject) => Ok(subject),
            Err(ProvisionError::Fault(fault)) => Err(fault),
            // One name, and it is nobody's else: nothing is left that could be in the way but another who was faster.
            Err(_) => Err(Fault::Conflict),
        }
    }

    async fn usable(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<Option<SubjectId>, Fault> {
        let account = self.inner.store.account(tenant.id(), subject).await?;
        let is_usable = account.is_some_and(|account| !account.disabled);
        Ok(is_usable.then_some(subject))
    }
}
