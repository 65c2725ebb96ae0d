//! Who asks, and the body they sent (enforcement-events-evidence 1.2; CHK-02, COM-01, COM-02).

use axum::{body::Body, extract::Request};
use consentry_ledger::{
    checks::{Checker, SEARCH},
    rates::Quota,
};
use consentry_web::{
    body,
    client::{Look, Presented, presented},
    error::{ApiError, FieldError, registry},
    json::{self, Limits},
    rate_limits,
    visit::Visit,
};
use http::HeaderMap;
use serde_json::{Map, Value};

/// Largest body with one question, in bytes (enforcement-events-evidence 11).
pub(crate) const QUESTION: usize = 64 * 1024;

/// Largest body with several, in bytes.
pub(crate) const QUESTIONS: usize = 1024 * 1024;

/// Lets a request in whose sender has a scope, and reads its body. The sender is looked at first.
pub(crate) async fn admit(
    visit: &Visit,
    request: Request,
    scope: &str,
    size: usize,
) -> Result<(Checker, Map<String, Value>), ApiError> {
    let (parts, body) = request.into_parts();
    let checker = checker(visit, &parts.headers, scope).await?;
    Ok((checker, members(&parts.headers, body, size).await?))
}

/// Lets a search in, unless its sender searches too often.
pub(crate) async fn admit_search(
    visit: &Visit,
    request: Request,
) -> Result<(Checker, Map<String, Value>, Quota), ApiError> {
    let (parts, body) = request.into_parts();
    let checker = checker(visit, &parts.headers, SEARCH).await?;
    let quota = visit.ledger().count_search(&visit.tenant, checker.client());
    let quota = quota.map_err(|quota| rate_limits::exceeded(&quota))?;
    Ok((checker, members(&parts.headers, body, QUESTION).await?, quota))
}

/// Reads a body as one JSON object.
async fn members(headers: &HeaderMap, body: Body, size: usize) -> Result<Map<String, Value>, ApiError> {
    if body::require_media_type(headers, &["application/json"]).is_err() {
        return Err(invalid("", "the media type of the body must be application/json"));
    }
    let bytes = body::read(body, size).await?;
    match json::parse(&bytes, &Limits::size(size))? {
        Value::Object(members) => Ok(members),
        _ => Err(invalid("", "the body must be an object")),
    }
}

async fn checker(visit: &Visit, headers: &HeaderMap, scope: &str) -> Result<Checker, ApiError> {
    let checker = match presented(visit, headers, Look::First).await? {
        Presented::Client(proven) => Checker::proven(&proven, scope),
        Presented::Token(access) => Checker::token(&access, scope),
    };
    checker.ok_or_else(|| ApiError::new(&registry::INSUFFICIENT_SCOPE))
}

/// A part of a body that cannot be accepted, by JSON pointer.
pub(crate) fn invalid(pointer: &str, why: &str) -> ApiError {
    let place = if pointer.is_empty() { "the body" } else { pointer };
    ApiError::new(&registry::INVALID_REQUEST)
        .detail(format!("{place}: {why}"))
        .field(FieldError::pointer(pointer.to_owned(), why.to_owned()))
}
