//! What operations have in common: failures, headers, parameters.

use consentry_web::idempotency::PATTERN;
use serde_json::Value;
use utoipa::openapi::{
    Content, ContentBuilder, Header, HeaderBuilder, ObjectBuilder, Ref, Required, Response, ResponseBuilder,
    Type,
    path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
    security::SecurityRequirement,
};

use super::{BASIC, BEARER, TAG, examples};

/// A failure: status, code, title.
pub(super) type Failure = (u16, &'static str, &'static str);

pub(super) const EVERYWHERE: [Failure; 6] = [
    (400, "invalid_request", "The request is malformed"),
    (401, "unauthenticated", "Credentials are missing or not valid"),
    (403, "insufficient_scope", "The credential lacks a scope"),
    (429, "rate_limited", "Too many requests"),
    (500, "internal", "Something went wrong on our side"),
    (503, "unavailable", "The service is not available now"),
];

pub(super) const ABSENT: Failure = (404, "not_found", "There is nothing here");

pub(super) const STALE: Failure = (
    412,
    "precondition_failed",
    "The precondition does not hold any more",
);

pub(super) const OF_WRITES: [Failure; 3] = [
    (409, "conflict", "The change collides with another one"),
    (413, "payload_too_large", "The body is too large"),
    (422, "unprocessable", "The request cannot be carried out"),
];

pub(super) const OTHER_TYPE: Failure = (
    415,
    "unsupported_media_type",
    "The media type of the body is not supported",
);

/// `*` or entity tags (RFC 9110 8.8.3, 13.1.1).
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$"#;

/// Times that are read everywhere.
pub(super) const TIME: &str =
    "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$";

pub(super) fn begun(id: &str, summary: &str) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(format!("webhooks_{id}")))
        .tag(TAG)
        .summary(Some(summary))
        .security(SecurityRequirement::new::<_, [&str; 0], &str>(BASIC, []))
        .security(SecurityRequirement::new::<_, [&str; 0], &str>(BEARER, []))
}

/// What is said of several operations in the same words.
pub(super) trait Described {
    fn with_failures(self, failures: &[Failure]) -> Self;

    /// It changes something, and may be sent again under one key.
    fn once(self) -> Self;
}

impl Described for OperationBuilder {
    fn with_failures(self, failures: &[Failure]) -> Self {
        failures.iter().fold(self, |operation, &(status, code, title)| {
            let example = examples::problem(status, code, title);
            let mut response = ResponseBuilder::new()
                .description(meaning(status))
                .content("application/problem+json", content("Problem", &example));
            if status == 401 {
                let challenge = header("One line per scheme.");
                response = response.header("WWW-Authenticate", challenge);
            }
            if status == 429 {
                response = response.header("Retry-After", header("Seconds to wait."));
            }
            operation.response(status.to_string(), response.build())
        })
    }

    fn once(self) -> Self {
        self.parameter(idempotency_key()).with_failures(&OF_WRITES)
    }
}

const fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be accepted; `errors` says which parts and why.",
        401 => "No good credentials.",
        403 => "Good credentials, and not allowed.",
        404 => "There is no such thing, or it is somebody else's.",
        409 => "There are as many as there may be, or the request is being carried out; `code` says which.",
        412 => "It is not in the state that the request names.",
        413 => "The body is too large.",
        415 => "The body is of a type that is not read here.",
        422 => "A setting cannot be, or the key was used for another request; `code` says which.",
        429 => "Too many failed attempts.",
        503 => "The service cannot be asked now.",
        _ => "Something went wrong on our side.",
    }
}

pub(super) fn content(schema: &str, example: &Value) -> Content {
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(format!("webhooks.{schema}"))))
        .example(Some(example.clone()))
        .build()
}

pub(super) fn answer(schema: &str, example: &Value) -> ResponseBuilder {
    ResponseBuilder::new()
        .description("What is there now.")
        .content("application/json", content(schema, example))
}

/// The answer of a request that may come again.
pub(super) fn answer_once(schema: &str, example: &Value) -> ResponseBuilder {
    let replayed = header("`true` where a request with this key was carried out before.");
    answer(schema, example).header("Idempotency-Replayed", replayed)
}

pub(super) fn tagged(response: ResponseBuilder) -> Response {
    response
        .header("ETag", header("The state, for `If-Match`."))
        .build()
}

pub(super) fn body(schema: &str, example: &Value, media_types: &[&str], required: Required) -> RequestBody {
    let body = media_types
        .iter()
        .fold(RequestBodyBuilder::new(), |body, media_type| {
            body.content(*media_type, content(schema, example))
        });
    body.required(Some(required)).build()
}

pub(super) fn header(description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(text()))
        .description(Some(description))
        .build()
}

pub(super) fn described(name: &str, place: ParameterIn, description: &str) -> ParameterBuilder {
    let required = if place == ParameterIn::Path {
        Required::True
    } else {
        Required::False
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(description))
}

pub(super) fn text() -> utoipa::openapi::Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

pub(super) fn id(of: &str) -> Parameter {
    described("id", ParameterIn::Path, &format!("Id of the {of}."))
        .schema(Some(text()))
        .example(Some("01a202a0-7f10-7a31-8b00-9d8c7b6a5f4e".into()))
        .build()
}

pub(super) fn limit(most: u32) -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(most));
    described(
        "limit",
        ParameterIn::Query,
        "Most of a page; 50 where nothing is said.",
    )
    .schema(Some(schema.build()))
    .build()
}

pub(super) fn cursor() -> Parameter {
    described(
        "cursor",
        ParameterIn::Query,
        "Where the page begins, from `next_cursor`.",
    )
    .schema(Some(text()))
    .build()
}

pub(super) fn if_match() -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(TAGS));
    described(
        "If-Match",
        ParameterIn::Header,
        "Entity tags of the states in which it may be changed. Left out, the last write wins.",
    )
    .schema(Some(schema.build()))
    .build()
}

fn idempotency_key() -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    described(
        "Idempotency-Key",
        ParameterIn::Header,
        "Names the request, so that sending it again does not carry it out again. Remembered for 24 hours where the operator says \
         nothing else.",
    )
    .schema(Some(schema.pattern(Some(PATTERN)).build()))
    .build()
}
