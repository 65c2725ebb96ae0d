//! The revocation feed for verifiers that look at tokens without asking (enforcement-events-evidence 4.5; EVT-35, EVT-36).
//!
//! It is public: what it lists are digests of ids, which tell nothing to somebody without the token.

use axum::response::{IntoResponse, Response};
use consentry_ledger::tokens::{Issuer, revocations::Listed};
use consentry_web::{
    conditional::Conditions,
    error::{ApiError, Problem},
    headers,
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// How long others may keep it.
const KEPT: &str = "public, max-age=30";

/// `GET /events/v1/revocations.jwt`.
pub(crate) async fn revocations(visit: Visit, asked: HeaderMap) -> Result<Response, Problem> {
    let conditions = Conditions::read(&asked)?;
    let issuer = Issuer::new(visit.house.issuer(&visit.tenant));
    let feed = visit
        .ledger()
        .revocation_feed(&visit.tenant, &issuer, Listed::Everything)
        .await
        .map_err(ApiError::from)?;
    let tag = HeaderValue::from_str(&format!("\"{}\"", feed.tag)).map_err(ApiError::internal)?;
    let own = [
        (header::CACHE_CONTROL, HeaderValue::from_static(KEPT)),
        (header::ETAG, tag),
    ];
    if conditions.names(Some(&feed.tag)) {
        return Ok((StatusCode::NOT_MODIFIED, headers::api(), own).into_response());
    }
    let kind = [(header::CONTENT_TYPE, "application/jwt")];
    Ok((headers::api(), own, kind, feed.jwt.clone()).into_response())
}
