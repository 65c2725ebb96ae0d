//! HTTP Basic: whose user name it is, and whether the password opens it (consent-api 4.1).

use consentry_domain::{
    SubjectId, Timestamp,
    credential::Principal,
    decision::CredentialKind,
    dn::Dn,
    subject::{Alias, Namespace},
};
use subtle::{Choice, ConstantTimeEq};

use super::{
    Whose,
    identity::Identity,
    requester::{Requester, dn_alias, is_service_account, principals_called},
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
        let entry = self.entry_named(tenant, user).await?;
        if let Entry::Account(principal) = entry
            && opens(principal, password, self.now())
        {
            return Ok(self.requester_of_principal(tenant, principal, None).await?);
        }
        if let Entry::Account(principal) = entry
            && principal.password_hash.is_some()
        {
            self.check_account_password(tenant, principal, password, address)
                .await?;
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
        if let Some(mapper) = &tenant.tenant.records.basic_identity_mapper {
            return self.entry_mapped(tenant, mapper, user).await;
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

    /// The entry a configured mapper finds: an account, or a person with this distinguished name.
    async fn entry_mapped<'a>(
        &self,
        tenant: &'a TenantSnapshot,
        mapper: &str,
        user: &str,
    ) -> Result<Entry<'a>, Fault> {
        let mapped = self.run_mapper(tenant, mapper, user).await?;
        let Some(dn) = mapped
            .and_then(|mapped| mapped.dn)
            .and_then(|dn| Dn::parse(&dn).ok())
        else {
            return Ok(Entry::None);
        };
        let account = tenant.principals.iter().find(|entry| dn.names(&entry.dn));
        Ok(account.map_or_else(|| Entry::Person(dn_alias(&dn)), Entry::Account))
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

/// What a user name means.
enum Entry<'a> {
    /// An account of the directory.
    Account(&'a Principal),
    /// A person, by this name.
    Person(Alias),
    /// Nobody, or more than one.
    None,
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
