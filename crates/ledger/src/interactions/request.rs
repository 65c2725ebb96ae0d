//! An authorization request after every check: what is frozen until its answer.

use consentry_domain::{
    ApplicationId, ClientId, Lifetime, Qualifier,
    authorization_details::ConsentRequest,
    client::{Client, Prompt},
    scope::Scope,
    tenant::Tenant,
};
use consentry_store::Hash;
use serde::{Deserialize, Serialize};

/// How an answer goes to the client (OAuth 2.0 Multiple Response Types 2.1, OAuth 2.0 Form Post Response Mode).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect address.
    #[default]
    Query,
    /// As a form that the browser posts there.
    FormPost,
}

impl ResponseMode {
    /// Whether it is what nobody has to ask for.
    pub(crate) fn is_usual(&self) -> bool {
        *self == Self::Query
    }
}

/// A request that was found good. All values are as checked; none is a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client: ClientId,
    /// The application the client belongs to.
    pub application: ApplicationId,
    /// Where the answer goes: exactly one of the registered addresses.
    pub redirect_uri: String,
    /// How the answer goes there.
    #[serde(default, skip_serializing_if = "ResponseMode::is_usual")]
    pub response_mode: ResponseMode,
    /// Returned unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What is asked for: known to the tenant and allowed to the client.
    pub scope: Scope,
    /// Values of `prompt` that have an effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompt: Vec<Prompt>,
    /// S256 challenge of the proof key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// Returned in the id token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Named resources; empty for the default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Most seconds since the person proved who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<i64>,
    /// Values of `acr` that are asked for, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr_values: Vec<String>,
    /// Whether one of them must be reached (OpenID Connect Core 5.5.1.1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acr_essential: bool,
    /// Claims of the person that are asked for by name (OpenID Connect Core 5.5). The scopes that carry them are in `scope`.
    #[serde(default, skip_serializing_if = "RequestedClaims::is_empty")]
    pub claims: RequestedClaims,
    /// For how long, how far back and which data, where that was asked for (RFC 9396). The scopes that open the data are in `scope`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<ConsentRequest>,
    /// The only person who may answer, by the identifier this client knows them under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_hint: Option<String>,
    /// Languages the client asks for, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ui_locales: Vec<String>,
    /// Hash of the reference under which it was handed in beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<Hash>,
}

/// Claims by the place they are asked for in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedClaims {
    /// In the id token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub id_token: Vec<String>,
    /// At UserInfo, where the scope gives all that it carries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub userinfo: Vec<String>,
}

impl RequestedClaims {
    /// Whether none is asked for.
    pub fn is_empty(&self) -> bool {
        self.id_token.is_empty() && self.userinfo.is_empty()
    }

    /// All of them, each once, in alphabetical order.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self
            .id_token
            .iter()
            .chain(&self.userinfo)
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl AuthorizationRequest {
    /// Whether `prompt` has this value.
    pub fn prompts(&self, prompt: Prompt) -> bool {
        self.prompt.contains(&prompt)
    }

    /// What keeps the slots of this request apart from others of the same client.
    pub fn qualifier(&self) -> Qualifier {
        let resources = Qualifier::resources(self.resources.iter().map(String::as_str));
        if self.is_once() {
            resources.for_one_time()
        } else {
            resources
        }
    }

    /// Whether what it asks for is for one time only.
    pub fn is_once(&self) -> bool {
        self.details.as_ref().is_some_and(ConsentRequest::is_once)
    }

    /// How long consent to it lasts: one time as long as a code and the access token for it may live, else as long as it asks for and no
    /// longer than consent to the client does.
    pub fn consent_lifetime(&self, client: &Client, tenant: &Tenant) -> Lifetime {
        let longest = client.consent_lifetime(tenant);
        if self.is_once() {
            let tokens = client.access_token_lifetime(tenant).as_seconds();
            return Lifetime::seconds(tenant.lifetimes.code.as_seconds() + tokens).min(longest);
        }
        let asked = self.details.as_ref().and_then(ConsentRequest::period);
        asked.map_or(longest, |asked| asked.min(longest))
    }
}
