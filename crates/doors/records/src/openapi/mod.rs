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

/// Name of the scheme with user name and password.
const BASIC: &str = "basic";

/// Name of the scheme with a token.
const BEARER: &str = "bearer";

/// The operations about definitions and localizations.
const DEFINITIONS: &str = "definitions";

/// The operations about records.
const CONSENTS: &str = "consents";

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(
    schemas::Definition,
    schemas::Localization,
    schemas::Consent,
    schemas::ConsentToCreate,
    schemas::ConsentChanges,
    schemas::Definitions,
    schemas::Localizations,
    schemas::Consents,
    schemas::Failure,
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
            "User name, or distinguished name, and password of a person or an account.",
        ))
        .build();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "An access token with the scope of ordinary requesters or that of privileged ones.",
        ))
        .build();
    components.add_security_scheme(BASIC, SecurityScheme::Http(basic));
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    document.tags = Some(vec![
        TagBuilder::new()
            .name(DEFINITIONS)
            .description(Some(
                "What can be agreed to, and the words it is asked with. Read-only.",
            ))
            .build(),
        TagBuilder::new()
            .name(CONSENTS)
            .description(Some("Records of who agreed to what."))
            .build(),
    ]);
    document
}
