//! OAuth 2.0 and OpenID Connect, and failures of both kinds.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Why a request was refused: a list where it is 400, else a text.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = authorization::Message)]
pub(in crate::openapi) enum Message {
    /// One.
    Text(String),
    /// Several.
    List(Vec<String>),
}

/// A failure below `/v1` and of the callback.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Failure)]
pub(in crate::openapi) struct Failure {
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
pub(in crate::openapi) struct TokenRequest {
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
    /// A JSON array as text (RFC 9396 6).
    #[schema(nullable = false)]
    authorization_details: Option<String>,
}

/// What tokens are asked for with.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = authorization::GrantType)]
pub(in crate::openapi) enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
}

/// Tokens.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::TokenAnswer)]
pub(in crate::openapi) struct TokenAnswer {
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
    /// What was given of what was asked for with details (RFC 9396 7).
    #[schema(nullable = false)]
    authorization_details: Option<Vec<Value>>,
}

/// A token that is asked about, or given up.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::TokenToLookAt)]
pub(in crate::openapi) struct TokenToLookAt {
    #[schema(min_length = 1)]
    token: String,
    #[schema(nullable = false)]
    token_type_hint: Option<String>,
}

/// What a token is good for. Of one that does not count, or is somebody else's, `active` is all that is said.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Introspected)]
pub(in crate::openapi) struct Introspected {
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
    /// What was given of what was asked for with details (RFC 9396 9.2).
    #[schema(nullable = false)]
    authorization_details: Option<Vec<Value>>,
}

/// The accounts that a token opens.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Opened)]
pub(in crate::openapi) struct Opened {
    enabled: Vec<String>,
    disabled: Vec<String>,
    /// Whether all others are open.
    others: bool,
}

/// The parameters of an authorization request.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::RequestToPush)]
pub(in crate::openapi) struct RequestToPush {
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
    /// A JSON array as text (RFC 9396 2).
    #[schema(nullable = false)]
    authorization_details: Option<String>,
}

/// A reference to a request.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Pushed)]
pub(in crate::openapi) struct Pushed {
    request_uri: String,
    /// Seconds.
    expires_in: i64,
}

/// Who the person is: what the scopes carry that are covered now.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::UserInfo)]
pub(in crate::openapi) struct UserInfo {
    sub: String,
}

/// Public keys (RFC 7517).
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Keys)]
pub(in crate::openapi) struct Keys {
    keys: Vec<Key>,
}

/// A public key.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Key)]
pub(in crate::openapi) struct Key {
    kty: String,
    kid: String,
    alg: String,
    #[serde(rename = "use")]
    used_for: String,
}

/// What the provider says of itself; more than is listed here.
#[derive(Deserialize, ToSchema)]
#[schema(as = authorization::Metadata)]
pub(in crate::openapi) struct Metadata {
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
pub(in crate::openapi) struct Refusal {
    error: String,
    #[schema(nullable = false)]
    error_description: Option<String>,
    /// By which operators find it.
    #[schema(nullable = false)]
    request_id: Option<String>,
}
