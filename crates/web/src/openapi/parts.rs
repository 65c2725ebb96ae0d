//! Headers, parameters and bodies.

use serde_json::Value;
use utoipa::openapi::{
    Content, ContentBuilder, Header, HeaderBuilder, Object, ObjectBuilder, Ref, Required, Type,
    path::{Parameter, ParameterBuilder, ParameterIn},
};

use crate::idempotency::PATTERN;

/// `*` or entity tags (RFC 9110 8.8.3, 13.1.1).
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$"#;

/// Any text.
pub fn text() -> Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

/// A text that a regular expression fits.
pub fn text_like(pattern: &str) -> Object {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    schema.pattern(Some(pattern)).build()
}

/// A header of an answer.
pub fn header(description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(text()))
        .description(Some(description))
        .build()
}

/// The header by which an answer says that it is that of an earlier request.
pub fn replayed() -> Header {
    header("`true` where a request with this key was carried out before.")
}

/// The beginning of a parameter; required in a path, optional elsewhere.
pub fn described(name: &str, place: ParameterIn, description: &str) -> ParameterBuilder {
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

/// A condition on entity tags: `If-Match` or `If-None-Match`.
pub fn entity_tags(name: &str, description: &str) -> ParameterBuilder {
    described(name, ParameterIn::Header, description).schema(Some(text_like(TAGS)))
}

/// How many of a list a page has: from 1 to `most`; none where that is the tenant's to say.
pub fn limit(most: Option<u32>, description: &str) -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(most);
    described("limit", ParameterIn::Query, description)
        .schema(Some(schema.build()))
        .build()
}

/// The header that names a request.
pub fn idempotency_key() -> Parameter {
    described(
        "Idempotency-Key",
        ParameterIn::Header,
        "Names the request, so that sending it again does not carry it out again. Remembered for 24 hours where the operator says \
         nothing else.",
    )
    .schema(Some(text_like(PATTERN)))
    .build()
}

/// A body of a schema of the description, by its whole name.
pub fn content(schema: &str, example: &Value) -> Content {
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(schema)))
        .example(Some(example.clone()))
        .build()
}
