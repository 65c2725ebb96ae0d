//! Bodies of requests: JSON objects with the members that an endpoint needs. Others are ignored.

use axum::body::Body;
use consentry_domain::dsi::Dsi;
use consentry_web::{
    error::{ApiError, FieldError, registry},
    json::{self, JsonBodyError, JsonErrorKind, Limits},
};
use http::HeaderMap;
use serde_json::{Map, Value};

/// Reads a body, 256 KiB at the most (dataspace-consent-protocol 5).
pub(crate) async fn object(headers: &HeaderMap, body: Body) -> Result<Map<String, Value>, ApiError> {
    let read = json::read(headers, body, &["application/json"], &Limits::DEFAULT).await;
    match read {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(wrong("", "must be an object")),
        Err(JsonBodyError::Json(error)) if !matches!(error.kind, JsonErrorKind::TooLarge { .. }) => {
            Err(wrong(error.pointer.clone(), error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

/// A body that breaks a rule at this place.
pub(crate) fn wrong(
    pointer: impl Into<std::borrow::Cow<'static, str>>,
    what: impl Into<std::borrow::Cow<'static, str>>,
) -> ApiError {
    ApiError::new(&registry::UNPROCESSABLE).field(FieldError::pointer(pointer, what))
}

/// The data source at a place of the body, in the grammar of identifiers.
pub(crate) fn data_source(value: Option<&Value>, pointer: String) -> Result<Dsi, ApiError> {
    let text = match value {
        Some(Value::String(text)) => text,
        Some(_) => return Err(wrong(pointer, "must be a string")),
        None => return Err(wrong(pointer, "is missing")),
    };
    text.parse()
        .map_err(|_| wrong(pointer, "is no data source identifier"))
}
