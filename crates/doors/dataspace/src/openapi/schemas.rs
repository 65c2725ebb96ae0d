//! The shapes of bodies. They are read by the compiler of the description and never made.

#![expect(dead_code, reason = "these types only describe")]

use serde::Deserialize;
use utoipa::ToSchema;

/// Who the provider is, and where everything is.
#[derive(Deserialize, ToSchema)]
#[schema(as = dataspace::Configuration)]
pub(super) struct Configuration {
    /// `iss` of consent tokens.
    issuer: String,
    /// `jku` of consent tokens.
    jwks_uri: String,
    consent_request_uri: String,
    consent_token_uri: String,
    consent_verify_uri: String,
    consent_introspection_uri: String,
    consent_revocations_uri: String,
    consent_portal_uri: String,
    consent_protocol_versions_supported: Vec<String>,
    /// Seconds.
    consent_token_max_lifetime: u32,
}

/// Where everything of the dataspace is.
#[derive(Deserialize, ToSchema)]
#[schema(as = dataspace::Dataspace)]
pub(super) struct Dataspace {
    /// A domain, without scheme.
    dataspace_base_domain: String,
    dataspace_name: String,
    product_gateway_url: String,
    definition_viewer_url: Option<String>,
    developer_portal_url: String,
    docs_url: String,
    authentication_providers: Logins,
    consent_providers: Vec<Based>,
    definitions: Definitions,
    /// Keys of the dataspace for API tokens.
    jwks_url: Option<String>,
}

/// Where developers and people log in.
#[derive(Deserialize, ToSchema)]
#[schema(as = dataspace::Logins)]
pub(super) struct Logins {
    developer: Based,
    end_user: Based,
}

/// Where somebody is.
#[derive(Deserialize, ToSchema)]
#[schema(as = dataspace::Based)]
pub(super) struct Based {
    base_url: String,
}

/// Where the definitions are.
#[derive(Deserialize, ToSchema)]
#[schema(as = dataspace::Definitions)]
pub(super) struct Definitions {
    git: String,
    web: String,
}

/// The keys of consent tokens and of the revocation feed.
#[derive(Deserialize, ToSchema)]
#[schema(as = dataspace::KeySet)]
pub(super) struct KeySet {
    keys: Vec<Key>,
}

/// A public key for RS256.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = dataspace::Key)]
pub(super) struct Key {
    kty: String,
    #[serde(rename = "use")]
    used_for: String,
    alg: String,
    kid: String,
    n: String,
    e: String,
}

/// What an application wants.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = dataspace::ConsentRequests)]
pub(super) struct ConsentRequests {
    #[schema(min_items = 1, max_items = 50)]
    consent_requests: Vec<ConsentRequest>,
}

/// A data source that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = dataspace::ConsentRequest)]
pub(super) struct ConsentRequest {
    /// Its identifier: `dpp://group[:variant]@domain/definition`.
    #[schema(pattern = "^dpp://", max_length = 2048)]
    data_source: String,
    /// Whether nothing of the request is granted without it.
    required: bool,
}

/// Something lacks consent.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = dataspace::ConsentsRequested)]
pub(super) struct ConsentsRequested {
    #[serde(rename = "type")]
    #[schema(pattern = "^requestUserConsent$")]
    kind: String,
    /// In the order of the request.
    missing_consents: Vec<ConsentRequest>,
    /// The page where the person is asked; add `returnUrl`.
    request_url: String,
}

/// Nothing lacks consent.
#[derive(Deserialize, ToSchema)]
#[schema(as = dataspace::AllConsentsGranted)]
pub(super) struct AllConsentsGranted {
    #[serde(rename = "type")]
    #[schema(pattern = "^allConsentsGranted$")]
    kind: String,
}

/// Which data source it is about.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = dataspace::DataSource)]
pub(super) struct DataSource {
    /// Its identifier.
    #[schema(pattern = "^dpp://", max_length = 2048)]
    data_source: String,
}

/// A token, or that there is no consent.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = dataspace::Token)]
pub(super) struct Token {
    #[serde(rename = "type")]
    #[schema(pattern = "^(consentGranted|missingConsent)$")]
    kind: String,
    /// For `X-Consent-Token`; there where `type` is `consentGranted`.
    #[schema(nullable = false)]
    consent_token: Option<String>,
    /// Id of the consent.
    #[schema(nullable = false)]
    tid: Option<String>,
    /// Seconds since 1970.
    consent_expires_at: Option<i64>,
}

/// There is no consent any more.
#[derive(Deserialize, ToSchema)]
#[schema(as = dataspace::Revoked)]
pub(super) struct Revoked {
    #[serde(rename = "type")]
    #[schema(pattern = "^consentRevoked$")]
    kind: String,
}

/// Whether a token is good now. Nothing is said about why not.
#[derive(Deserialize, ToSchema)]
#[schema(as = dataspace::Verified)]
pub(super) struct Verified {
    verified: bool,
}

/// What a data source asks about.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = dataspace::ToIntrospect)]
pub(super) struct ToIntrospect {
    consent_token: String,
    /// Its own identifier.
    #[schema(pattern = "^dpp://", max_length = 2048)]
    data_source: String,
}

/// Whether a token is good now, and until when. Where it is not, nothing else is said.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = dataspace::Introspected)]
pub(super) struct Introspected {
    active: bool,
    /// Id of the consent.
    #[schema(nullable = false)]
    tid: Option<String>,
    /// When the token ends, in seconds since 1970.
    #[schema(nullable = false)]
    exp: Option<i64>,
    /// When the person agreed, in seconds since 1970.
    granted_at: Option<i64>,
    /// When the consent ends, in seconds since 1970.
    valid_until: Option<i64>,
}

/// Why a request was refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = dataspace::Failure)]
pub(super) struct Failure {
    /// Stable name.
    #[serde(rename = "type")]
    #[schema(pattern = "^[a-z0-9_]+$")]
    kind: String,
    message: String,
    detail: Detail,
    /// By which operators find it, where it is our failure.
    #[schema(nullable = false)]
    request_id: Option<String>,
}

/// The message again, or what is wrong with a body.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = dataspace::Detail)]
pub(super) enum Detail {
    Text(String),
    Findings(Vec<Finding>),
}

/// Something wrong with a body.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = dataspace::Finding)]
pub(super) struct Finding {
    /// The way to it.
    loc: Vec<Step>,
    msg: String,
    #[serde(rename = "type")]
    kind: String,
}

/// A step on the way: a name, or a place in a list.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = dataspace::Step)]
pub(super) enum Step {
    Name(String),
    Place(u32),
}
