//! The shape of the dashboard's API (consent dashboard, A2.4 and B9).

use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{ApiError, Code, Place, deferred, json_answer};
use crate::request_id::RequestId;

/// A failure that is answered as `{"error", "error_description", "request_id"}`.
#[derive(Debug)]
pub struct Dashboard(pub ApiError);

impl<E: Into<ApiError>> From<E> for Dashboard {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Dashboard {
    fn into_response(self) -> Response {
        deferred(self.0, dashboard)
    }
}

/// Renders the dashboard's shape; wrong fields are listed under `fields`.
pub fn dashboard(error: &ApiError, id: &RequestId) -> Response {
    let mut body = json!({ "error": name(error.code), "request_id": id.to_string() });
    if !error.is_ours() {
        body["error_description"] = error.message().into();
        if !error.fields.is_empty() {
            body["fields"] = fields(error);
        }
    }
    json_answer(error, "application/json", &body)
}

fn name(code: &Code) -> &'static str {
    match code.name {
        "payload_too_large" => "request_too_large",
        "invalid_json" | "invalid_parameter" => "invalid_request",
        "precondition_failed" => "changed",
        name => name,
    }
}

fn fields(error: &ApiError) -> Value {
    error
        .fields
        .iter()
        .map(|field| match &field.place {
            Place::Pointer(place) | Place::Parameter(place) => {
                json!({ "field": place, "detail": field.detail })
            }
        })
        .collect()
}
