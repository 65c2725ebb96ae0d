//! Clients and applications.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A client as it is registered. Reads give every field; those that are not listed here have one value only.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Client)]
pub(in crate::openapi) struct Client {
    app_id: String,
    tenant_id: String,
    client_id: String,
    /// In clear where it was just drawn, else `[redacted]`; `null` where there is none.
    #[schema(required)]
    client_secret: Option<String>,
    name: String,
    description: String,
    enabled: bool,
    is_third_party: bool,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    #[schema(required)]
    consent_uri: Option<String>,
    allowed_scopes: Vec<String>,
    /// Seconds.
    consent_validity_period: i64,
    client_type: ClientType,
    pkce: Pkce,
    supported_prompts: Vec<Prompt>,
    authentication_configuration: Value,
    token_expiration: TokenExpiration,
    resources: Vec<String>,
    id_token_signed_response_alg: String,
    enforce_par: bool,
    short_cookies_samesite_type: String,
    subject_type: SubjectType,
    #[schema(required)]
    purpose: Option<String>,
    default_custom_claims: Vec<String>,
    authorization_details_types: Vec<String>,
    #[schema(required)]
    organization_name: Option<String>,
    #[schema(required)]
    logo_uri: Option<String>,
    #[schema(required)]
    client_uri: Option<String>,
    #[schema(required)]
    policy_uri: Option<String>,
    #[schema(required)]
    tos_uri: Option<String>,
    contacts: Vec<String>,
    #[schema(required)]
    reconnect_uri: Option<String>,
    intermediaries: Vec<String>,
    consent_callback_mode: String,
    prompt_consent: String,
    requested_scope_format: String,
    interaction_ttl_seconds: i64,
    created_at: String,
    updated_at: String,
}

/// Where a client runs.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = authorization::ClientType)]
pub(in crate::openapi) enum ClientType {
    Web,
    Native,
}

/// Whether a proof key is demanded.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Pkce)]
pub(in crate::openapi) enum Pkce {
    #[serde(rename = "allowPkceAlongsideClientCredentials")]
    Allow,
    #[serde(rename = "enforcePkceAlongsideClientCredentials")]
    Enforce,
    #[serde(rename = "enforcePkceInsteadOfClientCredentials")]
    Public,
}

/// A value of `prompt`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = authorization::Prompt)]
pub(in crate::openapi) enum Prompt {
    None,
    Login,
    Consent,
}

/// Whether every client knows a person by another name.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = authorization::SubjectType)]
pub(in crate::openapi) enum SubjectType {
    Public,
    Pairwise,
}

/// How long tokens live, in seconds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = authorization::TokenExpiration)]
pub(in crate::openapi) struct TokenExpiration {
    #[schema(minimum = 1, maximum = 31_536_000)]
    access_token_ttl: Option<i64>,
    #[schema(minimum = 1, maximum = 31_536_000)]
    refresh_token_ttl: Option<i64>,
    #[schema(minimum = 1, maximum = 31_536_000)]
    max_refresh_rotate: Option<i64>,
}

/// A client that is to be. What is left out, or `null`, has its default; the rules of addresses are in the door's page.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::ClientToRegister)]
pub(in crate::openapi) struct ClientToRegister {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[schema(max_length = 2000)]
    description: Option<String>,
    is_third_party: Option<bool>,
    enabled: Option<bool>,
    client_type: Option<ClientType>,
    pkce: Option<Pkce>,
    #[schema(max_items = 100)]
    redirect_uris: Option<Vec<String>>,
    #[schema(max_items = 100)]
    post_logout_redirect_uris: Option<Vec<String>>,
    consent_uri: Option<String>,
    #[schema(max_items = 100)]
    allowed_scopes: Option<Vec<String>>,
    #[schema(max_items = 100)]
    resources: Option<Vec<String>>,
    supported_prompts: Option<Vec<Prompt>>,
    subject_type: Option<SubjectType>,
    #[schema(minimum = 1, maximum = 31_536_000)]
    consent_validity_period: Option<i64>,
    #[schema(minimum = 60, maximum = 86_400)]
    interaction_ttl_seconds: Option<i64>,
    token_expiration: Option<TokenExpiration>,
    enforce_par: Option<bool>,
    #[schema(max_length = 2000)]
    purpose: Option<String>,
    #[schema(max_length = 200)]
    organization_name: Option<String>,
    logo_uri: Option<String>,
    client_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    #[schema(max_items = 10)]
    contacts: Option<Vec<String>>,
}

/// The fields of a client that are to change, each whole.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::ClientToChange)]
pub(in crate::openapi) struct ClientToChange {
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    #[schema(max_length = 2000)]
    description: Option<String>,
    is_third_party: Option<bool>,
    enabled: Option<bool>,
    client_type: Option<ClientType>,
    pkce: Option<Pkce>,
    #[schema(max_items = 100)]
    redirect_uris: Option<Vec<String>>,
    #[schema(max_items = 100)]
    post_logout_redirect_uris: Option<Vec<String>>,
    consent_uri: Option<String>,
    #[schema(max_items = 100)]
    allowed_scopes: Option<Vec<String>>,
    #[schema(max_items = 100)]
    resources: Option<Vec<String>>,
    supported_prompts: Option<Vec<Prompt>>,
    subject_type: Option<SubjectType>,
    #[schema(minimum = 1, maximum = 31_536_000)]
    consent_validity_period: Option<i64>,
    #[schema(minimum = 60, maximum = 86_400)]
    interaction_ttl_seconds: Option<i64>,
    token_expiration: Option<TokenExpiration>,
    enforce_par: Option<bool>,
    #[schema(max_length = 2000)]
    purpose: Option<String>,
    #[schema(max_length = 200)]
    organization_name: Option<String>,
    logo_uri: Option<String>,
    client_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    #[schema(max_items = 10)]
    contacts: Option<Vec<String>>,
}

/// The clients of an application, by id.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Clients)]
pub(in crate::openapi) struct Clients(Vec<Client>);

/// Which resources a client may name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = authorization::ResourcesToSet)]
pub(in crate::openapi) struct ResourcesToSet {
    #[schema(max_items = 100)]
    resource_ids: Vec<String>,
}

/// How long older secrets are accepted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = authorization::SecretToRotate)]
pub(in crate::openapi) struct SecretToRotate {
    /// Seconds; 0 where it is left out.
    #[schema(minimum = 0, maximum = 2_592_000)]
    grace_seconds: Option<i64>,
}

/// Another secret.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::RotatedSecret)]
pub(in crate::openapi) struct RotatedSecret {
    client_secret: String,
    /// When older ones end; `null` where they have.
    #[schema(required)]
    expires_at: Option<String>,
}

/// An application of the first party.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Application)]
pub(in crate::openapi) struct Application {
    app_id: String,
    tenant_id: String,
    name: String,
    #[schema(required)]
    default_resource: Option<String>,
    resources: Vec<String>,
    consent_hosts: Vec<String>,
}

/// One application.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::OneApplication)]
pub(in crate::openapi) struct OneApplication {
    result: Application,
}

/// Applications, by id.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Applications)]
pub(in crate::openapi) struct Applications {
    result: Vec<Application>,
}

/// The fields of an application that are to change, each whole.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::ApplicationToChange)]
pub(in crate::openapi) struct ApplicationToChange {
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    default_resource: Option<String>,
    #[schema(max_items = 100)]
    resources: Option<Vec<String>>,
    #[schema(max_items = 100)]
    consent_hosts: Option<Vec<String>>,
}
