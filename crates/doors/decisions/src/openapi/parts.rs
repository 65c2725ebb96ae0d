//! What operations have in common: failures, headers, parameters.

use consentry_web::openapi::{
    Failure, Failures as _, TOO_LARGE, described, entity_tags, header, idempotency_key, replayed, text,
};
use serde_json::Value;
use utoipa::openapi::{
    Required, Response, ResponseBuilder,
    path::{OperationBuilder, Parameter, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
};

use super::{SCHEMES, TAG};

const OF_WRITES: [Failure; 3] = [
    (409, "conflict", "The change collides with another one"),
    TOO_LARGE,
    (422, "unprocessable", "The request cannot be carried out"),
];

/// Times that are read everywhere.
pub(super) const TIME: &str =
    "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$";

pub(super) fn begun(id: &str, summary: &str) -> OperationBuilder {
    SCHEMES.begun(&format!("webhooks_{id}"), TAG, summary)
}

/// What is said of several operations in the same words.
pub(super) trait Described {
    /// It changes something, and may be sent again under one key.
    fn once(self) -> Self;
}

impl Described for OperationBuilder {
    fn once(self) -> Self {
        self.parameter(idempotency_key()).with_failures(&OF_WRITES)
    }
}

fn content(schema: &str, example: &Value) -> utoipa::openapi::Content {
    consentry_web::openapi::content(&format!("webhooks.{schema}"), example)
}

pub(super) fn answer(schema: &str, example: &Value) -> ResponseBuilder {
    ResponseBuilder::new()
        .description("What is there now.")
        .content("application/json", content(schema, example))
}

/// The answer of a request that may come again.
pub(super) fn answer_once(schema: &str, example: &Value) -> ResponseBuilder {
    answer(schema, example).header("Idempotency-Replayed", replayed())
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

pub(super) fn id(of: &str) -> Parameter {
    described("id", ParameterIn::Path, &format!("Id of the {of}."))
        .schema(Some(text()))
        .example(Some("01a202a0-7f10-7a31-8b00-9d8c7b6a5f4e".into()))
        .build()
}

pub(super) fn limit(most: u32) -> Parameter {
    consentry_web::openapi::limit(Some(most), "Most of a page; 50 where nothing is said.")
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
    entity_tags(
        "If-Match",
        "Entity tags of the states in which it may be changed. Left out, the last write wins.",
    )
    .build()
}
