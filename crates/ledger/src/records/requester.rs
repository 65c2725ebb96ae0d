//! Who asks the records door: one distinguished name per request, and whether it is privileged (consent-api 4, 5.1).

use consentry_domain::{
    SubjectId,
    decision::{CredentialKind, Door},
    dn::Dn,
    subject::{Alias, Namespace},
};

use super::identity::{Identity, Mapped};
use crate::{
    Ledger, TenantSnapshot,
    access::{Caller, Denied, Permit, Target, Via, WriteRecords, authorize},
    error::Fault,
    subjects::Origin,
};

/// Who sent a request, after the credential was checked. Always somebody with a distinguished name.
#[derive(Debug, Clone)]
pub struct Requester {
    pub(super) caller: Caller,
    pub(super) identity: Identity,
    pub(super) dn: Dn,
    pub(super) privileged: bool,
    pub(super) client: Option<String>,
}

impl Requester {
    /// As the access rules know them.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Whether they may act for everybody.
    pub const fn is_privileged(&self) -> bool {
        self.privileged
    }

    /// The internal identity every rule of consent-api 5 is stated against.
    pub const fn dn(&self) -> &Dn {
        &self.dn
    }

    /// The client that holds the token, where there is one and it is known.
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// What new records carry where the request names nobody (consent-api 5.3).
    pub(crate) const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The person; none for a directory entry that is nobody's.
    pub(crate) const fn person(&self) -> Option<SubjectId> {
        self.identity.person
    }

    /// May they read and write records of this person?
    pub fn permit_for(&self, subject: SubjectId) -> Result<Permit<WriteRecords>, Denied> {
        authorize(&self.caller, Target::Subject(subject))
    }

    /// May they make records: anybody's where privileged, else their own?
    pub fn permit_to_create(&self) -> Result<Permit<WriteRecords>, Denied> {
        let own = self.person().filter(|_| !self.privileged);
        authorize(&self.caller, own.map_or(Target::Tenant, Target::Subject))
    }
}

/// The subject of a bearer token that was verified and may be used here.
#[derive(Debug, Clone)]
pub struct TokenSubject {
    /// Value of the subject claim, as it was sent.
    pub claim: String,
    /// The person it stands for, where we issued the token to one; else the claim is mapped.
    pub person: Option<SubjectId>,
    /// The mapper of the claim, by name; none means the directory as a whole.
    pub mapper: Option<String>,
    /// Whether the token carries the privileged scope.
    pub privileged: bool,
    /// The client that holds it, where known.
    pub client: Option<String>,
}

impl Ledger {
    /// Finds the requester behind a bearer token (consent-api 4.2); none where its subject has no distinguished name.
    pub async fn requester_by_token(
        &self,
        tenant: &TenantSnapshot,
        token: &TokenSubject,
    ) -> Result<Option<Requester>, Fault> {
        let (dn, subject) = match token.person {
            Some(person) => (self.dn_of(tenant, person).await?, Some(person)),
            None => {
                let mapped = self.map_token_subject(tenant, token).await?;
                let dn = mapped
                    .as_ref()
                    .and_then(|mapped| Dn::parse(mapped.dn.as_deref()?).ok());
                (dn, mapped.and_then(|mapped| mapped.person))
            }
        };
        let Some(dn) = dn else { return Ok(None) };
        if let Some(principal) = tenant.principals.named(&dn) {
            if principal.disabled {
                return Ok(None);
            }
            return self.requester_of_entry(tenant, dn, Some(token)).await.map(Some);
        }
        // A name that a template made is a user's, whether we have seen them before or not.
        let subject = match subject {
            Some(subject) => subject,
            None => {
                let origin = Origin::at(Door::Records);
                self.subject_named(tenant, &dn_alias(&dn), origin).await?
            }
        };
        let via = Via::Bearer {
            claim: token.claim.clone(),
            privileged: token.privileged,
        };
        let identity = Identity {
            text: token.claim.clone(),
            dn: Some(dn.as_str().to_owned()),
            person: Some(subject),
        };
        Ok(Some(Requester {
            caller: Caller::Subject { subject, via },
            identity,
            dn,
            privileged: token.privileged,
            client: token.client.clone(),
        }))
    }

    async fn map_token_subject(
        &self,
        tenant: &TenantSnapshot,
        token: &TokenSubject,
    ) -> Result<Option<Mapped>, Fault> {
        if let Some(mapper) = &token.mapper {
            return self.run_mapper(tenant, mapper, &token.claim).await;
        }
        match self.entry_by_dn(tenant, &token.claim).await? {
            Some(entry) => Ok(Some(entry)),
            None => self.search_directory(tenant, &token.claim).await,
        }
    }

    /// A directory entry that is not privileged is an ordinary requester like any person, so it gets a person's identity.
    pub(super) async fn requester_of_entry(
        &self,
        tenant: &TenantSnapshot,
        dn: Dn,
        token: Option<&TokenSubject>,
    ) -> Result<Requester, Fault> {
        let (privileged, credential) = match token {
            Some(token) => (token.privileged, CredentialKind::AccessToken),
            None => (is_privileged_entry(tenant, &dn), CredentialKind::Basic),
        };
        let text = token.map_or_else(|| dn.as_str().to_owned(), |token| token.claim.clone());
        let own_dn = Some(dn.as_str().to_owned());
        let client = token.and_then(|token| token.client.clone());
        if privileged {
            let person = self.find_subject(tenant, &dn_alias(&dn)).await?;
            let caller = Caller::Service {
                dn: dn.as_str().to_owned(),
                privileged,
                credential,
            };
            return Ok(Requester {
                caller,
                identity: Identity {
                    text,
                    dn: own_dn,
                    person,
                },
                dn,
                privileged,
                client,
            });
        }
        let origin = Origin::at(Door::Records);
        let subject = self.subject_named(tenant, &dn_alias(&dn), origin).await?;
        let via = match token {
            Some(token) => Via::Bearer {
                claim: token.claim.clone(),
                privileged,
            },
            None => Via::Basic,
        };
        let identity = Identity {
            text,
            dn: own_dn,
            person: Some(subject),
        };
        Ok(Requester {
            caller: Caller::Subject { subject, via },
            identity,
            dn,
            privileged,
            client,
        })
    }

    /// The distinguished name of a person, where they have one.
    pub(crate) async fn dn_of(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<Dn>, Fault> {
        let name = self.name_of(tenant, subject, Namespace::Dn).await?;
        Ok(name.and_then(|name| Dn::parse(&name).ok()))
    }
}

pub(crate) fn dn_alias(dn: &Dn) -> Alias {
    Alias::new(Namespace::Dn, dn.as_str())
}

/// Whether a directory entry is privileged over Basic.
pub(crate) fn is_privileged_entry(tenant: &TenantSnapshot, dn: &Dn) -> bool {
    let bypasses = || tenant.principals.named(dn).is_some_and(|entry| entry.bypass_acl);
    is_service_account(tenant, dn) || bypasses()
}

pub(super) fn is_service_account(tenant: &TenantSnapshot, dn: &Dn) -> bool {
    tenant.service_accounts.contains(dn)
}
