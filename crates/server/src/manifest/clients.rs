//! Applications, the parties behind their clients, and the clients themselves, as a manifest says them.
//!
//! What lives here: how they are written, and which ones of a ledger they are. What may not: the rules that a registration keeps,
//! which are the ledger's.

use std::path::PathBuf;

use anyhow::Context as _;
use consentry_domain::{
    ApplicationId, ClientId, Lifetime, PartyId, Shard,
    client::{
        Client, ClientAuthority, ClientSettings, ClientType, Party, Pkce, Prompt, StoredSecret, UriUse,
        check_uri,
    },
    scope::Scope,
    tenant::{Application, AuthorizationSettings, CallbackMode, PromptConsent, ScopeFormat},
};
use consentry_ledger::{Draw as _, Opaque, TenantSnapshot, environment::Ids, opaque, provision::Entry};
use serde::{Deserialize, Serialize};

use super::{TenantManifest, secrets::Secrets, writing::is_default};

/// A product of the tenant. It is known again by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationManifest {
    /// Name people know.
    pub name: String,
    /// Audience of access tokens when no resource is named; none means the answers about people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_resource: Option<String>,
    /// Resources its clients may name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resources: Vec<String>,
    /// Hosts that may serve consent pages; empty means any.
    #[serde(default, skip_serializing_if = "is_default")]
    pub consent_hosts: Vec<String>,
}

/// Who stands behind clients. It is known again by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyManifest {
    /// Trade name.
    pub name: String,
    /// Legal name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<String>,
    /// Registry the id is from, such as `GLEIF`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// Id in that registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_id: Option<String>,
    /// Web site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Where to complain or ask for deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Where its picture is: PNG, JPEG or WebP. The server fetches it and shows it from its own address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Whether you have verified that it is who it says, which people are told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verified: bool,
}

/// An OAuth client (third-party-authorization A.2). It is known again by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientManifest {
    /// `client_id`.
    pub id: ClientId,
    /// Name shown to people.
    pub name: String,
    /// Name of its application.
    pub application: String,
    /// Name of the party behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// Whether it is an outside company's client and always needs consent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub third_party: bool,
    /// Whether it is refused. Its tokens are over for good then; what people agreed to with it is paused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub disabled: bool,
    /// Where it runs; `web` where nothing is said.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub client_type: Option<ClientType>,
    /// File with its secret, of 32 characters at least; a line break at the end does not count. A new one that has none, and
    /// proves itself in no other way, gets one that is shown once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_file: Option<PathBuf>,
    /// Variable of the environment with it, in place of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_env: Option<String>,
    /// Exact redirect addresses.
    #[serde(default, skip_serializing_if = "is_default")]
    pub redirect_uris: Vec<String>,
    /// Exact addresses for the way back from logging out; empty means the redirect addresses.
    #[serde(default, skip_serializing_if = "is_default")]
    pub post_logout_redirect_uris: Vec<String>,
    /// The page of the application that asks people; none means the hosted page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_uri: Option<String>,
    /// What it may request.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scopes: Scope,
    /// How long consent to it lasts, in seconds; none means the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_validity: Option<Lifetime>,
    /// Whether a proof key is demanded; of a third party what the tenant says, and beside credentials where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkce: Option<Pkce>,
    /// Values of `prompt` it may use; all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<Vec<Prompt>>,
    /// Resources it may name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resources: Vec<String>,
    /// What its own access token may do: nothing, or manage its `application`, or the whole `tenant`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<ClientAuthority>,
    /// Purpose in the asker's words, shown beside the scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// When `prompt=consent` asks; none means the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_consent: Option<PromptConsent>,
    /// How the answer may be reported; none means the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_mode: Option<CallbackMode>,
    /// How `requested_scope` is written; none means the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_format: Option<ScopeFormat>,
    /// What it is registered with beside that.
    #[serde(default, skip_serializing_if = "is_default")]
    pub settings: ClientSettings,
}

/// A secret that was drawn, to be shown once.
#[derive(Debug)]
pub struct DrawnSecret {
    /// The client it is of.
    pub client: ClientId,
    /// The secret.
    pub secret: Opaque,
}

/// What a manifest's applications, parties and clients are in a ledger.
pub(super) struct Registry<'a> {
    known: Option<&'a TenantSnapshot>,
    ids: Ids<'a>,
    told: &'a Secrets,
    applications: Vec<Application>,
    parties: Vec<Party>,
    clients: Vec<Client>,
    /// Secrets that were drawn.
    pub(super) drawn: Vec<DrawnSecret>,
}

impl<'a> Registry<'a> {
    /// Those of a tenant; new ones get ids, and secrets where they need them.
    pub(super) fn of(
        wanted: &TenantManifest,
        known: Option<&'a TenantSnapshot>,
        ids: Ids<'a>,
        told: &'a Secrets,
    ) -> anyhow::Result<Self> {
        let mut registry = Self {
            known,
            ids,
            told,
            applications: Vec::new(),
            parties: Vec::new(),
            clients: Vec::new(),
            drawn: Vec::new(),
        };
        for application in &wanted.applications {
            let application = registry.application(application)?;
            registry.applications.push(application);
        }
        for party in &wanted.parties {
            let party = registry.party(party)?;
            registry.parties.push(party);
        }
        for client in &wanted.clients {
            let told = || format!("client {}", client.id);
            let client = registry.client(wanted, client).with_context(told)?;
            registry.clients.push(client);
        }
        Ok(registry)
    }

    /// All of them: whatever others refer to goes first.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> {
        let applications = self.applications.iter().cloned().map(Entry::Application);
        let parties = self.parties.iter().cloned().map(Entry::Party);
        let clients = self.clients.iter().cloned().map(Entry::Client);
        applications.chain(parties).chain(clients)
    }

    /// The application of a name.
    pub(super) fn application_named(&self, name: &str) -> anyhow::Result<ApplicationId> {
        let own = self.applications.iter().find(|own| own.name == name);
        match own {
            Some(own) => Ok(own.id),
            None => self
                .known_application(name)?
                .with_context(|| format!("there is no application called {name}")),
        }
    }

    /// All applications of the manifest.
    pub(super) fn all_applications(&self) -> Vec<ApplicationId> {
        self.applications.iter().map(|own| own.id).collect()
    }

    fn known_application(&self, name: &str) -> anyhow::Result<Option<ApplicationId>> {
        let all = self.known.iter().flat_map(|known| known.applications.values());
        let named = all.filter(|known| known.name == name).map(|known| known.id);
        only("application", name, named)
    }

    fn known_party(&self, name: &str) -> anyhow::Result<Option<PartyId>> {
        let all = self.known.iter().flat_map(|known| known.parties.values());
        let named = all.filter(|known| known.name == name).map(|known| known.id);
        only("party", name, named)
    }

    fn application(&self, wanted: &ApplicationManifest) -> anyhow::Result<Application> {
        let known = self.known_application(&wanted.name)?;
        let fresh = || ApplicationId::new(self.ids.now, Shard::new(0), self.ids.entropy.bytes());
        Ok(Application {
            id: known.unwrap_or_else(fresh),
            name: wanted.name.clone(),
            default_resource: wanted.default_resource.clone(),
            resources: wanted.resources.clone(),
            consent_hosts: wanted.consent_hosts.clone(),
        })
    }

    fn party(&self, wanted: &PartyManifest) -> anyhow::Result<Party> {
        let known = self.known_party(&wanted.name)?;
        let fresh = || PartyId::new(self.ids.now, Shard::new(0), self.ids.entropy.bytes());
        if let Some(logo) = &wanted.logo_uri {
            let checked = check_uri(logo, UriUse::Page);
            checked.map_err(|why| anyhow::anyhow!("logo_uri of the party {} {why}", wanted.name))?;
        }
        Ok(Party {
            id: known.unwrap_or_else(fresh),
            name: wanted.name.clone(),
            legal_name: wanted.legal_name.clone(),
            registry: wanted.registry.clone(),
            registered_id: wanted.registered_id.clone(),
            website: wanted.website.clone(),
            contact: wanted.contact.clone(),
            logo_uri: wanted.logo_uri.clone(),
            verified: wanted.verified,
        })
    }

    fn party_named(&self, name: &str) -> anyhow::Result<PartyId> {
        let own = self.parties.iter().find(|own| own.name == name);
        match own {
            Some(own) => Ok(own.id),
            None => self
                .known_party(name)?
                .with_context(|| format!("there is no party called {name}")),
        }
    }

    fn client(&mut self, tenant: &TenantManifest, wanted: &ClientManifest) -> anyhow::Result<Client> {
        let known = self.known.and_then(|known| known.clients.get(&wanted.id));
        let application = self.application_named(&wanted.application)?;
        anyhow::ensure!(
            known.is_none_or(|known| known.application == application),
            "it belongs to another application, which never changes"
        );
        let party = wanted.party.as_deref();
        let party = party.map(|party| self.party_named(party)).transpose()?;
        let pkce = wanted.pkce.unwrap_or(if wanted.third_party {
            let authorization = tenant.authorization.as_ref();
            authorization.map_or_else(
                || AuthorizationSettings::default().third_party_pkce,
                |authorization| authorization.third_party_pkce,
            )
        } else {
            Pkce::Enforce
        });
        let mut client = Client {
            id: wanted.id.clone(),
            application,
            party,
            name: wanted.name.clone(),
            is_third_party: wanted.third_party,
            enabled: !wanted.disabled,
            client_type: wanted.client_type.unwrap_or(ClientType::Web),
            secrets: Vec::new(),
            redirect_uris: wanted.redirect_uris.clone(),
            post_logout_redirect_uris: wanted.post_logout_redirect_uris.clone(),
            consent_uri: wanted.consent_uri.clone(),
            allowed_scopes: wanted.scopes.clone(),
            consent_validity: wanted.consent_validity,
            pkce,
            supported_prompts: wanted.prompts.clone().unwrap_or_else(|| Prompt::ALL.to_vec()),
            resources: wanted.resources.clone(),
            authority: wanted.authority.unwrap_or(ClientAuthority::None),
            purpose: wanted.purpose.clone(),
            prompt_consent: wanted.prompt_consent,
            callback_mode: wanted.callback_mode,
            scope_format: wanted.scope_format,
            settings: Box::new(ClientSettings {
                updated_at: known.and_then(|known| known.settings.updated_at),
                ..wanted.settings.clone()
            }),
            epoch: known.map_or(consentry_domain::Timestamp::EPOCH, |known| known.epoch),
            created_at: known.map_or(self.ids.now, |known| known.created_at),
        };
        client.secrets = self.secrets(&client, wanted)?;
        Ok(client)
    }

    /// What it proves itself with. What it has stays where it is what the manifest says, or where the manifest says nothing.
    fn secrets(&mut self, client: &Client, wanted: &ClientManifest) -> anyhow::Result<Vec<StoredSecret>> {
        if client.is_public() || client.signs_assertions() {
            let is_told = wanted.secret_file.is_some() || wanted.secret_env.is_some();
            anyhow::ensure!(!is_told, "it needs no secret");
            return Ok(Vec::new());
        }
        let known = self.known.and_then(|known| known.clients.get(&client.id));
        let kept = known.map(|known| known.secrets.clone()).unwrap_or_default();
        let lasts =
            |secret: &StoredSecret, sha256: &str| secret.sha256 == sha256 && secret.expires_at.is_none();
        let told = self.told;
        let told = told.machine_secret(wanted.secret_file.as_deref(), wanted.secret_env.as_deref())?;
        let sha256 = match told {
            Some(secret) => {
                let sha256 = opaque::hash_text(&secret);
                if kept.iter().any(|secret| lasts(secret, &sha256)) {
                    return Ok(kept);
                }
                sha256
            }
            None if !kept.is_empty() => return Ok(kept),
            None => {
                let secret = Opaque::draw(self.ids.entropy, "cs");
                let sha256 = opaque::hash_text(secret.expose());
                let client = client.id.clone();
                self.drawn.push(DrawnSecret { client, secret });
                sha256
            }
        };
        Ok(vec![StoredSecret {
            sha256,
            expires_at: None,
        }])
    }
}

/// The only one of a name: of two it could not be said which is meant.
fn only<T>(what: &str, name: &str, mut named: impl Iterator<Item = T>) -> anyhow::Result<Option<T>> {
    let first = named.next();
    anyhow::ensure!(
        named.next().is_none(),
        "the ledger has several {what} entries called {name}, so it cannot be said which is meant"
    );
    Ok(first)
}
