//! Answers to programs: JSON that nobody keeps.

use axum::response::{IntoResponse, Response};
use consentry_web::{error::ApiError, headers};
use http::{StatusCode, header};
use serde::Serialize;

/// An answer with this status.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(body).map_err(ApiError::internal)?;
    let kept = [(header::CACHE_CONTROL, "no-store")];
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((status, headers::api(), kept, kind, body).into_response())
}
