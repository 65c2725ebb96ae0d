//! What one piece of configuration changes: a row, what has to hold, and an event that says who did it.

use std::{borrow::Cow, collections::BTreeSet};

use consentry_domain::{
    DefinitionKey, TenantId, Timestamp,
    client::{Client, StoredSecret},
    credential::{ApiCredential, Opens, Principal},
    definition::{Definition, Localization},
};
use consentry_store::{
    ChangeSet, CommitError, ConfigurationKind, ConfigurationRow, Expect, NewEvent, Row, RowChange, RowKey,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Entry, ProvisionError, Taken};
use crate::{
    Caller, Ledger, TenantSnapshot, embed::SharedSecret, environment::Ids, error::Fault, events, opaque,
    parties, records::audit, snapshot::digest_of,
};

/// Who changes configuration, as the log keeps it. Nobody is named where it is somebody with access to the machine.
#[derive(Debug, Clone, Default)]
pub(crate) struct Author {
    client: Option<String>,
    request: Option<String>,
}

impl Author {
    /// Somebody who asked for it in a request.
    pub(crate) fn of(caller: &Caller, request: &str) -> Self {
        match caller {
            Caller::Administrator { client, .. } | Caller::Client { client, .. } => Self {
                client: Some(client.as_str().to_owned()),
                request: Some(request.to_owned()),
            },
            Caller::Organization { key } => Self {
                client: Some(key.clone()),
                request: Some(request.to_owned()),
            },
            _ => Self::default(),
        }
    }

    /// Writes them into the body of an event.
    pub(crate) fn sign(&self, body: &mut Map<String, Value>) {
        let mut put = |name: &str, value: &Option<String>| {
            body.extend(value.iter().map(|value| (name.to_owned(), json!(value))));
        };
        put("by_client", &self.client);
        put("request", &self.request);
    }
}

impl Ledger {
    /// Commits a change of configuration. False where somebody else changed what it rests on first; then memory is as fresh as the store.
    pub(crate) async fn settle(&self, change: ChangeSet) -> Result<bool, Fault> {
        match self.commit_asked(change).await {
            Ok(_receipt) => Ok(true),
            Err(CommitError::Stale | CommitError::Taken) => {
                self.reload().await?;
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What one entry changes.
#[derive(Debug)]
pub(crate) struct EntryChange {
    /// The entry as it will be.
    pub(crate) entry: Entry,
    /// What becomes of it.
    pub(crate) taken: Taken,
    expect: Expect,
    row: RowChange,
    events: Vec<NewEvent>,
}

/// The changes of several entries, as one change set. Each rests on the row that was seen.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    tenant: &'a TenantSnapshot,
    change: ChangeSet,
    defined: BTreeSet<DefinitionKey>,
    worded: BTreeSet<DefinitionKey>,
    len: usize,
}

impl<'a> Plan<'a> {
    pub(crate) const fn new(tenant: &'a TenantSnapshot, now: Timestamp) -> Self {
        Self {
            tenant,
            change: ChangeSet::new(tenant.tenant.id, now),
            defined: BTreeSet::new(),
            worded: BTreeSet::new(),
            len: 0,
        }
    }

    /// How many entries change anything.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The whole.
    pub(crate) fn finish(mut self) -> Result<ChangeSet, Fault> {
        for definition in self.worded.difference(&self.defined) {
            rest_on_definition(self.tenant, definition, &mut self.change)?;
        }
        Ok(self.change)
    }
}

impl Extend<EntryChange> for Plan<'_> {
    fn extend<I: IntoIterator<Item = EntryChange>>(&mut self, changes: I) {
        for change in changes {
            if let Entry::Definition(definition) = &change.entry {
                self.defined.insert(definition.key.clone());
            }
            if let Entry::Localization(wording) = &change.entry {
                self.worded.insert(wording.definition.clone());
            }
            self.change.expect.push(change.expect);
            self.change.rows.push(change.row);
            self.change.events.extend(change.events);
            self.len += 1;
        }
    }
}

/// Lets a change of wordings rest on their definition, and raises its version: of two changes of one family that are made at the same
/// time one fails, whichever rows they write and on whichever node.
pub(crate) fn rest_on_definition(
    tenant: &TenantSnapshot,
    definition: &DefinitionKey,
    change: &mut ChangeSet,
) -> Result<(), Fault> {
    let id = definition.as_str();
    let kind = ConfigurationKind::Definition;
    let known = tenant.definitions.get(definition);
    let version = tenant.versions.get(&(kind, id.to_owned())).copied();
    if let (Some(known), Some(version)) = (known, version) {
        let key = RowKey::Configuration(kind, id.to_owned());
        change.expect.push(Expect::At(key, version));
        change
            .rows
            .push(put(tenant.id(), kind, id, Some(version), known)?);
    }
    Ok(())
}

/// What an entry changes; nothing where it is there like this.
pub(crate) fn of_entry(
    tenant: &TenantSnapshot,
    ids: &Ids<'_>,
    author: &Author,
    entry: &Entry,
) -> Result<Option<EntryChange>, ProvisionError> {
    let entry = match entry {
        Entry::SharedSecret(secret) => Cow::Owned(Entry::ApiCredential(kept(tenant, ids, secret))),
        Entry::Definition(definition) => Cow::Owned(Entry::Definition(remembering(tenant, definition))),
        entry => with_epoch(tenant, entry, ids.now),
    };
    let signed = Signed { ids, author };
    let (kind, id, event) = match &*entry {
        Entry::Application(entity) if tenant.applications.get(&entity.id) != Some(entity) => {
            (ConfigurationKind::Application, entity.id.to_string(), None)
        }
        Entry::Party(entity) if tenant.parties.get(&entity.id) != Some(entity) => {
            let id = entity.id.to_string();
            let kind = if tenant.parties.contains_key(&entity.id) {
                "party.changed"
            } else {
                "party.created"
            };
            let event = signed.event(kind, Some(id.clone()), [("party", json!(id))])?;
            (ConfigurationKind::Party, id, Some(event))
        }
        Entry::Client(entity)
            if tenant.clients.get(&entity.id).map(std::convert::AsRef::as_ref) != Some(entity) =>
        {
            let kind = if tenant.clients.contains_key(&entity.id) {
                "client.changed"
            } else {
                "client.created"
            };
            let id = entity.id.as_str().to_owned();
            let event = signed.event(kind, Some(id.clone()), [("client", json!(id))])?;
            (ConfigurationKind::Client, id, Some(event))
        }
        Entry::Definition(entity) if tenant.definitions.get(&entity.key) != Some(entity) => {
            let touched = audit::of_definition(tenant.definitions.get(&entity.key), Some(entity));
            let members = [("definition", json!(entity.key)), ("touched", json!(touched))];
            let event = signed.event("definition.published", None, members)?;
            (
                ConfigurationKind::Definition,
                entity.key.as_str().to_owned(),
                Some(event),
            )
        }
        Entry::Localization(entity) => {
            let Some(event) = publication(tenant, &signed, entity)? else {
                return Ok(None);
            };
            let id = format!("{} {} {}", entity.definition, entity.locale, entity.version);
            (ConfigurationKind::Localization, id, Some(event))
        }
        Entry::Principal(entity) if !tenant.principals.holds(entity) => {
            let event = account_changed(tenant, &signed, entity)?;
            (ConfigurationKind::Principal, entity.dn.clone(), Some(event))
        }
        Entry::ApiCredential(entity) if tenant.api_credentials.get(&entity.client_id) != Some(entity) => {
            (ConfigurationKind::ApiCredential, entity.client_id.clone(), None)
        }
        _ => return Ok(None),
    };
    let version = tenant.versions.get(&(kind, id.clone())).copied();
    let key = RowKey::Configuration(kind, id.clone());
    let mut events: Vec<NewEvent> = event.into_iter().collect();
    if let Entry::Client(wanted) = &*entry
        && let Some(known) = tenant.clients.get(&wanted.id)
    {
        events.extend(parties::turn(tenant, (ids, author), known, Some(wanted))?);
    }
    Ok(Some(EntryChange {
        taken: if version.is_some() {
            Taken::Changed
        } else {
            Taken::Added
        },
        expect: version.map_or_else(
            || Expect::Absent(key.clone()),
            |version| Expect::At(key.clone(), version),
        ),
        row: row(tenant.id(), kind, &id, version, &entry)?,
        events,
        entry: entry.into_owned(),
    }))
}

/// Makes events that say who did it.
struct Signed<'a> {
    ids: &'a Ids<'a>,
    author: &'a Author,
}

impl Signed<'_> {
    fn event<const N: usize>(
        &self,
        kind: &'static str,
        party: Option<String>,
        members: [(&str, Value); N],
    ) -> Result<NewEvent, Fault> {
        let mut body: Map<_, _> = members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        self.author.sign(&mut body);
        events::public(self.ids, kind, party, &body)
    }
}

/// What is kept of a shared secret: as it was, where it is the same. A seal is another each time.
fn kept(tenant: &TenantSnapshot, ids: &Ids<'_>, secret: &SharedSecret) -> ApiCredential {
    let sha256 = opaque::hash_text(&secret.key.to_text());
    let known = tenant.api_credentials.get(&secret.id).filter(|known| {
        known.opens == Opens::AdminJwt && known.secrets.iter().any(|kept| kept.sha256 == sha256)
    });
    let sealed = known.and_then(|known| known.sealed.clone()).unwrap_or_else(|| {
        let sealed = tenant
            .keys
            .seal_shared_secret(ids.entropy, &secret.id, &secret.key);
        consentry_jose::encoding::encode(sealed)
    });
    ApiCredential {
        client_id: secret.id.clone(),
        secrets: vec![StoredSecret {
            sha256,
            expires_at: None,
        }],
        enabled: secret.enabled,
        opens: Opens::AdminJwt,
        sealed: Some(sealed),
    }
}

/// A definition as it will be kept: values of a preference that go are remembered, since what was chosen of them stays good
/// (consent-tokens-and-preferences 5.3).
pub(crate) fn remembering(tenant: &TenantSnapshot, given: &Definition) -> Definition {
    let mut kept = given.clone();
    if let Some(known) = tenant.definitions.get(&given.key) {
        kept.choice.remember(&known.choice);
    }
    kept
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

/// The publication of a wording; nothing where it is published already.
fn publication(
    tenant: &TenantSnapshot,
    signed: &Signed<'_>,
    entity: &Localization,
) -> Result<Option<NewEvent>, ProvisionError> {
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
    let touched = audit::of_localization(current, Some(entity));
    let event = events::of_wording(signed.ids, body, json!(touched), signed.author)?;
    Ok(Some(event))
}

/// An account is named by a keyed hash: the log cannot be unwritten, and a name may be a person's.
fn account_changed(
    tenant: &TenantSnapshot,
    signed: &Signed<'_>,
    entity: &Principal,
) -> Result<NewEvent, ProvisionError> {
    let known = consentry_domain::dn::Dn::parse(&entity.dn).ok();
    let known = known.and_then(|dn| tenant.principals.named(&dn));
    let touched = audit::of_account(known, Some(entity));
    let account = audit::account_reference(tenant, &entity.dn);
    let members = [("account", json!(account)), ("touched", json!(touched))];
    Ok(signed.event("account.changed", None, members)?)
}

fn row(
    tenant: TenantId,
    kind: ConfigurationKind,
    id: &str,
    version: Option<u32>,
    entry: &Entry,
) -> Result<RowChange, Fault> {
    match entry {
        Entry::Application(entity) => put(tenant, kind, id, version, entity),
        Entry::Party(entity) => put(tenant, kind, id, version, entity),
        Entry::Client(entity) => put(tenant, kind, id, version, entity),
        Entry::Definition(entity) => put(tenant, kind, id, version, entity),
        Entry::Localization(entity) => put(tenant, kind, id, version, entity),
        Entry::Principal(entity) => put(tenant, kind, id, version, entity),
        Entry::ApiCredential(entity) => put(tenant, kind, id, version, entity),
        Entry::SharedSecret(secret) => Err(Fault::Unreadable {
            what: kind.table(),
            why: format!("shared secret {} is not sealed", secret.id),
        }),
    }
}

/// The row of an entity, one version above the one that is there.
pub(crate) fn put(
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
