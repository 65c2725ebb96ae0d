//! Failures as clients of the protocol read them (dataspace-consent-protocol 5.7): `type`, `message`, and `detail`, which one of them
//! prints.

use axum::response::{IntoResponse, Response};
use consentry_web::{
    error::{ApiError, deferred, json_answer},
    request_id::RequestId,
};
use http::StatusCode;
use serde_json::{Value, json};

/// A failure in this shape.
#[derive(Debug)]
pub(crate) struct Failure(pub ApiError);

impl<E: Into<ApiError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        deferred(self.0, render)
    }
}

fn render(error: &ApiError, id: &RequestId) -> Response {
    let kind = match error.code.name {
        "unprocessable" => "validation_error",
        "rate_limited" => "rate_limit_exceeded",
        name => name,
    };
    let detail = if error.status() == StatusCode::UNPROCESSABLE_ENTITY {
        error
            .fields
            .iter()
            .map(|field| located(&field.place.to_string(), &field.detail))
            .collect()
    } else {
        Value::from(error.message())
    };
    let mut body = json!({ "type": kind, "message": error.message(), "detail": detail });
    if error.is_ours() {
        body["request_id"] = id.to_string().into();
    }
    json_answer(error, "application/json", &body)
}

/// One finding about the body, by the way to it.
fn located(pointer: &str, what: &str) -> Value {
    let steps = pointer.split('/').skip(1).map(|step| match step.parse::<u32>() {
        Ok(index) => Value::from(index),
        Err(_) => Value::from(step),
    });
    let place: Vec<Value> = [Value::from("body")].into_iter().chain(steps).collect();
    json!({ "loc": place, "msg": what, "type": "value_error" })
}
