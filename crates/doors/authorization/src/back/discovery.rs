//! The discovery documents (OpenID Connect Discovery 1.0, RFC 8414): one text for both, naming only what is served and only under
//! the prefix of the original (TPA-URL-02).

use axum::response::Response;
use consentry_domain::{DefinitionKey, authorization_details::DetailType, definition::DefinitionKind};
use consentry_ledger::{interactions::Level, profile};
use consentry_web::{error::OAuth, visit::Visit};
use http::HeaderMap;
use serde::Serialize;

use super::keys::cacheable;
use crate::{bearer::issuer, front::usable_sign_in};

const METHODS: &[&str] = &["client_secret_basic", "client_secret_post", "private_key_jwt"];
const METHODS_AND_NONE: &[&str] = &[
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "none",
];

/// What assertions of clients are signed with (B03-08).
const ASSERTIONS: &[&str] = &["RS256", "ES256"];

/// The document. Members whose default would promise something that is not served are there and say so.
#[derive(Serialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    end_session_endpoint: String,
    pushed_authorization_request_endpoint: String,
    scopes_supported: Vec<String>,
    response_types_supported: &'static [&'static str],
    response_modes_supported: &'static [&'static str],
    grant_types_supported: &'static [&'static str],
    subject_types_supported: &'static [&'static str],
    id_token_signing_alg_values_supported: &'static [&'static str],
    token_endpoint_auth_methods_supported: &'static [&'static str],
    token_endpoint_auth_signing_alg_values_supported: &'static [&'static str],
    revocation_endpoint_auth_methods_supported: &'static [&'static str],
    revocation_endpoint_auth_signing_alg_values_supported: &'static [&'static str],
    introspection_endpoint_auth_methods_supported: &'static [&'static str],
    introspection_endpoint_auth_signing_alg_values_supported: &'static [&'static str],
    code_challenge_methods_supported: &'static [&'static str],
    claims_supported: Vec<&'static str>,
    claim_types_supported: &'static [&'static str],
    prompt_values_supported: &'static [&'static str],
    authorization_response_iss_parameter_supported: bool,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    require_request_uri_registration: bool,
    require_pushed_authorization_requests: bool,
    backchannel_logout_supported: bool,
    frontchannel_logout_supported: bool,
    acr_values_supported: Vec<String>,
    /// None where the tenant says nothing of itself in the words of FDX (RFC 9396 10).
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details_types_supported: Option<&'static [DetailType]>,
}

/// Answers both documents.
pub(crate) async fn document(visit: Visit, headers: HeaderMap) -> Result<Response, OAuth> {
    cacheable(&metadata(&visit), "application/json", &headers)
}

/// What ID tokens say whatever was asked.
const CLAIMS: [&str; 11] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "amr",
    "nonce",
    "at_hash",
    "tid",
];

fn metadata(visit: &Visit) -> Metadata {
    let issuer = issuer(visit);
    let below = |path: &str| format!("{}{path}", issuer.as_str());
    let scopes = visit
        .tenant
        .definitions
        .values()
        .filter(|definition| matches!(definition.kind, DefinitionKind::Scope | DefinitionKind::Protocol))
        .map(|definition| definition.key.as_str().to_owned());
    let carried = profile::claims().filter(|(_, scope)| {
        let scope = DefinitionKey::parse(scope);
        scope.is_ok_and(|scope| visit.tenant.definitions.contains_key(&scope))
    });
    let claims_supported = CLAIMS
        .into_iter()
        .chain(carried.map(|(claim, _)| claim))
        .collect();
    Metadata {
        authorization_endpoint: below("/auth"),
        token_endpoint: below("/token"),
        userinfo_endpoint: issuer.userinfo(),
        jwks_uri: below("/jwks"),
        revocation_endpoint: below("/token/revocation"),
        introspection_endpoint: below("/token/introspection"),
        end_session_endpoint: below("/session/end"),
        pushed_authorization_request_endpoint: below("/request"),
        scopes_supported: scopes.collect(),
        response_types_supported: &["code"],
        response_modes_supported: &["query", "form_post"],
        grant_types_supported: &["authorization_code", "refresh_token", "client_credentials"],
        subject_types_supported: &["pairwise", "public"],
        id_token_signing_alg_values_supported: &["RS256", "ES256"],
        token_endpoint_auth_methods_supported: METHODS_AND_NONE,
        token_endpoint_auth_signing_alg_values_supported: ASSERTIONS,
        revocation_endpoint_auth_methods_supported: METHODS_AND_NONE,
        revocation_endpoint_auth_signing_alg_values_supported: ASSERTIONS,
        introspection_endpoint_auth_methods_supported: METHODS,
        introspection_endpoint_auth_signing_alg_values_supported: ASSERTIONS,
        code_challenge_methods_supported: &["S256"],
        claims_supported,
        acr_values_supported: Level::offered(&usable_sign_in(visit)),
        authorization_details_types_supported: visit
            .tenant
            .tenant
            .dashboard
            .fdx
            .as_ref()
            .map(|_| DetailType::ALL),
        claim_types_supported: &["normal"],
        prompt_values_supported: &["none", "login", "consent"],
        authorization_response_iss_parameter_supported: true,
        claims_parameter_supported: true,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
        require_request_uri_registration: false,
        require_pushed_authorization_requests: visit.tenant.tenant.authorization.require_pushed_requests,
        backchannel_logout_supported: false,
        frontchannel_logout_supported: false,
        issuer: issuer.as_str().to_owned(),
    }
}
