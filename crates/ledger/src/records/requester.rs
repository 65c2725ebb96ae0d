//! Who asks the records door: one distinguished name per request, and whether it is privileged (consent-api 4, 5.1).

use consentry_domain::{
    SubjectId, Timestamp,
    credential::Principal,
    decision::CredentialKind,
    dn::Dn,
    subject::{Alias, Namespace},
};
use subtle::{Choice, ConstantTimeEq};

use super::identity::Identity;
use crate::{
    Ledger, TenantSnapshot,
    access::{Caller, Denied, Permit, Target, Via, WriteRecords, authorize},
    accounts::LoginError,
    error::Fault,
    opaque,
};

/// Who sent a request, after the credential was checked. Always somebody with a distinguished name.
#[derive(Debug, Clone)]
pub struct Requester {
    caller: Caller,
    identity: Identity,
    dn: Dn,
    privileged: bool,
    client: Option<String>,
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
    /// The person it stands for, where the token was issued to one; else the claim is looked up in the directory.
    pub person: Option<SubjectId>,
    /// Whether the token carries the privileged scope.
    pub privileged: bool,
    /// The client that holds it, where known.
    pub client: Option<String>,
}

impl Ledger {
    /// Checks user name and password (consent-api 4.1). The name may be a distinguished name. `address` is the client's network
    /// address, for counting failures.
    pub async fn requester_by_password(
        &self,
        tenant: &TenantSnapshot,
        user: &str,
        password: &str,
        address: &str,
    ) -> Result<Requester, LoginError> {
        let entry = self.entry_named(tenant, user).await?;
        if let Entry::Account(principal) = entry
            && opens(principal, password, self.now())
        {
            return Ok(self.requester_of_principal(tenant, principal, None).await?);
        }
        let (namespace, name) = match &entry {
            Entry::Person(alias) => (alias.namespace, alias.value.as_str()),
            // A wrong secret of an account and a name of nobody take the same way as a person's, so that all take the same time.
            Entry::Account(_) | Entry::None => (Namespace::Login, user),
        };
        let subject = self
            .log_in_remembered(tenant, namespace, name, password, address)
            .await?;
        if !matches!(entry, Entry::Person(_)) {
            return Err(LoginError::Wrong);
        }
        let dn = self.dn_of(tenant, subject).await?.ok_or(LoginError::Wrong)?;
        let privileged = is_service_account(tenant, &dn);
        let caller = if privileged {
            Caller::Service {
                dn: dn.as_str().to_owned(),
                privileged,
                credential: CredentialKind::Basic,
            }
        } else {
            Caller::Subject {
                subject,
                via: Via::Basic,
            }
        };
        let identity = Identity {
            text: dn.as_str().to_owned(),
            dn: Some(dn.as_str().to_owned()),
            person: Some(subject),
        };
        Ok(Requester {
            caller,
            identity,
            dn,
            privileged,
            client: None,
        })
    }

    /// The one entry a user name means: as a distinguished name where an entry has it, else through the mapper, where exactly one
    /// hit maps and several do not (consent-api 4.1, 12.3).
    async fn entry_named<'a>(&self, tenant: &'a TenantSnapshot, user: &str) -> Result<Entry<'a>, Fault> {
        if let Ok(dn) = Dn::parse(user) {
            if let Some(principal) = tenant.principals.iter().find(|entry| dn.names(&entry.dn)) {
                return Ok(Entry::Account(principal));
            }
            let alias = dn_alias(&dn);
            if self.find_subject(tenant, &alias).await?.is_some() {
                return Ok(Entry::Person(alias));
            }
        }
        let mut accounts = principals_called(tenant, user);
        let login = Alias::new(Namespace::Login, user);
        let person = self.find_subject(tenant, &login).await?;
        Ok(match (accounts.next(), accounts.next(), person) {
            (Some(account), None, None) => Entry::Account(account),
            (None, _, Some(_)) => Entry::Person(login),
            _ => Entry::None,
        })
    }

    /// Finds the requester behind a bearer token (consent-api 4.2); none where its subject has no distinguished name.
    pub async fn requester_by_token(
        &self,
        tenant: &TenantSnapshot,
        token: &TokenSubject,
    ) -> Result<Option<Requester>, Fault> {
        let Some(subject) = token.person else {
            let dn = Dn::parse(&token.claim).ok();
            let Some(principal) = principal_named(tenant, &token.claim, dn.as_ref()) else {
                return Ok(None);
            };
            if principal.disabled {
                return Ok(None);
            }
            return self
                .requester_of_principal(tenant, principal, Some(token))
                .await
                .map(Some);
        };
        let Some(dn) = self.dn_of(tenant, subject).await? else {
            return Ok(None);
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

    /// A directory entry that is not privileged is an ordinary requester like any person, so it gets a person's identity.
    async fn requester_of_principal(
        &self,
        tenant: &TenantSnapshot,
        principal: &Principal,
        token: Option<&TokenSubject>,
    ) -> Result<Requester, Fault> {
        let dn = Dn::parse(&principal.dn).map_err(|error| Fault::Unreadable {
            what: "principal",
            why: error.to_string(),
        })?;
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
        let subject = self.subject_named(tenant, &dn_alias(&dn)).await?;
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

    /// As [`Ledger::log_in`], with a memory of passwords that were right within the last minute.
    async fn log_in_remembered(
        &self,
        tenant: &TenantSnapshot,
        namespace: Namespace,
        name: &str,
        password: &str,
        address: &str,
    ) -> Result<SubjectId, LoginError> {
        let key = (
            tenant.id(),
            tenant
                .keys
                .lookup("basic", &format!("{}\0{name}\0{password}", namespace.as_str())),
        );
        if let Some(believed) = self.inner.verified_passwords.recall(&key, self.now()) {
            if self.account_version(tenant, believed.subject).await? == Some(believed.account) {
                return Ok(believed.subject);
            }
            self.inner.verified_passwords.forget(&key);
        }
        let subject = self.log_in(tenant, namespace, name, password, address).await?;
        if let Some(version) = self.account_version(tenant, subject).await? {
            self.inner
                .verified_passwords
                .believe(key, subject, version, self.now());
        }
        Ok(subject)
    }

    async fn account_version(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<u32>, Fault> {
        let account = self.inner.store.account(tenant.id(), subject).await?;
        Ok(account
            .filter(|account| !account.disabled)
            .map(|account| account.version))
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

/// The directory entry with this name: by its distinguished name, else the only one that carries it among its names.
pub(crate) fn principal_named<'a>(
    tenant: &'a TenantSnapshot,
    name: &str,
    dn: Option<&Dn>,
) -> Option<&'a Principal> {
    if let Some(found) = dn.and_then(|dn| tenant.principals.iter().find(|entry| dn.names(&entry.dn))) {
        return Some(found);
    }
    let mut named = principals_called(tenant, name);
    named.next().filter(|_| named.next().is_none())
}

/// The directory entries that carry a text among their names.
pub(crate) fn principals_called<'a>(
    tenant: &'a TenantSnapshot,
    name: &str,
) -> impl Iterator<Item = &'a Principal> {
    tenant
        .principals
        .iter()
        .filter(move |entry| entry.names.iter().any(|own| own == name))
}

/// What a user name means.
enum Entry<'a> {
    /// An account of the directory.
    Account(&'a Principal),
    /// A person, by this name.
    Person(Alias),
    /// Nobody, or more than one.
    None,
}

/// Whether a directory entry is privileged over Basic.
pub(crate) fn is_privileged_entry(tenant: &TenantSnapshot, dn: &Dn) -> bool {
    let bypasses = || principal_named(tenant, dn.as_str(), Some(dn)).is_some_and(|entry| entry.bypass_acl);
    is_service_account(tenant, dn) || bypasses()
}

fn is_service_account(tenant: &TenantSnapshot, dn: &Dn) -> bool {
    tenant
        .tenant
        .records
        .service_account_dns
        .iter()
        .any(|listed| dn.names(listed))
}

/// Whether a secret opens a directory entry; every stored one is compared.
fn opens(principal: &Principal, secret: &str, now: Timestamp) -> bool {
    let digest = opaque::hash_text(secret);
    let fits = principal.secrets.iter().fold(Choice::from(0), |fits, stored| {
        let alive = stored.expires_at.is_none_or(|end| now < end);
        fits | (digest.as_bytes().ct_eq(stored.sha256.as_bytes()) & Choice::from(u8::from(alive)))
    });
    bool::from(fits) && !principal.disabled
}
