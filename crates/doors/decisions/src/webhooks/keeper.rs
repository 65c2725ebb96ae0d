//! Who asks, and the body they sent (enforcement-events-evidence 1.2; COM-01, WHK-03).

use axum::body::Body;
use consentry_domain::{DeliveryId, EndpointId};
use consentry_ledger::webhooks::Keeper;
use consentry_web::{
    body,
    client::{Look, Presented, presented},
    error::{ApiError, registry},
    json::{self, Limits},
    visit::Visit,
};
use http::{HeaderMap, header, request::Parts};
use serde_json::{Map, Value};

use crate::admission::invalid;

/// Largest body, in bytes.
const LARGEST: usize = 64 * 1024;

const MEDIA_TYPES: [&str; 2] = ["application/json", "application/merge-patch+json"];

/// Lets a request in whose sender may have endpoints.
pub(super) async fn admit(visit: &Visit, headers: &HeaderMap) -> Result<Keeper, ApiError> {
    let keeper = match presented(visit, headers, Look::First).await? {
        Presented::Client(proven) => Keeper::proven(&proven),
        Presented::Token(access) => Keeper::token(&access),
    };
    keeper.ok_or_else(|| ApiError::new(&registry::INSUFFICIENT_SCOPE))
}

/// The members of a body; none at all is an empty object.
pub(super) async fn members(parts: &Parts, body: Body) -> Result<Map<String, Value>, ApiError> {
    let bytes = body::read(body, LARGEST).await?;
    if bytes.is_empty() && !parts.headers.contains_key(header::CONTENT_TYPE) {
        return Ok(Map::new());
    }
    body::require_media_type(&parts.headers, &MEDIA_TYPES)?;
    match json::parse(&bytes, &Limits::size(LARGEST))? {
        Value::Object(members) => Ok(members),
        _ => Err(invalid("", "the body must be an object")),
    }
}

/// The endpoint that an address names; what cannot be an id is nobody's.
pub(super) fn endpoint(id: &str) -> Result<EndpointId, ApiError> {
    id.parse().map_err(|_| ApiError::new(&registry::NOT_FOUND))
}

/// The message that an address names.
pub(super) fn delivery(id: &str) -> Result<DeliveryId, ApiError> {
    id.parse().map_err(|_| ApiError::new(&registry::NOT_FOUND))
}
