//! Problem documents (RFC 9457), the shape of the shared services.

use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::{ApiError, Place, deferred, json_answer};
use crate::request_id::RequestId;

/// A failure that is answered as `application/problem+json`.
#[derive(Debug)]
pub struct Problem(pub ApiError);

impl<E: Into<ApiError>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        deferred(self.0, problem)
    }
}

/// Renders a problem document; its `status` equals the HTTP status (COM-04).
pub fn problem(error: &ApiError, id: &RequestId) -> Response {
    let mut document = Map::new();
    if !error.is_ours() {
        document.insert("type".to_owned(), error.code.problem_type().into());
        document.insert("title".to_owned(), error.title().into());
        document.insert("status".to_owned(), error.status().as_u16().into());
        if let Some(detail) = &error.detail {
            document.insert("detail".to_owned(), detail.as_ref().into());
        }
        if let Some(uuid) = id.as_uuid() {
            document.insert("instance".to_owned(), uuid.urn().to_string().into());
        }
        if let Some(policy) = error.violated_policy {
            document.insert("violated-policies".to_owned(), json!([policy]));
        }
        if !error.fields.is_empty() {
            document.insert("errors".to_owned(), fields(error));
        }
    }
    document.insert("code".to_owned(), error.code.name.into());
    document.insert("request_id".to_owned(), id.to_string().into());
    json_answer(error, "application/problem+json", &Value::Object(document))
}

fn fields(error: &ApiError) -> Value {
    error
        .fields
        .iter()
        .map(|field| match &field.place {
            Place::Pointer(pointer) => json!({ "pointer": pointer, "detail": field.detail }),
            Place::Parameter(name) => json!({ "parameter": name, "detail": field.detail }),
        })
        .collect()
}
