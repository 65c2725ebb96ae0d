//! Documents that everybody may read: the consent configuration, the keys, and what was taken back (dataspace-consent-protocol 3, 11).

use axum::response::{IntoResponse, Response};
use consentry_jose::{Jwks, KeyType};
use consentry_ledger::{
    opaque,
    tokens::{Issuer, revocations::Listed},
};
use consentry_web::{
    conditional::Conditions,
    error::{ApiError, registry},
    headers,
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{failure::Failure, provider::provider};

/// Where the consent configuration is.
pub(crate) const CONFIGURATION: &str = "/.well-known/dataspace/consent-configuration.json";

/// Where the document of the dataspace is.
pub(crate) const DATASPACE: &str = "/.well-known/dataspace/dataspace-configuration.json";

/// Where the keys are.
pub(crate) const JWKS: &str = "/.well-known/jwks.json";

/// Where it is told what was taken back.
pub(crate) const REVOCATIONS: &str = "/.well-known/dataspace/consent-revocations.jwt";

/// How long documents may be kept. New keys are published long before they sign.
const KEPT: &str = "public, max-age=300";

/// How long the feed may be kept.
const FEED_KEPT: &str = "public, max-age=30";

#[derive(Serialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
    consent_request_uri: String,
    consent_token_uri: String,
    consent_verify_uri: String,
    consent_introspection_uri: String,
    consent_revocations_uri: String,
    consent_portal_uri: String,
    consent_protocol_versions_supported: [&'static str; 1],
    consent_token_max_lifetime: i64,
}

#[derive(Serialize)]
struct Dataspace<'a> {
    dataspace_base_domain: &'a str,
    dataspace_name: &'a str,
    product_gateway_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition_viewer_url: Option<&'a str>,
    developer_portal_url: &'a str,
    docs_url: &'a str,
    authentication_providers: Logins<'a>,
    consent_providers: [Based<'a>; 1],
    definitions: Definitions<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_url: Option<&'a str>,
}

#[derive(Serialize)]
struct Logins<'a> {
    developer: Based<'a>,
    end_user: Based<'a>,
}

#[derive(Serialize)]
struct Based<'a> {
    base_url: &'a str,
}

#[derive(Serialize)]
struct Definitions<'a> {
    git: &'a str,
    web: &'a str,
}

/// `GET` of the document of the dataspace, where it is published here (dataspace-consent-protocol 3.2). Clients take us from it as `aud`, so
/// we are named in it exactly as in our tokens.
pub(crate) async fn dataspace(visit: Visit, asked: HeaderMap) -> Result<Response, Failure> {
    let own = provider(&visit)?;
    let settings = &visit.tenant.tenant.dataspace;
    let (Some(domain), Some(document)) = (&settings.base_domain, &settings.document) else {
        return Err(ApiError::new(&registry::NOT_FOUND).into());
    };
    let based = |base_url| Based { base_url };
    let told = Dataspace {
        dataspace_base_domain: domain,
        dataspace_name: settings.name.as_ref().unwrap_or(domain),
        product_gateway_url: &document.product_gateway_url,
        definition_viewer_url: document.definition_viewer_url.as_deref(),
        developer_portal_url: &document.developer_portal_url,
        docs_url: &document.docs_url,
        authentication_providers: Logins {
            developer: based(&document.developer_login),
            end_user: based(document.end_user_login.as_ref().unwrap_or(&own.login_issuer)),
        },
        consent_providers: [based(&own.issuer)],
        definitions: Definitions {
            git: &document.definitions_git,
            web: &document.definitions_web,
        },
        jwks_url: document.jwks_url.as_deref(),
    };
    document_of(&told, &asked)
}

/// `GET` of the consent configuration (dataspace-consent-protocol 3.1, 11.1).
pub(crate) async fn configuration(visit: Visit, asked: HeaderMap) -> Result<Response, Failure> {
    let own = provider(&visit)?;
    let below = |path: &str| format!("{}{path}", own.issuer);
    let document = Configuration {
        consent_request_uri: below("/Consent/RequestConsents"),
        consent_token_uri: below("/Consent/GetToken"),
        consent_verify_uri: below("/Consent/Verify"),
        consent_introspection_uri: below("/Consent/Introspect"),
        consent_revocations_uri: below(REVOCATIONS),
        consent_portal_uri: below("/portal"),
        consent_protocol_versions_supported: [consentry_ledger::dataspace::token::VERSION],
        consent_token_max_lifetime: visit.tenant.tenant.lifetimes.consent_token.as_seconds(),
        jwks_uri: own.jwks_uri,
        issuer: own.issuer,
    };
    document_of(&document, &asked)
}

/// `GET` of the keys: those for RS256 alone, since fetchers in the field refuse a set with anything else (dataspace-consent-protocol 3.4).
pub(crate) async fn jwks(visit: Visit, asked: HeaderMap) -> Result<Response, Failure> {
    provider(&visit)?;
    let all = visit.tenant.key_ring.jwks().keys.iter();
    let keys = all
        .filter(|key| key.key_type() == KeyType::Rsa)
        .cloned()
        .collect();
    document_of(&Jwks { keys }, &asked)
}

/// `GET` of the revocation feed (dataspace-consent-protocol 11.2).
pub(crate) async fn revocations(visit: Visit, asked: HeaderMap) -> Result<Response, Failure> {
    let own = provider(&visit)?;
    let issuer = Issuer::new(own.issuer);
    let feed = visit
        .ledger()
        .revocation_feed(&visit.tenant, &issuer, Listed::Consents)
        .await
        .map_err(ApiError::from)?;
    answered(
        feed.jwt.clone().into_bytes(),
        &feed.tag,
        ("application/jwt", FEED_KEPT),
        &asked,
    )
}

fn document_of(document: &impl Serialize, asked: &HeaderMap) -> Result<Response, Failure> {
    let body = serde_json::to_vec(document).map_err(ApiError::internal)?;
    let tag = opaque::base64url(&opaque::hash(&body).as_bytes()[..16]);
    answered(body, &tag, ("application/json", KEPT), asked)
}

fn answered(
    body: Vec<u8>,
    tag: &str,
    (kind, kept): (&'static str, &'static str),
    asked: &HeaderMap,
) -> Result<Response, Failure> {
    let conditions = Conditions::read(asked)?;
    let quoted = HeaderValue::from_str(&format!("\"{tag}\"")).map_err(ApiError::internal)?;
    let own = [
        (header::CACHE_CONTROL, HeaderValue::from_static(kept)),
        (header::ETAG, quoted),
    ];
    if conditions.names(Some(tag)) {
        return Ok((StatusCode::NOT_MODIFIED, headers::api(), own).into_response());
    }
    Ok((headers::api(), own, [(header::CONTENT_TYPE, kind)], body).into_response())
}
