//! The door described in OpenAPI: every operation for programs with its headers, bodies, answers, failures and examples.
//!
//! What lives here: the description. That it is true is proved by the tests, which hold every route, every example and real answers
//! against it. The pages for people are no part of it.

mod examples;
mod operations;
mod schemas;

use consentry_web::openapi::tag;
use utoipa::{OpenApi as _, openapi::OpenApi};

/// Tag of the operations.
const TAG: &str = "dataspace";

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(
    schemas::Configuration,
    schemas::Dataspace,
    schemas::KeySet,
    schemas::ConsentRequests,
    schemas::ConsentsRequested,
    schemas::AllConsentsGranted,
    schemas::DataSource,
    schemas::Token,
    schemas::Revoked,
    schemas::Verified,
    schemas::ToIntrospect,
    schemas::Introspected,
    schemas::Failure,
)))]
struct Components;

/// What the door adds to the description of the installation.
pub fn document() -> OpenApi {
    let mut document = Components::openapi();
    operations::describe(&mut document.paths);
    document.tags = Some(vec![tag(
        TAG,
        "The consent provider of a dataspace: the IOXIO dataspace consent protocol 0.2. Served where the tenant has a dataspace.",
    )]);
    document
}
