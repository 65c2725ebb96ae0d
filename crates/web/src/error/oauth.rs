//! The error answer of OAuth 2.0 (RFC 6749, 5.2).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use serde_json::json;

use super::{ApiError, Code, deferred, json_answer, registry};
use crate::request_id::RequestId;

/// A failure that is answered as `{"error", "error_description"}`.
#[derive(Debug)]
pub struct OAuth(pub ApiError);

impl<E: Into<ApiError>> From<E> for OAuth {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for OAuth {
    fn into_response(self) -> Response {
        deferred(self.0, oauth)
    }
}

/// Renders the OAuth error; a challenge of the failure becomes `WWW-Authenticate`.
pub fn oauth(error: &ApiError, id: &RequestId) -> Response {
    let name = oauth_name(error.code);
    let body = if error.is_ours() {
        json!({ "error": name, "request_id": id.to_string() })
    } else {
        json!({ "error": name, "error_description": error_description(&described(error)) })
    };
    let mut answer = json_answer(error, "application/json", &body);
    answer
        .headers_mut()
        .insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    answer
}

/// The name of a code among those that OAuth registers.
pub fn oauth_name(code: &Code) -> &'static str {
    if code.status.is_server_error() {
        return if *code == registry::INTERNAL {
            "server_error"
        } else {
            "temporarily_unavailable"
        };
    }
    match code.name {
        "invalid_json"
        | "invalid_parameter"
        | "payload_too_large"
        | "unsupported_media_type"
        | "method_not_allowed"
        | "not_acceptable"
        | "not_found"
        | "bad_origin" => "invalid_request",
        "unauthenticated" => "invalid_token",
        "forbidden" => "access_denied",
        "rate_limited" => "temporarily_unavailable",
        name => name,
    }
}

/// Text in the characters that RFC 6749, 5.2 allows in `error_description`.
pub fn error_description(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '"' => '\'',
            '\\' => '/',
            ' '..='~' => character,
            _ => '?',
        })
        .collect()
}

fn described(error: &ApiError) -> String {
    let mut text = error.message().to_owned();
    for field in &error.fields {
        text.push_str("; ");
        text.push_str(&field.place.to_string());
        text.push_str(": ");
        text.push_str(&field.detail);
    }
    text
}
