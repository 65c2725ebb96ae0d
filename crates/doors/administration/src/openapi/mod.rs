//! The door described in OpenAPI: every operation with its parameters, answers, failures and examples.
//!
//! What lives here: the description. That it is true is proved by the tests, which hold every route, every example and real answers
//! against it.

mod examples;
mod operations;
mod schemas;

use consentry_web::openapi::{Schemes, tag};
use utoipa::{OpenApi as _, openapi::OpenApi};

/// Of a client: its id and secret, or a token.
const SCHEMES: Schemes = Schemes {
    basic: "client_basic",
    bearer: "client_bearer",
};

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
    schemas::PersonName,
    schemas::Person,
    schemas::Restriction,
    schemas::RestrictionToPut,
    consentry_web::openapi::Erasure,
    schemas::ErasureToBegin,
    schemas::Hold,
    schemas::HoldToMake,
    schemas::Holds,
    schemas::Mail,
    schemas::Mails,
    schemas::MailAgain,
    consentry_web::openapi::Problem,
)))]
struct Components;

/// What the door adds to the description of the installation.
pub fn document() -> OpenApi {
    let mut document = Components::openapi();
    operations::describe(&mut document.paths);
    SCHEMES.describe(
        &mut document,
        "Id and secret of a client that is no third party and is registered with the scope consentry:admin.",
        "A token of such a client's own (client credentials) with the scope consentry:admin.",
    );
    document.tags = Some(vec![tag(
        TAG,
        "Definitions, localizations, accounts, restrictions of processing, erasures, legal holds and mails that were given up, for administrators.",
    )]);
    document
}
