//! HTTP Basic: whose user name it is, and whether the password opens it (consent-api 4.1).

use consentry_domain::{
    SubjectId, TenantId, Timestamp, credential::Principal, decision::CredentialKind, dn::Dn,
    subject::Namespace,
};
use consentry_store::{ConfigurationKind, Hash};
use subtle::{Choice, ConstantTimeEq};

use super::{
    Whose,
    identity::Identity,
    live::Listed,
    named::Entry,
    requester::{Requester, is_service_account},
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Caller, Via},
    accounts::LoginError,
    error::Fault,
    opaque,
};

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
        if let Some(dn) = self.recall_listed(tenant, user, password) {
            return Ok(self.requester_of_entry(tenant, dn, None).await?);
        }
        let entry = match self.entry_named(tenant, user).await? {
            Entry::Listed(listed) => {
                let tried = Tried {
                    user,
                    password,
                    address,
                };
                self.check_listed_password(tenant, &listed, tried).await?;
                return Ok(self.requester_of_entry(tenant, listed.entry.dn, None).await?);
            }
            own => own,
        };
        if let Entry::Account(principal) = entry
            && opens(principal, password, self.now())
        {
            return self.requester_of_account(tenant, principal).await;
        }
        if let Entry::Account(principal) = entry
            && principal.password_hash.is_some()
        {
            self.check_account_password(tenant, principal, password, address)
                .await?;
            return self.requester_of_account(tenant, principal).await;
        }
        let (namespace, name) = match &entry {
            Entry::Person(alias) => (alias.namespace, alias.value.as_str()),
            // A wrong secret of an account and a name of nobody take the same way as a person's, so that all take the same time.
            _ => (Namespace::Login, user),
        };
        let subject = self
            .log_in_remembered(tenant, namespace, name, password, address)
            .await?;
        if !matches!(entry, Entry::Person(_)) {
            return Err(LoginError::Wrong);
        }
        self.requester_of_person(tenant, subject).await
    }

    async fn requester_of_account(
        &self,
        tenant: &TenantSnapshot,
        principal: &Principal,
    ) -> Result<Requester, LoginError> {
        let dn = Dn::parse(&principal.dn).map_err(|error| Fault::Unreadable {
            what: "principal",
            why: error.to_string(),
        })?;
        Ok(self.requester_of_entry(tenant, dn, None).await?)
    }

    async fn requester_of_person(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Requester, LoginError> {
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
        if let Some(Whose::Person { subject, login }) = self.inner.verified_passwords.recall(&key, self.now())
        {
            if self.account_version(tenant, subject).await? == Some(login) {
                return Ok(subject);
            }
            self.inner.verified_passwords.forget(&key);
        }
        let subject = self.log_in(tenant, namespace, name, password, address).await?;
        if let Some(login) = self.account_version(tenant, subject).await? {
            let whose = Whose::Person { subject, login };
            self.inner.verified_passwords.believe(key, whose, self.now());
        }
        Ok(subject)
    }

    /// Checks a password that somebody chose for an account, with the same memory and the same waits after failures.
    async fn check_account_password(
        &self,
        tenant: &TenantSnapshot,
        principal: &Principal,
        password: &str,
        address: &str,
    ) -> Result<(), LoginError> {
        let stored = principal
            .password_hash
            .as_ref()
            .filter(|_| !principal.disabled)
            .cloned();
        let text = format!(
            "{}\0{}\0{password}",
            principal.dn,
            stored.as_deref().unwrap_or_default()
        );
        let key = (tenant.id(), tenant.keys.lookup("basic-account", &text));
        let memory = &self.inner.verified_passwords;
        if stored.is_some() && memory.recall(&key, self.now()) == Some(Whose::Account) {
            return Ok(());
        }
        let slug = &tenant.tenant.slug;
        let keys = [
            format!("{slug} name {}", principal.dn),
            format!("{slug} address {address}"),
        ];
        self.check_throttled(&keys, stored, password).await?;
        memory.believe(key, Whose::Account, self.now());
        Ok(())
    }

    /// Asks a directory about a password, with the same waits after failures. A failure of the directory is none of the user's.
    async fn check_listed_password(
        &self,
        tenant: &TenantSnapshot,
        listed: &Listed,
        tried: Tried<'_>,
    ) -> Result<(), LoginError> {
        let Listed { directory, entry } = listed;
        let slug = &tenant.tenant.slug;
        let keys = [
            format!("{slug} name {}", entry.dn.as_str()),
            format!("{slug} address {}", tried.address),
        ];
        let check = async {
            let is_right = !tried.password.is_empty() && directory.opens(entry, tried.password).await?;
            if !is_right {
                // A wrong password takes at least the time that a name of nobody takes.
                self.check_password(None, tried.password.to_owned()).await?;
            }
            Ok(is_right)
        };
        self.throttled(&keys, check).await?;
        let key = listed_key(tenant, tried.user, tried.password);
        let whose = Whose::Listed(entry.dn.clone());
        self.inner.verified_passwords.believe(key, whose, self.now());
        Ok(())
    }

    /// The entry a directory said a moment ago this user name and password open.
    fn recall_listed(&self, tenant: &TenantSnapshot, user: &str, password: &str) -> Option<Dn> {
        if !self.has_directories(tenant) {
            return None;
        }
        let key = listed_key(tenant, user, password);
        match self.inner.verified_passwords.recall(&key, self.now()) {
            Some(Whose::Listed(dn)) if !tenant.principals.named(&dn).is_some_and(|own| own.disabled) => {
                Some(dn)
            }
            _ => None,
        }
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
}

/// A user name and a password, and where they came from.
#[derive(Clone, Copy)]
struct Tried<'a> {
    user: &'a str,
    password: &'a str,
    address: &'a str,
}

/// Where such a password is remembered. A change of the tenant's settings changes who is meant, so it changes the place.
fn listed_key(tenant: &TenantSnapshot, user: &str, password: &str) -> (TenantId, Hash) {
    let settings = tenant
        .versions
        .get(&(ConfigurationKind::Tenant, tenant.tenant.slug.clone()))
        .copied()
        .unwrap_or_default();
    let text = format!("{settings}\0{user}\0{password}");
    (tenant.id(), tenant.keys.lookup("basic-listed", &text))
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
