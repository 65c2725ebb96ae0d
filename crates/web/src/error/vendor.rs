//! The shape of `/v1` and of the consent callback (third-party authorization, A.1.2).

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::{ApiError, deferred, json_answer};
use crate::request_id::RequestId;

/// A failure that is answered as `{"message", "error_code"}`.
#[derive(Debug)]
pub struct Vendor(pub ApiError);

impl<E: Into<ApiError>> From<E> for Vendor {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Vendor {
    fn into_response(self) -> Response {
        deferred(self.0, vendor)
    }
}

/// Renders the vendor's shape: `message` is a list for 400 and a string otherwise.
pub fn vendor(error: &ApiError, id: &RequestId) -> Response {
    let status = error.status();
    let mut body = json!({ "message": message(error), "error_code": status.as_u16() });
    if status == StatusCode::CONFLICT {
        body["ts_error_code"] = error.code.name.into();
    }
    if error.is_ours() {
        body["request_id"] = id.to_string().into();
    }
    json_answer(error, "application/json", &body)
}

fn message(error: &ApiError) -> Value {
    match error.status() {
        StatusCode::BAD_REQUEST if error.fields.is_empty() => json!([error.message()]),
        StatusCode::BAD_REQUEST => error
            .fields
            .iter()
            .map(|field| Value::from(format!("{} {}", field.place, field.detail).trim_start()))
            .collect(),
        StatusCode::INTERNAL_SERVER_ERROR => "Something went wrong - Internal server error".into(),
        _ => error.message().into(),
    }
}
