//! Webhooks described in OpenAPI: every operation with its parameters, answers, failures and examples.
//!
//! What lives here: the description. That it is true is proved by the tests, which hold every route, every example and real answers
//! against it. The check API and the event stream are described by their standards, and by the schemas at `/events/v1/schemas`.

mod examples;
mod operations;
mod parts;
mod schemas;

use utoipa::{
    OpenApi as _,
    openapi::{
        OpenApi,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};

/// Name of the scheme with id and secret of a client.
const BASIC: &str = "webhooks_basic";

/// Name of the scheme with a token of a client.
const BEARER: &str = "webhooks_bearer";

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
    schemas::Problem,
)))]
struct Components;

/// What webhooks add to the description of the installation.
pub fn document() -> OpenApi {
    let mut document = Components::openapi();
    operations::describe(&mut document.paths);
    let components = document.components.get_or_insert_default();
    let basic = HttpBuilder::new()
        .scheme(HttpAuthScheme::Basic)
        .description(Some(
            "Id and secret of a client that is registered with the scope webhooks:manage.",
        ))
        .build();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "A token of such a client's own (client credentials) with the scope webhooks:manage.",
        ))
        .build();
    components.add_security_scheme(BASIC, SecurityScheme::Http(basic));
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    document.tags = Some(vec![
        TagBuilder::new()
            .name(TAG)
            .description(Some(
                "Endpoints that are told what happens, and what became of their messages.",
            ))
            .build(),
    ]);
    document
}
