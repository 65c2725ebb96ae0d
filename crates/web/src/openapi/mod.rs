//! What doors say in the same words when they describe themselves in OpenAPI.
//!
//! What lives here: how callers prove who they are, failures as problem documents, and the parts that most operations have. What a door
//! alone has, it describes itself.

mod erasure;
mod failures;
mod parts;

use utoipa::openapi::{
    OpenApi,
    path::OperationBuilder,
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    tag::{Tag, TagBuilder},
};

pub use self::{
    erasure::{Erasure, ErasureResult, erasure},
    failures::{ABSENT, EVERYWHERE, Failure, Failures, OTHER_TYPE, Problem, STALE, TOO_LARGE, Wrong},
    parts::{content, described, entity_tags, header, idempotency_key, limit, replayed, text, text_like},
};

/// The two ways in which callers of a door prove who they are. The names are those of the schemes in the whole description, where every
/// door has its own: what it asks of callers differs.
#[derive(Debug, Clone, Copy)]
pub struct Schemes {
    /// Name and password, or id and secret (RFC 7617).
    pub basic: &'static str,
    /// A token (RFC 6750).
    pub bearer: &'static str,
}

impl Schemes {
    /// Adds both to a description, with what the door asks of each.
    pub fn describe(self, document: &mut OpenApi, of_basic: &str, of_bearer: &str) {
        let components = document.components.get_or_insert_default();
        for (name, scheme, description) in [
            (self.basic, HttpAuthScheme::Basic, of_basic),
            (self.bearer, HttpAuthScheme::Bearer, of_bearer),
        ] {
            let http = HttpBuilder::new().scheme(scheme).description(Some(description));
            components.add_security_scheme(name, SecurityScheme::Http(http.build()));
        }
    }

    /// The beginning of an operation that takes either.
    pub fn begun(self, id: &str, tag: &str, summary: &str) -> OperationBuilder {
        let either =
            [self.basic, self.bearer].map(|name| SecurityRequirement::new::<_, [&str; 0], &str>(name, []));
        OperationBuilder::new()
            .operation_id(Some(id))
            .tag(tag)
            .summary(Some(summary))
            .securities(Some(either))
    }
}

/// A tag, under which operations are listed.
pub fn tag(name: &str, description: &str) -> Tag {
    TagBuilder::new()
        .name(name)
        .description(Some(description))
        .build()
}
