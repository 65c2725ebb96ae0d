//! `/oidc/jwks`: the public keys that our tokens are signed with.

use axum::response::{IntoResponse, Response};
use consentry_ledger::opaque;
use consentry_web::{
    error::{ApiError, OAuth},
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// How long others may keep the keys, in seconds. New keys are published at least this long before they sign.
pub(crate) const MAX_AGE: &str = "public, max-age=600";

/// Answers the key set.
pub(crate) async fn jwks(visit: Visit, headers: HeaderMap) -> Result<Response, OAuth> {
    cacheable(visit.tenant.key_ring.jwks(), "application/json", &headers)
}

/// An answer that may be kept, with a validator.
pub(crate) fn cacheable(
    body: &impl serde::Serialize,
    media_type: &'static str,
    asked: &HeaderMap,
) -> Result<Response, OAuth> {
    let body = serde_json::to_vec(body).map_err(ApiError::internal)?;
    let tag = format!("\"{}\"", &opaque::base64url(opaque::hash(&body).as_bytes())[..22]);
    let known = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| matches!(value.trim(), "*") || value.trim().trim_start_matches("W/") == tag);
    let tag = HeaderValue::from_str(&tag).map_err(ApiError::internal)?;
    let lines = [
        (header::CACHE_CONTROL, HeaderValue::from_static(MAX_AGE)),
        (header::ETAG, tag),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, lines).into_response());
    }
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))];
    Ok((lines, kind, body).into_response())
}
