//! Whom a text means: the record mapper (consent-api 5.4, 9.3, 12.3).

use std::collections::BTreeSet;

use consentry_domain::{
    SubjectId,
    dn::Dn,
    subject::{Alias, Namespace, SubjectState},
};

use super::{
    requester::{Requester, dn_alias, principal_named},
    view::RecordView,
};
use crate::{Ledger, TenantSnapshot, error::Fault};

/// A subject or actor: the text that was given, the distinguished name it maps to, and the person it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// As given, or as the requester's default.
    pub text: String,
    /// Absent where nothing, or more than one entry, fits.
    pub dn: Option<String>,
    /// Absent where nobody is known by it yet.
    pub person: Option<SubjectId>,
}

/// The subject and actor a request names, resolved for who asks. Absent ones are left to the use case's default.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    pub(crate) subject: Option<Identity>,
    pub(crate) actor: Option<Identity>,
}

/// Why identities were not resolved.
#[derive(Debug, thiserror::Error)]
pub enum ForeignIdentity {
    /// An ordinary requester named somebody else.
    #[error("the {attribute} is somebody other than the requester")]
    Foreign {
        /// `subject` or `actor`.
        attribute: &'static str,
    },
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What a text maps to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mapped {
    pub dn: Option<String>,
    pub person: Option<SubjectId>,
}

impl Ledger {
    /// Resolves the subject and actor that a request names. An ordinary requester may name nobody but themself; what is stored
    /// then is the default of consent-api 5.3. Repeating what the record says already is naming nobody.
    pub async fn resolve_identities(
        &self,
        tenant: &TenantSnapshot,
        requester: &Requester,
        before: Option<&RecordView>,
        subject: Option<&str>,
        actor: Option<&str>,
    ) -> Result<Identities, ForeignIdentity> {
        let mine =
            |dn: Option<&str>| requester.is_privileged() || dn.is_some_and(|dn| requester.dn().names(dn));
        let repeats_subject = before.is_some_and(|before| subject == Some(before.subject()));
        let repeats_actor = before.is_some_and(|before| actor == before.actor() && mine(before.actor_dn()));
        let subject = subject.filter(|_| !repeats_subject);
        let actor = actor.filter(|_| !repeats_actor);
        let subject = self
            .resolve_identity(tenant, requester, "subject", subject)
            .await?;
        let actor = self.resolve_identity(tenant, requester, "actor", actor).await?;
        Ok(Identities { subject, actor })
    }

    async fn resolve_identity(
        &self,
        tenant: &TenantSnapshot,
        requester: &Requester,
        attribute: &'static str,
        text: Option<&str>,
    ) -> Result<Option<Identity>, ForeignIdentity> {
        let Some(text) = text else { return Ok(None) };
        if requester.is_privileged() {
            let mapped = self.map_identity(tenant, text).await?;
            return Ok(Some(Identity {
                text: text.to_owned(),
                dn: mapped.dn,
                person: mapped.person,
            }));
        }
        if self.is_self(tenant, requester, text).await? {
            Ok(Some(requester.identity().clone()))
        } else {
            Err(ForeignIdentity::Foreign { attribute })
        }
    }

    /// Whether a text means the requester: their default, their distinguished name in any spelling, or what maps to it.
    pub(crate) async fn is_self(
        &self,
        tenant: &TenantSnapshot,
        requester: &Requester,
        text: &str,
    ) -> Result<bool, Fault> {
        if text == requester.identity().text || requester.dn().names(text) {
            return Ok(true);
        }
        let mapped = self.map_identity(tenant, text).await?;
        Ok(mapped.dn.is_some_and(|dn| requester.dn().names(&dn)))
    }

    /// The record mapper: a distinguished name, a name of a directory entry, a login name, a customer id, or the id a person has
    /// at the authorization door. Exactly one hit maps; none or several do not. A text no mapper knows may still be one a record
    /// was made with before: then it means the same person again.
    pub(crate) async fn map_identity(&self, tenant: &TenantSnapshot, text: &str) -> Result<Mapped, Fault> {
        let dn = Dn::parse(text).ok();
        if let Some(dn) = &dn {
            let person = self.find_subject(tenant, &dn_alias(dn)).await?;
            if person.is_some()
                || principal_named(tenant, text, Some(dn)).is_some_and(|entry| dn.names(&entry.dn))
            {
                return Ok(Mapped {
                    dn: Some(dn.as_str().to_owned()),
                    person,
                });
            }
        }
        let mut hits = BTreeSet::new();
        let mut persons = BTreeSet::new();
        for namespace in [Namespace::Login, Namespace::Customer] {
            persons.extend(self.find_subject(tenant, &Alias::new(namespace, text)).await?);
        }
        persons.extend(self.subject_with_id(tenant, text).await?);
        for person in persons {
            hits.insert((self.dn_of(tenant, person).await?.map(String::from), Some(person)));
        }
        for entry in tenant
            .principals
            .iter()
            .filter(|entry| entry.names.iter().any(|name| name == text))
        {
            let Ok(dn) = Dn::parse(&entry.dn) else { continue };
            let person = self.find_subject(tenant, &dn_alias(&dn)).await?;
            hits.insert((Some(dn.into()), person));
        }
        let mut hits = hits.into_iter();
        if let (Some((dn, person)), None) = (hits.next(), hits.next()) {
            return Ok(Mapped { dn, person });
        }
        Ok(Mapped {
            dn: None,
            person: self
                .find_subject(tenant, &Alias::new(Namespace::RecordSubject, text))
                .await?,
        })
    }

    /// The person whose slots a record of this identity stands in; made where nobody is known by it yet. A directory entry that
    /// is nobody's gets a placeholder per record, so that one account with a million records touches no row twice.
    pub(crate) async fn person_of(
        &self,
        tenant: &TenantSnapshot,
        identity: &Identity,
    ) -> Result<SubjectId, Fault> {
        match (identity.person, &identity.dn) {
            (Some(person), _) => Ok(person),
            (None, Some(_)) => self.unassigned_subject(tenant).await,
            (None, None) => {
                let alias = Alias::new(Namespace::RecordSubject, identity.text.as_str());
                self.subject_named_as(tenant, &alias, SubjectState::Unassigned)
                    .await
            }
        }
    }

    async fn subject_with_id(&self, tenant: &TenantSnapshot, text: &str) -> Result<Option<SubjectId>, Fault> {
        let Some(id) = text.parse::<SubjectId>().ok().filter(|id| id.to_string() == text) else {
            return Ok(None);
        };
        let subject = self.inner.store.subject(tenant.id(), id).await?;
        Ok(subject
            .filter(|subject| subject.state == SubjectState::Active)
            .map(|subject| subject.id))
    }
}
