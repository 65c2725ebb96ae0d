//! Making tenants, clients, definitions and people what configuration says. Doing it twice changes nothing.

pub(crate) mod change;

use consentry_domain::{
    ApplicationId, SubjectId, TenantId,
    client::{Client, Party},
    credential::{ApiCredential, Principal},
    decision::Door,
    definition::{Definition, Localization},
    subject::{Alias, SubjectState},
    tenant::{Application, InvalidSetting, Tenant},
};
use consentry_jose::Algorithm;
use consentry_store::{AccountRow, ChangeSet, ConfigurationKind, Row, RowChange};
use serde_json::{Map, json};

use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, Provision},
    accounts::{self, UnusablePassword},
    clients::{InvalidRegistration, check_registrations},
    dataspace,
    embed::{SharedSecret, admin_jwt},
    environment::{Draw, Ids},
    error::Fault,
    events,
    key_ring::StoredKey,
    mail::{Contact, InvalidTemplate, KeptContact, MailTemplates},
    profile::Profile,
    records::mapper::{InvalidMapper, Mappers},
    sealing::{Key, TenantKeys},
    snapshot::TENANT_KEY,
    subjects::{LinkError, Origin},
};

use self::change::{Author, Plan, put};

/// One piece of configuration.
#[derive(Debug, Clone)]
pub enum Entry {
    /// An application.
    Application(Application),
    /// A party.
    Party(Party),
    /// A client.
    Client(Client),
    /// A definition.
    Definition(Definition),
    /// A wording. One that is published already is left as it is: wordings are immutable.
    Localization(Localization),
    /// A directory entry.
    Principal(Principal),
    /// An API credential.
    ApiCredential(ApiCredential),
    /// A secret that a back end shares with the tenant; what is kept of it is an API credential that holds it sealed.
    SharedSecret(SharedSecret),
}

/// A person as configuration describes them.
#[derive(Debug, Clone)]
pub struct Person {
    /// Names; all of them become names of one person.
    pub aliases: Vec<Alias>,
    /// Password for the hosted login; none leaves the account as it is, or without one.
    pub password: Option<String>,
    /// Applications the person is registered with.
    pub applications: Vec<ApplicationId>,
    /// Where they are reached; none leaves it as it is.
    pub contact: Option<Contact>,
    /// What clients may be told of them; none leaves it as it is.
    pub profile: Option<Profile>,
}

/// What became of something that configuration, or another directory, says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is new.
    Added,
    /// It was there and is another now.
    Changed,
    /// It was there like this.
    Unchanged,
}

/// Why configuration could not be taken over.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// A published wording would change. Publish a higher version instead.
    #[error("wording {definition} {locale} {version} is published and cannot change")]
    WordingPublished {
        /// The definition.
        definition: String,
        /// The language.
        locale: String,
        /// The version.
        version: String,
    },
    /// A new wording is lower than the current one of that language (consent-api 7.1).
    #[error("wording {definition} {locale} {version} is lower than the current version")]
    VersionLowered {
        /// The definition.
        definition: String,
        /// The language.
        locale: String,
        /// The version.
        version: String,
    },
    /// A setting that cannot be served.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// An identity mapper whose pattern or script cannot be used.
    #[error(transparent)]
    Mapper(#[from] InvalidMapper),
    /// A client that breaks rules of registrations.
    #[error(transparent)]
    Client(#[from] InvalidRegistration),
    /// A mail template that cannot be used.
    #[error(transparent)]
    Template(#[from] InvalidTemplate),
    /// A name belongs to another person.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A person without any name.
    #[error("a person needs at least one name")]
    Nameless,
    /// A password that cannot be hashed.
    #[error(transparent)]
    Password(#[from] UnusablePassword),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// Makes the tenant what is given. A new one gets its keys: one RS256 and one ES256.
    pub async fn provision_tenant(
        &self,
        permit: &Permit<Provision>,
        tenant: &Tenant,
    ) -> Result<TenantId, ProvisionError> {
        tracing::info!(caller = ?permit.caller(), tenant = %tenant.slug, "provisioning a tenant");
        tenant.check()?;
        Mappers::prepare(&tenant.records)?;
        MailTemplates::prepare(&tenant.mail)?;
        admin_jwt::check_settings(&tenant.dashboard.admin_jwt)?;
        dataspace::check_contexts(tenant)?;
        let directory = self.directory();
        let known = directory.tenant(tenant.id);
        let version = known.and_then(|known| {
            known
                .versions
                .get(&(ConfigurationKind::Tenant, tenant.slug.clone()))
        });
        if known.is_some_and(|known| known.tenant == *tenant) {
            return Ok(tenant.id);
        }
        let now = self.now();
        let mut change = ChangeSet::new(tenant.id, now);
        change.rows.push(put(
            tenant.id,
            ConfigurationKind::Tenant,
            &tenant.slug,
            version.copied(),
            tenant,
        )?);
        if let Some(known) = known {
            let lifetimes = (&known.tenant.lifetimes, &tenant.lifetimes);
            self.keep_lives(&mut change, lifetimes).await?;
        } else {
            let key = Key::random(self.entropy());
            let wrapped = key.wrapped_by(&self.inner.root, self.entropy(), tenant.id.uuid().as_bytes());
            let wrapped = consentry_jose::encoding::encode(wrapped);
            change.rows.push(put(
                tenant.id,
                ConfigurationKind::SigningKey,
                TENANT_KEY,
                None,
                &wrapped,
            )?);
            let keys = TenantKeys::new(tenant.id, &key);
            let ids = Ids {
                now,
                entropy: self.entropy(),
            };
            for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
                let stored = StoredKey::generate(&keys, self.entropy(), algorithm, now)?;
                change.events.push(key_event(&ids, "key.published", &stored)?);
                change.rows.push(put(
                    tenant.id,
                    ConfigurationKind::SigningKey,
                    &stored.kid,
                    None,
                    &stored,
                )?);
            }
        }
        let _receipt = self.commit(change).await.map_err(Fault::from)?;
        Ok(tenant.id)
    }

    /// Makes all given entries of a tenant what they say; answers how many changed.
    pub async fn provision(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        entries: &[Entry],
    ) -> Result<usize, ProvisionError> {
        tracing::debug!(caller = ?permit.caller(), entries = entries.len(), "provisioning");
        check_registrations(&tenant.tenant, Some(tenant), entries)?;
        let ids = self.ids();
        let mut plan = Plan::new(tenant, ids.now);
        for entry in entries {
            plan.extend(change::of_entry(tenant, &ids, &Author::default(), entry)?);
        }
        let changed = plan.len();
        let change = plan.finish()?;
        if changed > 0 {
            let _receipt = self.commit(change).await.map_err(Fault::from)?;
        }
        Ok(changed)
    }

    /// What [`Self::provision`] would make of each entry, or why not.
    pub fn foresee(&self, tenant: &TenantSnapshot, entries: &[Entry]) -> Result<Vec<Taken>, ProvisionError> {
        let ids = self.ids();
        let foreseen = entries.iter().map(|entry| {
            let change = change::of_entry(tenant, &ids, &Author::default(), entry)?;
            Ok(change.map_or(Taken::Unchanged, |change| change.taken))
        });
        foreseen.collect()
    }

    /// What [`Self::provision_person`] would make of a person.
    pub async fn foresee_person(
        &self,
        tenant: &TenantSnapshot,
        person: &Person,
    ) -> Result<Taken, ProvisionError> {
        let first = person.aliases.first().ok_or(ProvisionError::Nameless)?;
        let Some(subject) = self.find_subject(tenant, first).await? else {
            return Ok(Taken::Added);
        };
        for alias in &person.aliases {
            match self.find_subject(tenant, alias).await? {
                Some(owner) if owner == subject => {}
                Some(_) => return Err(LinkError::BelongsToAnother.into()),
                None => return Ok(Taken::Changed),
            }
        }
        let account = self.inner.store.account(tenant.id(), subject).await;
        let account = account.map_err(Fault::from)?;
        let keeps = |account: &AccountRow| {
            let opens = |password: &String| {
                let kept = account.password_hash.as_deref();
                kept.is_some_and(|kept| accounts::matches(kept, password))
            };
            account.applications == person.applications && person.password.as_ref().is_none_or(opens)
        };
        let contact = self.contact_of(tenant, subject).await?;
        if person.contact.is_some() && person.contact != contact {
            return Ok(Taken::Changed);
        }
        if let Some(profile) = &person.profile
            && *profile != self.profile_of(tenant, subject).await?
        {
            return Ok(Taken::Changed);
        }
        Ok(if account.is_some_and(|account| keeps(&account)) {
            Taken::Unchanged
        } else {
            Taken::Changed
        })
    }

    /// Makes a person known under all their names, with a login.
    pub async fn provision_person(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        person: &Person,
    ) -> Result<SubjectId, ProvisionError> {
        let (first, others) = person.aliases.split_first().ok_or(ProvisionError::Nameless)?;
        let mut names = vec![first.clone()];
        for alias in others {
            if self.find_subject(tenant, alias).await?.is_none() {
                names.push(alias.clone());
            }
        }
        let origin = Origin::at(Door::Operator);
        let subject = self
            .subject_with_names(tenant, &names, SubjectState::Active, origin)
            .await?;
        for alias in others {
            self.link_alias(tenant, permit, subject, alias).await?;
        }
        let known = self
            .inner
            .store
            .account(tenant.id(), subject)
            .await
            .map_err(Fault::from)?;
        let kept = known.as_ref().and_then(|account| account.password_hash.clone());
        let password_hash = match &person.password {
            Some(password)
                if !kept
                    .as_deref()
                    .is_some_and(|kept| accounts::matches(kept, password)) =>
            {
                Some(accounts::hash_password(password, &self.entropy().bytes())?)
            }
            _ => kept.clone(),
        };
        let contact = self.contact_row(tenant, subject, known.as_ref(), person).await?;
        let profile = self.profile_row(tenant, subject, known.as_ref(), person).await?;
        let unchanged = known.as_ref().is_some_and(|account| {
            account.password_hash == password_hash
                && account.applications == person.applications
                && account.contact == contact
                && account.profile == profile
        });
        if !unchanged {
            let mut change = ChangeSet::new(tenant.id(), self.now());
            if known.is_some() {
                let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
                change
                    .events
                    .push(self.of_names("subject.updated", (subject, &key), [], origin)?);
            }
            change.rows.push(RowChange::Put(Row::Account(AccountRow {
                subject,
                version: known
                    .as_ref()
                    .map_or(1, |account| account.version.saturating_add(1)),
                password_hash,
                disabled: known.as_ref().is_some_and(|account| account.disabled),
                applications: person.applications.clone(),
                contact,
                passkeys: known.as_ref().and_then(|account| account.passkeys.clone()),
                holdings: known.and_then(|account| account.holdings),
                profile,
            })));
            let _receipt = self.commit(change).await.map_err(Fault::from)?;
        }
        Ok(subject)
    }

    /// What an account says about where a person is reached: what it said, where that is the same. A seal is another each time.
    async fn contact_row(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        known: Option<&AccountRow>,
        person: &Person,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let kept = known.and_then(|account| account.contact.clone());
        let Some(contact) = &person.contact else {
            return Ok(kept);
        };
        let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
        let before = known
            .map(|account| KeptContact::of(account, &key))
            .transpose()?
            .flatten();
        if before.as_ref().is_some_and(|before| before.contact == *contact) {
            return Ok(kept);
        }
        let fresh = KeptContact {
            contact: contact.clone(),
            declines_notices: before.is_some_and(|before| before.declines_notices),
        };
        fresh.sealed(&key, self.entropy()).map(Some)
    }

    /// What an account says about a person: what it said, where that is the same.
    async fn profile_row(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        known: Option<&AccountRow>,
        person: &Person,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let kept = known.and_then(|account| account.profile.clone());
        let Some(profile) = &person.profile else {
            return Ok(kept);
        };
        let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
        let before = known.map(|account| Profile::of(account, &key)).transpose()?;
        if before.flatten().unwrap_or_default() == *profile {
            return Ok(kept);
        }
        profile.sealed(&key, self.entropy()).map(Some)
    }
}

/// What is told of a signing key.
pub(crate) fn key_event(
    ids: &Ids<'_>,
    kind: &'static str,
    key: &StoredKey,
) -> Result<consentry_store::NewEvent, Fault> {
    let mut body = Map::new();
    body.insert("kid".to_owned(), json!(key.kid));
    body.insert("algorithm".to_owned(), json!(key.algorithm));
    events::public(ids, kind, None, &body)
}
