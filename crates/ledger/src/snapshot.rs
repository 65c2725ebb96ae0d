//! The configuration of a tenant, whole and in memory: clients, definitions, wordings, keys, accounts.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use consentry_domain::{
    ApplicationId, ClientId, DefinitionKey, EndpointId, PartyId, TenantId,
    client::{Client, Party},
    credential::{ApiCredential, LinkSecret, Principal},
    definition::{Definition, Localization, Wording, WordingVersion},
    dn::Dn,
    tenant::{Application, Tenant},
};
use consentry_store::{ConfigurationKind, ConfigurationRow, Expect, RowKey};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    canonical::to_canonical,
    error::Fault,
    key_ring::{KeyRing, StoredKey},
    logos::{Logo, Logos},
    mail::MailTemplates,
    opaque,
    principals::Principals,
    records::mapper::Mappers,
    sealing::{Key, SealBroken, TenantKeys},
    webhooks::Endpoint,
};

/// Row id of the wrapped tenant key among the signing keys.
pub const TENANT_KEY: &str = "tenant-key";

/// One tenant as configured. Cheap to share, never changed: a change makes a new one.
#[derive(Debug)]
pub struct TenantSnapshot {
    /// The tenant.
    pub tenant: Tenant,
    /// Its applications.
    pub applications: BTreeMap<ApplicationId, Application>,
    /// Its parties.
    pub parties: BTreeMap<PartyId, Party>,
    /// Its clients.
    pub clients: BTreeMap<ClientId, Arc<Client>>,
    /// Its definitions.
    pub definitions: BTreeMap<DefinitionKey, Definition>,
    /// Its wordings: by definition, then oldest version first.
    pub localizations: BTreeMap<DefinitionKey, Vec<Localization>>,
    /// The digests of its wordings in the same places, each made when it is first asked for.
    pub(crate) digests: BTreeMap<DefinitionKey, Vec<OnceLock<Option<String>>>>,
    /// The distinguished names that may do everything at the records door.
    pub(crate) service_accounts: Vec<Dn>,
    /// Its directory entries.
    pub principals: Principals,
    /// Its identity mappers, ready to run.
    pub mappers: Mappers,
    /// Its own words of mails, ready to be filled in.
    pub(crate) mails: MailTemplates,
    /// Its API credentials.
    pub api_credentials: BTreeMap<String, ApiCredential>,
    /// Where its webhooks go.
    pub endpoints: BTreeMap<EndpointId, Arc<Endpoint>>,
    /// Its pictures of those who ask.
    pub logos: Logos,
    /// Secrets that it makes consent links with.
    pub link_secrets: BTreeMap<String, LinkSecret>,
    /// Its derived keys.
    pub keys: TenantKeys,
    /// Its signing keys.
    pub key_ring: KeyRing,
    /// Version of each configuration row, for the next change of it.
    pub versions: BTreeMap<(ConfigurationKind, String), u32>,
}

impl TenantSnapshot {
    /// The tenant's id.
    pub const fn id(&self) -> TenantId {
        self.tenant.id
    }

    /// A client that is served.
    pub fn client(&self, id: &str) -> Option<&Arc<Client>> {
        self.clients
            .get(&ClientId::parse(id).ok()?)
            .filter(|client| client.enabled)
    }

    /// That a client is still registered as it is here.
    pub(crate) fn client_unchanged(&self, id: &ClientId) -> Option<Expect> {
        let kind = ConfigurationKind::Client;
        let version = self.versions.get(&(kind, id.as_str().to_owned()))?;
        Some(Expect::At(
            RowKey::Configuration(kind, id.as_str().to_owned()),
            *version,
        ))
    }

    /// The party behind a client.
    pub fn party_of(&self, client: &Client) -> Option<&Party> {
        client.party.and_then(|id| self.parties.get(&id))
    }

    /// The current wording of a definition in a locale; the tag is compared without regard to case.
    pub fn wording(&self, definition: &DefinitionKey, locale: &str) -> Option<&Localization> {
        self.localizations
            .get(definition)?
            .iter()
            .rfind(|wording| wording.locale.matches(locale))
    }

    /// All wordings of a definition in a locale, oldest first; the tag is compared without regard to case.
    pub fn wordings_in(&self, definition: &DefinitionKey, locale: &str) -> Vec<&Localization> {
        let all = self.localizations.get(definition).into_iter().flatten();
        all.filter(|wording| wording.locale.matches(locale)).collect()
    }

    /// One published wording.
    pub fn wording_at(
        &self,
        definition: &DefinitionKey,
        locale: &str,
        version: WordingVersion,
    ) -> Option<&Localization> {
        self.localizations
            .get(definition)?
            .iter()
            .find(|wording| wording.version == version && wording.locale.matches(locale))
    }

    /// The current wordings of a definition, one per locale, by locale in byte order.
    pub fn current_wordings(&self, definition: &DefinitionKey) -> Vec<&Localization> {
        let mut current: BTreeMap<String, &Localization> = BTreeMap::new();
        for wording in self.localizations.get(definition).into_iter().flatten() {
            // A tag that was later spelled otherwise is the same language still.
            current.insert(wording.locale.as_str().to_ascii_lowercase(), wording);
        }
        let mut current: Vec<_> = current.into_values().collect();
        current.sort_by(|one, other| one.locale.cmp(&other.locale));
        current
    }

    /// The wording to show somebody who reads `languages`, best first: an exact tag, then the same language, then the tenant's
    /// own locale, then any.
    pub fn wording_for<'a>(
        &self,
        definition: &DefinitionKey,
        languages: impl IntoIterator<Item = &'a str>,
    ) -> Option<&Localization> {
        let current = self.current_wordings(definition);
        for language in languages {
            let primary = language.split(['-', '_']).next().unwrap_or(language);
            let exact = current.iter().find(|wording| wording.locale.matches(language));
            let kin = || {
                current
                    .iter()
                    .find(|wording| wording.locale.language().eq_ignore_ascii_case(primary))
            };
            if let Some(wording) = exact.or_else(kin) {
                return Some(wording);
            }
        }
        let own = &self.tenant.locale;
        current
            .iter()
            .find(|wording| wording.locale == *own || wording.locale.language() == own.language())
            .or_else(|| current.first())
            .copied()
    }

    /// `sha256:` and base64url over the canonical published wording (enforcement-events-evidence 8.1).
    pub fn wording_digest(&self, definition: &DefinitionKey, wording: &Wording) -> Option<String> {
        let places = self.localizations.get(definition)?;
        let is_meant = |published: &Localization| {
            published.version == wording.version && published.locale.matches(wording.locale.as_str())
        };
        let place = places.iter().position(is_meant)?;
        let digest = || digest_of(&places[place]).ok();
        match self.digests.get(definition).and_then(|all| all.get(place)) {
            Some(known) => known.get_or_init(digest).clone(),
            None => digest(),
        }
    }
}

/// See [`TenantSnapshot::wording_digest`].
pub fn digest_of(wording: &Localization) -> Result<String, Fault> {
    #[derive(Serialize)]
    struct Canonical<'a> {
        definition: &'a DefinitionKey,
        locale: &'a str,
        version: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'a str>,
        data: &'a str,
        purpose: &'a str,
    }
    let bytes = to_canonical(&Canonical {
        definition: &wording.definition,
        locale: wording.locale.as_str(),
        version: wording.version.to_string(),
        title: wording.title.as_deref(),
        data: &wording.data,
        purpose: &wording.purpose,
    })?;
    Ok(format!(
        "sha256:{}",
        opaque::base64url(opaque::hash(&bytes).as_bytes())
    ))
}

/// All tenants of an installation.
#[derive(Debug, Default)]
pub struct Directory {
    tenants: BTreeMap<TenantId, Arc<TenantSnapshot>>,
    hosts: BTreeMap<String, TenantId>,
}

impl Directory {
    /// Builds all snapshots from all rows of configuration.
    pub(crate) fn build(rows: Vec<ConfigurationRow>, root: &Key) -> Result<Self, Fault> {
        let mut by_tenant: BTreeMap<TenantId, Vec<ConfigurationRow>> = BTreeMap::new();
        for row in rows {
            by_tenant.entry(row.tenant).or_default().push(row);
        }
        let mut directory = Self::default();
        for (id, rows) in by_tenant {
            let Some(snapshot) = snapshot(id, rows, root)? else {
                continue;
            };
            for host in &snapshot.tenant.hosts {
                directory.hosts.insert(host.to_ascii_lowercase(), id);
            }
            directory.tenants.insert(id, Arc::new(snapshot));
        }
        Ok(directory)
    }

    /// The tenant that serves a host (with port where one is given). The only tenant serves every host unless it names its own.
    pub fn for_host(&self, host: &str) -> Option<&Arc<TenantSnapshot>> {
        let host = host.to_ascii_lowercase();
        let without_port = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
        if let Some(id) = self.hosts.get(&host).or_else(|| self.hosts.get(without_port)) {
            return self.tenants.get(id);
        }
        let mut all = self.tenants.values();
        let only = all.next().filter(|_| all.next().is_none());
        only.filter(|snapshot| snapshot.tenant.hosts.is_empty())
    }

    /// One tenant.
    pub fn tenant(&self, id: TenantId) -> Option<&Arc<TenantSnapshot>> {
        self.tenants.get(&id)
    }

    /// All tenants, by id.
    pub fn tenants(&self) -> impl Iterator<Item = &Arc<TenantSnapshot>> {
        self.tenants.values()
    }

    /// The tenant with this short name.
    pub fn by_slug(&self, slug: &str) -> Option<&Arc<TenantSnapshot>> {
        self.tenants
            .values()
            .find(|snapshot| snapshot.tenant.slug == slug)
    }
}

fn snapshot(id: TenantId, rows: Vec<ConfigurationRow>, root: &Key) -> Result<Option<TenantSnapshot>, Fault> {
    let mut tenant = None;
    let mut tenant_key = None;
    let mut stored_keys = Vec::new();
    let mut applications = BTreeMap::new();
    let mut parties = BTreeMap::new();
    let mut clients = BTreeMap::new();
    let mut definitions = BTreeMap::new();
    let mut localizations: BTreeMap<DefinitionKey, Vec<Localization>> = BTreeMap::new();
    let mut principals = Vec::new();
    let mut api_credentials = BTreeMap::new();
    let mut endpoints = BTreeMap::new();
    let mut logos = Logos::default();
    let mut link_secrets = BTreeMap::new();
    let mut versions = BTreeMap::new();
    for row in rows {
        versions.insert((row.kind, row.id.clone()), row.version);
        match row.kind {
            ConfigurationKind::Tenant => tenant = Some(read::<Tenant>(&row)?),
            ConfigurationKind::SigningKey if row.id == TENANT_KEY => tenant_key = Some(read::<String>(&row)?),
            ConfigurationKind::SigningKey => stored_keys.push(read::<StoredKey>(&row)?),
            ConfigurationKind::Application => {
                let application = read::<Application>(&row)?;
                applications.insert(application.id, application);
            }
            ConfigurationKind::Party => {
                let party = read::<Party>(&row)?;
                parties.insert(party.id, party);
            }
            ConfigurationKind::Client => {
                let client = read::<Client>(&row)?;
                clients.insert(client.id.clone(), Arc::new(client));
            }
            ConfigurationKind::Definition => {
                let definition = read::<Definition>(&row)?;
                definitions.insert(definition.key.clone(), definition);
            }
            ConfigurationKind::Localization => {
                let wording = read::<Localization>(&row)?;
                localizations
                    .entry(wording.definition.clone())
                    .or_default()
                    .push(wording);
            }
            ConfigurationKind::Principal => principals.push(read::<Principal>(&row)?),
            ConfigurationKind::ApiCredential => {
                let credential = read::<ApiCredential>(&row)?;
                api_credentials.insert(credential.client_id.clone(), credential);
            }
            ConfigurationKind::WebhookEndpoint => {
                let endpoint = read::<Endpoint>(&row)?;
                endpoints.insert(endpoint.id, Arc::new(endpoint));
            }
            ConfigurationKind::Logo => logos.extend([read::<Logo>(&row)?]),
            ConfigurationKind::LinkSecret => {
                let secret = read::<LinkSecret>(&row)?;
                link_secrets.insert(secret.id.clone(), secret);
            }
        }
    }
    let (Some(tenant), Some(tenant_key)) = (tenant, tenant_key) else {
        return Ok(None);
    };
    for wordings in localizations.values_mut() {
        wordings.sort_by(|one, other| {
            one.version
                .cmp(&other.version)
                .then_with(|| one.locale.cmp(&other.locale))
        });
    }
    let keys = TenantKeys::new(id, &open_tenant_key(id, &tenant_key, root)?);
    let key_ring = KeyRing::open(stored_keys, &keys)?;
    // Provisioning refuses what cannot be prepared; a mapper that is not there maps nothing.
    let mappers = Mappers::prepare(&tenant.records).unwrap_or_else(|error| {
        tracing::error!(%error, "the identity mappers of a tenant cannot be used");
        Mappers::default()
    });
    let mails = MailTemplates::prepare(&tenant.mail).unwrap_or_else(|error| {
        tracing::error!(%error, "the mail templates of a tenant cannot be used; the product's are");
        MailTemplates::default()
    });
    let digests = localizations.iter().map(|(definition, wordings)| {
        let unknown = wordings.iter().map(|_| OnceLock::new());
        (definition.clone(), unknown.collect())
    });
    // A text that is no name is nobody's.
    let listed = tenant.records.service_account_dns.iter();
    let service_accounts = listed.filter_map(|listed| Dn::parse(listed).ok()).collect();
    Ok(Some(TenantSnapshot {
        digests: digests.collect(),
        service_accounts,
        tenant,
        applications,
        parties,
        clients,
        definitions,
        localizations,
        principals: Principals::new(principals),
        mappers,
        mails,
        api_credentials,
        endpoints,
        logos,
        link_secrets,
        keys,
        key_ring,
        versions,
    }))
}

pub(crate) fn open_tenant_key(id: TenantId, wrapped: &str, root: &Key) -> Result<Key, Fault> {
    let wrapped = consentry_jose::encoding::decode(wrapped).map_err(|_| SealBroken)?;
    Ok(Key::unwrapped_by(&wrapped, root, id.uuid().as_bytes())?)
}

fn read<T: DeserializeOwned>(row: &ConfigurationRow) -> Result<T, Fault> {
    serde_json::from_str(&row.body).map_err(|error| Fault::Unreadable {
        what: row.kind.table(),
        why: format!("{}: {error}", row.id),
    })
}
