//! The door described in OpenAPI: every operation with its parameters, answers, failures and examples.
//!
//! What lives here: the description. That it is true is proved by the tests, which hold every route, every example and real answers
//! against it.

mod examples;
mod operations;
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
const BASIC: &str = "client_basic";

/// Name of the scheme with a token of a client.
const BEARER: &str = "client_bearer";

/// Tag of the operations.
const TAG: &str = "administration";

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(
    schemas::Definition,
    schemas::DefinitionToPut,
    schemas::Definitions,
    schemas::Localization,
    schemas::LocalizationToPut,
    schemas::Localizations,
    schemas::Account,
    schemas::AccountToPut,
    schemas::Accounts,
    schemas::Problem,
)))]
struct Components;

/// What the door adds to the description of the installation.
pub fn document() -> OpenApi {
    let mut document = Components::openapi();
    operations::describe(&mut document.paths);
    let components = document.components.get_or_insert_default();
    let basic = HttpBuilder::new()
        .scheme(HttpAuthScheme::Basic)
        .description(Some(
            "Id and secret of a client that is no third party and is registered with the scope consentry:admin.",
        ))
        .build();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "A token of such a client's own (client credentials) with the scope consentry:admin.",
        ))
        .build();
    components.add_security_scheme(BASIC, SecurityScheme::Http(basic));
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    document.tags = Some(vec![
        TagBuilder::new()
            .name(TAG)
            .description(Some(
                "Definitions, localizations and accounts, for administrators.",
            ))
            .build(),
    ]);
    document
}
