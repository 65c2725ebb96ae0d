//! Making tenants, clients, definitions and people what configuration says. Doing it twice changes nothing.

use std::borrow::Cow;

use consentry_domain::{
    ApplicationId, SubjectId, TenantId, Timestamp,
    client::{Client, Party},
    credential::{ApiCredential, Principal},
    definition::{Definition, Localization},
    subject::Alias,
    tenant::{Application, InvalidSetting, Tenant},
};
use consentry_jose::Algorithm;
use consentry_store::{AccountRow, ChangeSet, ConfigurationKind, ConfigurationRow, Row, RowChange};
use serde::Serialize;
use serde_json::{Map, json};

use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, Provision},
    accounts::{self, UnusablePassword},
    environment::{Draw, Ids},
    error::Fault,
    events,
    key_ring::StoredKey,
    records::{
        audit,
        mapper::{InvalidMapper, Mappers},
    },
    sealing::{Key, TenantKeys},
    snapshot::{TENANT_KEY, digest_of},
    subjects::LinkError,
};

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
        if known.is_none() {
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
                change.events.push(key_published(&ids, &stored)?);
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
        let ids = self.ids();
        let mut change = ChangeSet::new(tenant.id(), ids.now);
        let mut changed = 0;
        for entry in entries {
            let entry = with_epoch(tenant, entry, ids.now);
            if let Some((row, event)) = self.entry_change(tenant, &ids, &entry)? {
                change.rows.push(row);
                change.events.extend(event);
                changed += 1;
            }
        }
        if changed > 0 {
            let _receipt = self.commit(change).await.map_err(Fault::from)?;
        }
        Ok(changed)
    }

    /// What [`Self::provision`] would make of each entry, or why not.
    pub fn foresee(&self, tenant: &TenantSnapshot, entries: &[Entry]) -> Result<Vec<Taken>, ProvisionError> {
        let ids = self.ids();
        let foreseen = entries.iter().map(|entry| {
            let entry = with_epoch(tenant, entry, ids.now);
            Ok(match self.entry_change(tenant, &ids, &entry)? {
                None => Taken::Unchanged,
                Some((RowChange::Put(Row::Configuration(row)), _)) if row.version > 1 => Taken::Changed,
                Some(_) => Taken::Added,
            })
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
        let subject = self.subject_named(tenant, first).await?;
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
        let unchanged = known.as_ref().is_some_and(|account| {
            account.password_hash == password_hash && account.applications == person.applications
        });
        if !unchanged {
            let mut change = ChangeSet::new(tenant.id(), self.now());
            change.rows.push(RowChange::Put(Row::Account(AccountRow {
                subject,
                version: known
                    .as_ref()
                    .map_or(1, |account| account.version.saturating_add(1)),
                password_hash,
                disabled: known.is_some_and(|account| account.disabled),
                applications: person.applications.clone(),
            })));
            let _receipt = self.commit(change).await.map_err(Fault::from)?;
        }
        Ok(subject)
    }

    fn entry_change(
        &self,
        tenant: &TenantSnapshot,
        ids: &Ids<'_>,
        entry: &Entry,
    ) -> Result<Option<(RowChange, Option<consentry_store::NewEvent>)>, ProvisionError> {
        let version = |kind, id: &str| tenant.versions.get(&(kind, id.to_owned())).copied();
        let row = |kind, id: &str, entity: &dyn erased::Entity| {
            entity.row(tenant.id(), kind, id, version(kind, id))
        };
        let change = match entry {
            Entry::Application(entity) if tenant.applications.get(&entity.id) != Some(entity) => (
                row(ConfigurationKind::Application, &entity.id.to_string(), entity)?,
                None,
            ),
            Entry::Party(entity) if tenant.parties.get(&entity.id) != Some(entity) => {
                let event = note(
                    ids,
                    "party.changed",
                    Some(entity.id.to_string()),
                    "party",
                    &entity.id.to_string(),
                )?;
                (
                    row(ConfigurationKind::Party, &entity.id.to_string(), entity)?,
                    Some(event),
                )
            }
            Entry::Client(entity)
                if tenant.clients.get(&entity.id).map(std::convert::AsRef::as_ref) != Some(entity) =>
            {
                let kind = if tenant.clients.contains_key(&entity.id) {
                    "client.changed"
                } else {
                    "client.created"
                };
                let event = note(
                    ids,
                    kind,
                    Some(entity.id.as_str().to_owned()),
                    "client",
                    entity.id.as_str(),
                )?;
                (
                    row(ConfigurationKind::Client, entity.id.as_str(), entity)?,
                    Some(event),
                )
            }
            Entry::Definition(entity) if tenant.definitions.get(&entity.key) != Some(entity) => {
                let touched = audit::of_definition(tenant.definitions.get(&entity.key), entity);
                let mut body = Map::new();
                body.insert("definition".to_owned(), json!(entity.key));
                body.insert("touched".to_owned(), json!(touched));
                let event = events::public(ids, "definition.published", None, &body)?;
                (
                    row(ConfigurationKind::Definition, entity.key.as_str(), entity)?,
                    Some(event),
                )
            }
            Entry::Localization(entity) => return localization_change(tenant, ids, entity),
            Entry::Principal(entity) if !tenant.principals.holds(entity) => {
                (row(ConfigurationKind::Principal, &entity.dn, entity)?, None)
            }
            Entry::ApiCredential(entity) if tenant.api_credentials.get(&entity.client_id) != Some(entity) => {
                (
                    row(ConfigurationKind::ApiCredential, &entity.client_id, entity)?,
                    None,
                )
            }
            _ => return Ok(None),
        };
        Ok(Some(change))
    }
}

/// A client never gets an older epoch than it has. One that is switched off (TPA-CL-06) or becomes a third party (TPA-CL-03) gets a new
/// one: everything issued to it before is over for good.
fn with_epoch<'a>(tenant: &TenantSnapshot, entry: &'a Entry, now: Timestamp) -> Cow<'a, Entry> {
    let Entry::Client(given) = entry else {
        return Cow::Borrowed(entry);
    };
    let Some(known) = tenant.clients.get(&given.id) else {
        return Cow::Borrowed(entry);
    };
    let ends = (known.enabled && !given.enabled) || (!known.is_third_party && given.is_third_party);
    let least = if ends {
        Timestamp::from_micros(now.as_micros().saturating_add(1))
    } else {
        known.epoch
    };
    Cow::Owned(Entry::Client(Client {
        epoch: given.epoch.max(least),
        ..given.clone()
    }))
}

fn localization_change(
    tenant: &TenantSnapshot,
    ids: &Ids<'_>,
    entity: &Localization,
) -> Result<Option<(RowChange, Option<consentry_store::NewEvent>)>, ProvisionError> {
    let (definition, locale, version) = (
        entity.definition.as_str(),
        entity.locale.as_str(),
        entity.version.to_string(),
    );
    let named = || (definition.to_owned(), locale.to_owned(), version.clone());
    if let Some(published) = tenant.wording_at(&entity.definition, locale, entity.version) {
        let same = Localization {
            published_at: published.published_at,
            ..entity.clone()
        } == *published;
        let (definition, locale, version) = named();
        return if same {
            Ok(None)
        } else {
            Err(ProvisionError::WordingPublished {
                definition,
                locale,
                version,
            })
        };
    }
    let current = tenant.wording(&entity.definition, locale);
    if current.is_some_and(|current| current.version > entity.version) {
        let (definition, locale, version) = named();
        return Err(ProvisionError::VersionLowered {
            definition,
            locale,
            version,
        });
    }
    let mut body = Map::new();
    body.insert("id".to_owned(), json!(definition));
    body.insert("locale".to_owned(), json!(locale));
    body.insert("version".to_owned(), json!(version));
    body.insert("text".to_owned(), json!(digest_of(entity)?));
    let touched = audit::of_localization(current, entity);
    let event = events::of_wording(ids, body, json!(touched))?;
    let id = format!("{definition} {locale} {version}");
    let row = put(tenant.id(), ConfigurationKind::Localization, &id, None, entity)?;
    Ok(Some((row, Some(event))))
}

fn key_published(ids: &Ids<'_>, key: &StoredKey) -> Result<consentry_store::NewEvent, Fault> {
    let mut body = Map::new();
    body.insert("kid".to_owned(), json!(key.kid));
    body.insert("algorithm".to_owned(), json!(key.algorithm));
    events::public(ids, "key.published", None, &body)
}

fn note(
    ids: &Ids<'_>,
    kind: &'static str,
    party: Option<String>,
    member: &str,
    id: &str,
) -> Result<consentry_store::NewEvent, Fault> {
    let mut body = Map::new();
    body.insert(member.to_owned(), json!(id));
    events::public(ids, kind, party, &body)
}

fn put(
    tenant: TenantId,
    kind: ConfigurationKind,
    id: &str,
    version: Option<u32>,
    entity: &impl Serialize,
) -> Result<RowChange, Fault> {
    let body = serde_json::to_string(entity).map_err(|error| Fault::Unreadable {
        what: kind.table(),
        why: error.to_string(),
    })?;
    Ok(RowChange::Put(Row::Configuration(ConfigurationRow {
        kind,
        tenant,
        id: id.to_owned(),
        version: version.unwrap_or_default().saturating_add(1),
        body,
    })))
}

mod erased {
    //! Lets one closure write rows of any entity.

    use consentry_domain::TenantId;
    use consentry_store::{ConfigurationKind, RowChange};
    use serde::Serialize;

    use crate::error::Fault;

    pub(super) trait Entity {
        fn row(
            &self,
            tenant: TenantId,
            kind: ConfigurationKind,
            id: &str,
            version: Option<u32>,
        ) -> Result<RowChange, Fault>;
    }

    impl<T: Serialize> Entity for T {
        fn row(
            &self,
            tenant: TenantId,
            kind: ConfigurationKind,
            id: &str,
            version: Option<u32>,
        ) -> Result<RowChange, Fault> {
            super::put(tenant, kind, id, version, self)
        }
    }
}
