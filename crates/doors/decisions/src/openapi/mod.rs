//! Webhooks described in OpenAPI: every operation with its parameters, answers, failures and examples.
//!
//! What lives here: the description. That it is true is proved by the tests, which hold every route, every example and real answers
//! against it. The check API and the event stream are described by their standards, and by the schemas at `/events/v1/schemas`.

mod examples;
mod operations;
mod parts;
mod schemas;

use consentry_web::openapi::{Schemes, tag};
use utoipa::{OpenApi as _, openapi::OpenApi};

/// Of a client: its id and secret, or a token.
const SCHEMES: Schemes = Schemes {
    basic: "webhooks_basic",
    bearer: "webhooks_bearer",
};

/// Tag of the operations.
const TAG: &str = "webhooks";

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(
    schemas::Endpoint,
    schemas::EndpointToMake,
    schemas::EndpointToChange,
    schemas::EndpointWithSecret,
    schemas::Endpoints,
    schemas::Rotation,
    schemas::PublicKey,
    schemas::Delivery,
    schemas::ListedDelivery,
    schemas::Deliveries,
    schemas::ReplayToAsk,
    schemas::Replay,
    schemas::Empty,
    consentry_web::openapi::Problem,
)))]
struct Components;

/// What webhooks add to the description of the installation.
pub fn document() -> OpenApi {
    let mut document = Components::openapi();
    operations::describe(&mut document.paths);
    SCHEMES.describe(
        &mut document,
        "Id and secret of a client that is registered with the scope webhooks:manage.",
        "A token of such a client's own (client credentials) with the scope webhooks:manage.",
    );
    document.tags = Some(vec![tag(
        TAG,
        "Endpoints that are told what happens, and what became of their messages.",
    )]);
    document
}
