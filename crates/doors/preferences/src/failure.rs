//! Failures as the door tells them (consent-tokens-and-preferences 2.3).

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use consentry_ledger::preferences::{PreferenceError, Wrong};
use consentry_web::{
    erasures,
    error::{ApiError, FieldError, deferred, json_answer, registry},
    request_id::RequestId,
};
use http::StatusCode;
use serde_json::{Map, Value, json};

/// A failure that is answered as `{"code", "name", "message", "errors"}`.
#[derive(Debug)]
pub(crate) struct Feathers(pub ApiError);

impl<E: Into<ApiError>> From<E> for Feathers {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Feathers {
    fn into_response(self) -> Response {
        let mut error = self.0;
        // The original answers a wrong media type like any other malformed request.
        if error.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            error = ApiError::new(&registry::INVALID_REQUEST).detail("the body must be application/json");
        }
        deferred(error, render)
    }
}

fn render(error: &ApiError, _: &RequestId) -> Response {
    let mut errors = Map::new();
    if !error.is_ours() {
        for field in &error.fields {
            let place = field.place.to_string();
            let text = match errors.get(&place).and_then(Value::as_str) {
                Some(other) => format!("{other}; {}", field.detail),
                None => field.detail.to_string(),
            };
            errors.insert(place, text.into());
        }
    }
    let status = error.status();
    let body = json!({
        "code": status.as_u16(),
        "name": name(status),
        "message": message(error),
        "errors": errors,
    });
    json_answer(error, "application/json", &body)
}

/// The detail, or the first wrong field with what is wrong with it.
fn message(error: &ApiError) -> Cow<'_, str> {
    match (&error.detail, error.fields.first()) {
        (None, Some(field)) if !error.is_ours() => format!("{} {}", field.place, field.detail)
            .trim()
            .to_owned()
            .into(),
        _ => error.message().into(),
    }
}

/// The names of the Feathers framework.
const fn name(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "BadRequest",
        401 => "NotAuthenticated",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        409 => "Conflict",
        413 => "PayloadTooLarge",
        422 => "Unprocessable",
        429 => "TooManyRequests",
        503 => "Unavailable",
        _ => "GeneralError",
    }
}

/// 400 about parts of what was sent.
pub(crate) fn wrong(all: Vec<Wrong>) -> ApiError {
    let mut error = ApiError::new(&registry::INVALID_REQUEST);
    for wrong in all {
        let (place, why) = match wrong.index {
            Some(index) => (index.to_string(), format!("{} {}", wrong.path, wrong.why)),
            None => (wrong.path, wrong.why),
        };
        error = error.field(FieldError::parameter(place, why));
    }
    error
}

/// 400 about one part.
pub(crate) fn refused(path: &str, why: &str) -> ApiError {
    wrong(vec![Wrong {
        index: None,
        path: path.to_owned(),
        why: why.to_owned(),
    }])
}

/// 401.
pub(crate) fn not_authenticated() -> ApiError {
    ApiError::new(&registry::UNAUTHENTICATED)
}

/// 403, saying why.
pub(crate) fn forbidden(why: &'static str) -> ApiError {
    ApiError::new(&registry::FORBIDDEN).detail(why)
}

/// 404.
pub(crate) fn not_found() -> ApiError {
    ApiError::new(&registry::NOT_FOUND)
}

/// 413, saying what is too large.
pub(crate) fn too_large(what: &str) -> ApiError {
    ApiError::new(&registry::PAYLOAD_TOO_LARGE).detail(format!("{what} is too large"))
}

/// What a refusal of the ledger is on the wire.
pub(crate) fn told(error: PreferenceError) -> ApiError {
    match error {
        PreferenceError::NotFound => not_found(),
        PreferenceError::Conflict(why) => ApiError::new(&registry::CONFLICT).detail(why),
        PreferenceError::Forbidden(why) => forbidden(why),
        PreferenceError::Held(held) => erasures::held(held),
        PreferenceError::Invalid(all) => wrong(all),
        PreferenceError::Fault(fault) => fault.into(),
    }
}
