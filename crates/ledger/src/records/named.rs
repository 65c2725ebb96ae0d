//! The entry a Basic user name means (consent-api 4.1, 12.3), of our own or of a directory that is asked live.

use consentry_domain::{
    credential::Principal,
    dn::Dn,
    subject::{Alias, Namespace},
    tenant::MatchAttribute,
};

use super::{
    live::{Listed, LiveQuestion},
    requester::dn_alias,
};
use crate::{Ledger, TenantSnapshot, error::Fault};

/// What a user name means.
pub(super) enum Entry<'a> {
    /// An account of the directory.
    Account(&'a Principal),
    /// A person, by this name.
    Person(Alias),
    /// An entry of a directory that is asked live.
    Listed(Listed),
    /// More than one of our own.
    Ambiguous,
    /// Nobody.
    None,
}

impl Ledger {
    /// The one entry a user name means, and where its password is. An entry of our own that has a password, or is switched off,
    /// is asked here; one without may have its password in a directory that is asked live.
    pub(super) async fn entry_named<'a>(
        &self,
        tenant: &'a TenantSnapshot,
        user: &str,
    ) -> Result<Entry<'a>, Fault> {
        let own = self.own_entry_named(tenant, user).await?;
        if !self.has_directories(tenant) || self.decides(tenant, &own).await? {
            return Ok(own);
        }
        let named = match &own {
            Entry::Account(principal) => Dn::parse(&principal.dn).ok(),
            Entry::Person(alias) => match self.find_subject(tenant, alias).await? {
                Some(subject) => self.dn_of(tenant, subject).await?,
                None => Dn::parse(&alias.value).ok(),
            },
            _ => Dn::parse(user).ok(),
        };
        let mut listed = match &named {
            Some(dn) => self.ask_directories(tenant, LiveQuestion::Named(dn)).await?,
            None => None,
        };
        // A person without a distinguished name is no entry.
        let is_nobody = matches!(own, Entry::None) || (named.is_none() && matches!(own, Entry::Person(_)));
        if listed.is_none() && is_nobody && tenant.tenant.records.basic_identity_mapper.is_none() {
            let by_login = LiveQuestion::Matching {
                attributes: &[MatchAttribute::Uid],
                text: user,
                bases: &[],
            };
            listed = self.ask_directories(tenant, by_login).await?;
        }
        let Some(listed) = listed else { return Ok(own) };
        // A directory may know an entry of ours by a name that we do not; what we say of it comes first still.
        let own = self.own_entry_with_dn(tenant, &listed.entry.dn).await?;
        if self.decides(tenant, &own).await? {
            return Ok(own);
        }
        Ok(Entry::Listed(listed))
    }

    /// Whether an entry has a password here that its owner can be asked for, or may not be let in at all.
    async fn decides(&self, tenant: &TenantSnapshot, entry: &Entry<'_>) -> Result<bool, Fault> {
        Ok(match entry {
            Entry::Account(principal) => {
                principal.disabled || principal.password_hash.is_some() || !principal.secrets.is_empty()
            }
            Entry::Person(alias) => self.logs_in(tenant, alias).await?,
            // Several of our own are nobody, whatever others know.
            Entry::Ambiguous => true,
            Entry::Listed(_) | Entry::None => false,
        })
    }

    /// The entry of our own: as a distinguished name where an entry has it, else through the mapper, where exactly one hit maps and
    /// several do not (consent-api 4.1, 12.3).
    async fn own_entry_named<'a>(&self, tenant: &'a TenantSnapshot, user: &str) -> Result<Entry<'a>, Fault> {
        if let Ok(dn) = Dn::parse(user) {
            match self.own_entry_with_dn(tenant, &dn).await? {
                Entry::None => {}
                entry => return Ok(entry),
            }
        }
        if let Some(mapper) = &tenant.tenant.records.basic_identity_mapper {
            return self.entry_mapped(tenant, mapper, user).await;
        }
        let mut accounts = tenant.principals.called(user);
        let login = Alias::new(Namespace::Login, user);
        let person = self.find_subject(tenant, &login).await?;
        Ok(match (accounts.next(), accounts.next(), person) {
            (Some(account), None, None) => Entry::Account(account),
            (None, _, Some(_)) => Entry::Person(login),
            (None, _, None) => Entry::None,
            _ => Entry::Ambiguous,
        })
    }

    async fn own_entry_with_dn<'a>(&self, tenant: &'a TenantSnapshot, dn: &Dn) -> Result<Entry<'a>, Fault> {
        if let Some(principal) = tenant.principals.named(dn) {
            return Ok(Entry::Account(principal));
        }
        let alias = dn_alias(dn);
        let person = self.find_subject(tenant, &alias).await?;
        Ok(person.map_or(Entry::None, |_| Entry::Person(alias)))
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
        let account = tenant.principals.named(&dn);
        Ok(account.map_or_else(|| Entry::Person(dn_alias(&dn)), Entry::Account))
    }
}
