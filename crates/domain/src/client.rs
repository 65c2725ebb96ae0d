//! OAuth clients: the face a party shows to the authorization door.

mod rules;
mod settings;
mod uri;

use serde::{Deserialize, Serialize};

pub use self::{
    rules::Wrong,
    settings::{ClientSettings, CookieSite, SubjectType, TokenAlgorithm},
    uri::{LONGEST_URI, UriParts, UriUse, check_uri, is_among},
};
use crate::{
    ApplicationId, ClientId, Lifetime, PartyId, Timestamp,
    decision::named_enum,
    scope::Scope,
    tenant::{CallbackMode, PromptConsent, ScopeFormat, Tenant},
};

named_enum! {
    /// Where the client runs (third-party-authorization A.2).
    ClientType {
        /// On a server or in a browser.
        Web = "web",
        /// On the person's device.
        Native = "native",
    }
}

named_enum! {
    /// Whether a proof key is demanded (third-party-authorization A.2, A.2.3).
    Pkce {
        /// Accepted beside credentials.
        Allow = "allowPkceAlongsideClientCredentials",
        /// Demanded beside credentials. Default for third parties.
        Enforce = "enforcePkceAlongsideClientCredentials",
        /// Demanded instead of credentials: a public client.
        Public = "enforcePkceInsteadOfClientCredentials",
    }
}

named_enum! {
    /// A value of `prompt` a client may use.
    Prompt {
        /// No page at all.
        None = "none",
        /// Log in again.
        Login = "login",
        /// Ask for consent.
        Consent = "consent",
    }
}

named_enum! {
    /// What a client's own access token (client credentials) may do.
    ClientAuthority {
        /// Nothing here: only the audience its application names.
        None = "none",
        /// The consents and interactions of its own application.
        Application = "application",
        /// All applications of the tenant: a management application.
        Tenant = "tenant",
    }
}

/// A party: who stands behind a client, as people see it (consent-dashboard B4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Identity.
    pub id: PartyId,
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
    /// Where its picture is: fetched by the server and shown from its own address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Whether the operator has verified that it is who it says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verified: bool,
}

/// A secret of a client as kept: never the value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSecret {
    /// Base64url of SHA-256 over the secret, which has 256 random bits.
    pub sha256: String,
    /// After this moment it is no longer accepted; none means until replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl std::fmt::Debug for StoredSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredSecret")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// An OAuth client (third-party-authorization A.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// `client_id`.
    pub id: ClientId,
    /// The application it belongs to.
    pub application: ApplicationId,
    /// The party behind it; none for the first party itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// Name shown to people.
    pub name: String,
    /// Whether it is an outside company's client and always needs consent.
    pub is_third_party: bool,
    /// Whether it is served at all.
    pub enabled: bool,
    /// Where it runs.
    pub client_type: ClientType,
    /// Accepted secrets; empty for public clients.
    #[serde(default)]
    pub secrets: Vec<StoredSecret>,
    /// Exact redirect addresses.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Exact addresses for the way back from logging out; empty means the redirect addresses.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// The first party's page that asks the person; none means the hosted page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_uri: Option<String>,
    /// What it may request.
    #[serde(default)]
    pub allowed_scopes: Scope,
    /// How long consent to it lasts; none means the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_validity: Option<Lifetime>,
    /// Whether a proof key is demanded.
    pub pkce: Pkce,
    /// Values of `prompt` it may use.
    pub supported_prompts: Vec<Prompt>,
    /// Resources it may name.
    #[serde(default)]
    pub resources: Vec<String>,
    /// What its own access token may do.
    pub authority: ClientAuthority,
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
    #[serde(default, skip_serializing_if = "ClientSettings::is_default")]
    pub settings: Box<ClientSettings>,
    /// What began before this moment is over.
    pub epoch: Timestamp,
    /// When it was registered.
    pub created_at: Timestamp,
}

impl Client {
    /// How long consent to it lasts.
    pub fn consent_lifetime(&self, tenant: &Tenant) -> Lifetime {
        self.consent_validity.unwrap_or(tenant.lifetimes.consent)
    }

    /// How long its access tokens live: never longer than the longest of the tenant's, for which withdrawn consents are published and
    /// old keys are kept.
    pub fn access_token_lifetime(&self, tenant: &Tenant) -> Lifetime {
        let lifetimes = &tenant.lifetimes;
        let own = if self.is_third_party {
            lifetimes.third_party_access_token
        } else {
            lifetimes.access_token
        };
        let longest = lifetimes.access_token.max(lifetimes.third_party_access_token);
        self.settings.access_token.unwrap_or(own).min(longest)
    }

    /// How long a refresh token of it may lie unused.
    pub fn refresh_token_lifetime(&self, tenant: &Tenant) -> Lifetime {
        self.settings
            .refresh_token
            .unwrap_or(tenant.lifetimes.refresh_token)
    }

    /// How long refresh tokens follow each other after one answer of a person.
    pub fn refresh_window(&self, tenant: &Tenant) -> Lifetime {
        self.settings
            .refresh_window
            .unwrap_or(tenant.lifetimes.refresh_token)
    }

    /// How long a question about it stays open.
    pub fn interaction_lifetime(&self, tenant: &Tenant) -> Lifetime {
        let tenants = tenant
            .authorization
            .interaction
            .unwrap_or(tenant.lifetimes.interaction);
        self.settings.interaction.unwrap_or(tenants)
    }

    /// Whether it knows people by identifiers of its own. First parties know them as everybody here, and so do applications of the
    /// dataspace, since the consent provider must know the same person (dataspace-consent-protocol 1).
    pub fn is_pairwise(&self, tenant: &Tenant) -> bool {
        if tenant.dataspace.application(&self.id).is_some() {
            return false;
        }
        let own = self.settings.subject_type;
        let pairwise = own.map(|own| own == SubjectType::Pairwise);
        self.is_third_party && pairwise.unwrap_or(tenant.authorization.pairwise_subjects)
    }

    /// Whether it can keep no secret (RFC 6749 2.1).
    pub fn is_public(&self) -> bool {
        self.pkce == Pkce::Public
    }

    /// Whether it proves itself by what it signs, in place of a secret.
    pub fn signs_assertions(&self) -> bool {
        self.settings.assertion_keys.is_some()
    }

    /// Whether it must hand its requests in beforehand.
    pub fn must_push(&self, tenant: &Tenant) -> bool {
        tenant.authorization.require_pushed_requests || self.settings.require_pushed_requests
    }

    /// Hosts of its redirect addresses, sorted, each once; private schemes count by their scheme.
    pub fn redirect_hosts(&self) -> Vec<String> {
        let mut hosts: Vec<String> = self
            .redirect_uris
            .iter()
            .map(|uri| {
                let (scheme, rest) = uri.split_once("://").unwrap_or((uri.as_str(), ""));
                let host = rest.split(['/', '?']).next().unwrap_or_default();
                if scheme.starts_with("http") {
                    host.to_owned()
                } else {
                    scheme.to_owned()
                }
            })
            .collect();
        hosts.sort();
        hosts.dedup();
        hosts
    }
}
