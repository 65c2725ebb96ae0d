//! The door described in OpenAPI: every operation with its parameters, answers, failures and examples.
//!
//! What lives here: the description. That it is true is proved by the tests, which hold every route, every example and real answers
//! against it.

mod examples;
mod operations;
mod schemas;

use consentry_web::openapi::{Schemes, tag};
use utoipa::{OpenApi as _, openapi::OpenApi};

/// Of a person or an account: name and password, or a token.
const SCHEMES: Schemes = Schemes {
    basic: "basic",
    bearer: "bearer",
};

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
    SCHEMES.describe(
        &mut document,
        "User name, or distinguished name, and password of a person or an account.",
        "An access token with the scope of ordinary requesters or that of privileged ones.",
    );
    document.tags = Some(vec![
        tag(
            DEFINITIONS,
            "What can be agreed to, and the words it is asked with. Read-only.",
        ),
        tag(CONSENTS, "Records of who agreed to what."),
    ]);
    document
}
