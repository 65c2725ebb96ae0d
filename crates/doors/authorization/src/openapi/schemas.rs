//! The shapes of bodies. They are read by the compiler of the description and never made.

#![expect(dead_code, reason = "these types only describe")]

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Where a consent stands.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = authorization::Status)]
pub(super) enum Status {
    Active,
    Expired,
    Revoked,
    Superseded,
}

/// What a person agreed to. Times are whole seconds since 1970.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Consent)]
pub(super) struct Consent {
    consent_id: String,
    tenant_id: String,
    app_id: String,
    client_id: String,
    user_id: String,
    /// What still counts while it is active, all that was given once it is over; values with spaces between them.
    scope: String,
    created_at: i64,
    /// `null` where there is no end.
    #[schema(required)]
    expires_at: Option<i64>,
    updated_at: i64,
    status: Status,
    #[schema(nullable = false)]
    client_name: Option<String>,
    #[schema(nullable = false)]
    resource: Option<Vec<String>>,
    /// When data was last delivered.
    #[schema(nullable = false)]
    last_used_at: Option<i64>,
    /// What the person was shown; where one consent is read.
    #[schema(nullable = false)]
    evidence: Option<Evidence>,
}

/// What the person was shown.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Evidence)]
pub(super) struct Evidence {
    client_name: String,
    #[schema(nullable = false)]
    organization: Option<String>,
    redirect_hosts: Vec<String>,
    client_type: String,
    texts: Vec<Value>,
    decision_id: String,
    decided_at: i64,
}

/// A page of consents, newest first.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Consents)]
pub(super) struct Consents {
    result: Vec<Consent>,
    /// Where the next page begins.
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

/// One consent.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::OneConsent)]
pub(super) struct OneConsent {
    result: Consent,
}

/// Who asks for what.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::LookedUp)]
pub(super) struct LookedUp {
    result: Interaction,
}

/// A question that waits for an answer.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Interaction)]
pub(super) struct Interaction {
    src_interaction: String,
    app_id: String,
    user_id: String,
    client: Asking,
    requested_scope: Vec<String>,
    already_granted_scope: Vec<String>,
    requested_claims: Vec<String>,
    authorization_details: Vec<Value>,
    resource: Vec<String>,
    offline_access: bool,
    consent_expires_at: i64,
    interaction_expires_at: i64,
    ui_locales: Vec<String>,
    #[schema(required)]
    acr: Option<String>,
    auth_time: i64,
    /// To be sent with the answer; each look-up replaces the one before.
    decision_token: String,
}

/// The client that asks.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Asking)]
pub(super) struct Asking {
    client_id: String,
    name: String,
    #[schema(required)]
    organization_name: Option<String>,
    verified: bool,
    #[schema(required)]
    client_uri: Option<String>,
    /// An address of this server; `null` until the picture was fetched.
    #[schema(required)]
    logo_uri: Option<String>,
    #[schema(required)]
    policy_uri: Option<String>,
    #[schema(required)]
    tos_uri: Option<String>,
    contacts: Vec<String>,
    #[schema(required)]
    redirect_host: Option<String>,
    first_seen_at: i64,
}

/// What the person answered.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Report)]
pub(super) struct Report {
    #[schema(min_length = 1)]
    src_interaction: String,
    approved: bool,
    user_id: String,
    /// A part of what was asked; without it all of it.
    granted_scope: Option<Vec<String>>,
    /// Ids of the accounts that the person chose; without it all of them.
    #[schema(max_items = 200)]
    accounts: Option<Vec<String>>,
}

/// Where the browser has to be sent within a minute.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Reported)]
pub(super) struct Reported {
    result: Onward,
}

/// An address.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Onward)]
pub(super) struct Onward {
    url: String,
}

/// A client as it is registered. Reads give every field; those that are not listed here have one value only.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Client)]
pub(super) struct Client {
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
pub(super) enum ClientType {
    Web,
    Native,
}

/// Whether a proof key is demanded.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Pkce)]
pub(super) enum Pkce {
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
pub(super) enum Prompt {
    None,
    Login,
    Consent,
}

/// Whether every client knows a person by another name.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = authorization::SubjectType)]
pub(super) enum SubjectType {
    Public,
    Pairwise,
}

/// How long tokens live, in seconds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = authorization::TokenExpiration)]
pub(super) struct TokenExpiration {
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
pub(super) struct ClientToRegister {
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
pub(super) struct ClientToChange {
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
pub(super) struct Clients(Vec<Client>);

/// Which resources a client may name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = authorization::ResourcesToSet)]
pub(super) struct ResourcesToSet {
    #[schema(max_items = 100)]
    resource_ids: Vec<String>,
}

/// How long older secrets are accepted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = authorization::SecretToRotate)]
pub(super) struct SecretToRotate {
    /// Seconds; 0 where it is left out.
    #[schema(minimum = 0, maximum = 2_592_000)]
    grace_seconds: Option<i64>,
}

/// Another secret.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::RotatedSecret)]
pub(super) struct RotatedSecret {
    client_secret: String,
    /// When older ones end; `null` where they have.
    #[schema(required)]
    expires_at: Option<String>,
}

/// An application of the first party.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Application)]
pub(super) struct Application {
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
pub(super) struct OneApplication {
    result: Application,
}

/// Applications, by id.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Applications)]
pub(super) struct Applications {
    result: Vec<Application>,
}

/// The fields of an application that are to change, each whole.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::ApplicationToChange)]
pub(super) struct ApplicationToChange {
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    default_resource: Option<String>,
    #[schema(max_items = 100)]
    resources: Option<Vec<String>>,
    #[schema(max_items = 100)]
    consent_hosts: Option<Vec<String>>,
}

/// Why a request was refused: a list where it is 400, else a text.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = authorization::Message)]
pub(super) enum Message {
    /// One.
    Text(String),
    /// Several.
    List(Vec<String>),
}

/// A failure below `/v1` and of the callback.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Failure)]
pub(super) struct Failure {
    message: Message,
    /// The status.
    error_code: u16,
    /// Stable name of a collision.
    #[schema(nullable = false)]
    ts_error_code: Option<String>,
    /// By which operators find it.
    #[schema(nullable = false)]
    request_id: Option<String>,
}

/// A request for tokens.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::TokenRequest)]
pub(super) struct TokenRequest {
    grant_type: GrantType,
    #[schema(nullable = false)]
    code: Option<String>,
    #[schema(nullable = false)]
    redirect_uri: Option<String>,
    #[schema(nullable = false)]
    code_verifier: Option<String>,
    #[schema(nullable = false)]
    refresh_token: Option<String>,
    #[schema(nullable = false)]
    scope: Option<String>,
    #[schema(nullable = false)]
    resource: Option<String>,
}

/// What tokens are asked for with.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = authorization::GrantType)]
pub(super) enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
}

/// Tokens.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::TokenAnswer)]
pub(super) struct TokenAnswer {
    access_token: String,
    token_type: String,
    /// Seconds.
    expires_in: i64,
    #[schema(nullable = false)]
    scope: Option<String>,
    #[schema(nullable = false)]
    id_token: Option<String>,
    #[schema(nullable = false)]
    refresh_token: Option<String>,
}

/// A token that is asked about, or given up.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::TokenToLookAt)]
pub(super) struct TokenToLookAt {
    #[schema(min_length = 1)]
    token: String,
    #[schema(nullable = false)]
    token_type_hint: Option<String>,
}

/// What a token is good for. Of one that does not count, or is somebody else's, `active` is all that is said.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Introspected)]
pub(super) struct Introspected {
    active: bool,
    #[schema(nullable = false)]
    iss: Option<String>,
    #[schema(nullable = false)]
    sub: Option<String>,
    #[schema(nullable = false)]
    client_id: Option<String>,
    #[schema(nullable = false)]
    tid: Option<String>,
    #[schema(nullable = false)]
    app_id: Option<String>,
    #[schema(nullable = false)]
    scope: Option<String>,
    #[schema(nullable = false)]
    exp: Option<i64>,
    #[schema(nullable = false)]
    iat: Option<i64>,
    #[schema(nullable = false)]
    token_type: Option<String>,
    #[schema(nullable = false)]
    aud: Option<String>,
    #[schema(nullable = false)]
    jti: Option<String>,
    #[schema(nullable = false)]
    auth_time: Option<i64>,
    #[schema(nullable = false)]
    consent_id: Option<String>,
    #[schema(nullable = false)]
    grant_id: Option<String>,
    #[schema(nullable = false)]
    user_id: Option<String>,
    /// Which accounts it opens, where not all of them.
    #[schema(nullable = false)]
    accounts: Option<Opened>,
}

/// The accounts that a token opens.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Opened)]
pub(super) struct Opened {
    enabled: Vec<String>,
    disabled: Vec<String>,
    /// Whether all others are open.
    others: bool,
}

/// The parameters of an authorization request.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::RequestToPush)]
pub(super) struct RequestToPush {
    client_id: String,
    response_type: String,
    redirect_uri: String,
    #[schema(nullable = false)]
    scope: Option<String>,
    #[schema(nullable = false)]
    state: Option<String>,
    #[schema(nullable = false)]
    nonce: Option<String>,
    #[schema(nullable = false)]
    prompt: Option<String>,
    #[schema(nullable = false)]
    code_challenge: Option<String>,
    #[schema(nullable = false)]
    code_challenge_method: Option<String>,
}

/// A reference to a request.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Pushed)]
pub(super) struct Pushed {
    request_uri: String,
    /// Seconds.
    expires_in: i64,
}

/// Who the person is: what the scopes carry that are covered now.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::UserInfo)]
pub(super) struct UserInfo {
    sub: String,
}

/// Public keys (RFC 7517).
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Keys)]
pub(super) struct Keys {
    keys: Vec<Key>,
}

/// A public key.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Key)]
pub(super) struct Key {
    kty: String,
    kid: String,
    alg: String,
    #[serde(rename = "use")]
    used_for: String,
}

/// What the provider says of itself; more than is listed here.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Metadata)]
pub(super) struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    response_types_supported: Vec<String>,
    subject_types_supported: Vec<String>,
    id_token_signing_alg_values_supported: Vec<String>,
}

/// A failure of an OAuth endpoint.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Refusal)]
pub(super) struct Refusal {
    error: String,
    #[schema(nullable = false)]
    error_description: Option<String>,
    /// By which operators find it.
    #[schema(nullable = false)]
    request_id: Option<String>,
}
