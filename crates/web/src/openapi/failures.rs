//! Failures of operations that answer problem documents (RFC 9457).

use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{
    ToSchema,
    openapi::{ResponseBuilder, path::OperationBuilder},
};

use super::parts::{content, header};

/// A failure: status, code, title.
pub type Failure = (u16, &'static str, &'static str);

/// What every operation may answer.
pub const EVERYWHERE: [Failure; 6] = [
    (400, "invalid_request", "The request is malformed"),
    (401, "unauthenticated", "Credentials are missing or not valid"),
    (403, "insufficient_scope", "The credential lacks a scope"),
    (429, "rate_limited", "Too many requests"),
    (500, "internal", "Something went wrong on our side"),
    (503, "unavailable", "The service is not available now"),
];

/// There is no such thing.
pub const ABSENT: Failure = (404, "not_found", "There is nothing here");

/// A condition on the state does not hold.
pub const STALE: Failure = (
    412,
    "precondition_failed",
    "The precondition does not hold any more",
);

/// A body that is not read to its end.
pub const TOO_LARGE: Failure = (413, "payload_too_large", "The body is too large");

/// A body of another type.
pub const OTHER_TYPE: Failure = (
    415,
    "unsupported_media_type",
    "The media type of the body is not supported",
);

/// What an operation says of its failures.
pub trait Failures {
    /// Adds answers for these failures, with an example each.
    #[must_use]
    fn with_failures(self, failures: &[Failure]) -> Self;
}

impl Failures for OperationBuilder {
    fn with_failures(self, failures: &[Failure]) -> Self {
        failures.iter().fold(self, |operation, &(status, code, title)| {
            let mut response = ResponseBuilder::new().description(meaning(status)).content(
                "application/problem+json",
                content("Problem", &example(status, code, title)),
            );
            if status == 401 {
                response = response.header("WWW-Authenticate", header("One line per scheme."));
            }
            if matches!(status, 409 | 429) {
                response = response.header("Retry-After", header("Seconds to wait."));
            }
            operation.response(status.to_string(), response.build())
        })
    }
}

const fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be accepted; `errors` says which parts and why.",
        401 => "No good credentials.",
        403 => "Good credentials, and not allowed.",
        404 => "There is no such thing, or it is somebody else's.",
        409 => {
            "It collides with what is there, or the first request with this key is being carried out; `code` says which."
        }
        412 => "It is not in the state that the request names.",
        413 => "The body is too large.",
        415 => "The body is of a type that is not read here.",
        422 => "It cannot be carried out, or the key was used for another request; `code` says which.",
        429 => "Too many requests, or too many failed attempts.",
        503 => "The service cannot be asked now.",
        _ => "Something went wrong on our side.",
    }
}

fn example(status: u16, code: &str, title: &str) -> Value {
    let request = "b7c3a9c2-0d52-4d5b-9c1a-6f0a8e9d2f41";
    if status >= 500 {
        return json!({ "code": code, "request_id": request });
    }
    json!({
        "type": format!("urn:consentry:problem:{code}"),
        "title": title,
        "status": status,
        "instance": format!("urn:uuid:{request}"),
        "code": code,
        "request_id": request,
    })
}

/// Why a request was refused (RFC 9457). Failures on our side have `code` and `request_id` alone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it only describes")]
pub struct Problem {
    #[serde(rename = "type")]
    #[schema(nullable = false)]
    kind: Option<String>,
    /// The same for every occurrence.
    #[schema(nullable = false)]
    title: Option<String>,
    /// That of the answer.
    #[schema(nullable = false)]
    status: Option<u16>,
    /// What went wrong in this case.
    #[schema(nullable = false)]
    detail: Option<String>,
    #[schema(nullable = false)]
    instance: Option<String>,
    /// Which parts of the request are wrong.
    #[schema(nullable = false)]
    errors: Option<Vec<Wrong>>,
    /// Stable name.
    code: String,
    /// By which operators find it.
    request_id: String,
}

/// A wrong part of a request.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it only describes")]
pub struct Wrong {
    /// RFC 6901 pointer into the body.
    #[schema(nullable = false)]
    pointer: Option<String>,
    /// Name of a parameter.
    #[schema(nullable = false)]
    parameter: Option<String>,
    /// What is wrong with it.
    detail: String,
}
