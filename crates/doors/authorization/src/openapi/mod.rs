//! The door described in OpenAPI: every operation for programs with its bodies, answers, failures and examples.
//!
//! What lives here: the description, of the addresses with `/cis` in front, which discovery names. That it is true is proved by the tests,
//! which hold every route, every example and real answers against it. What happens in a person's browser is no part of it: there the
//! specifications of OAuth 2.0 and OpenID Connect say everything.

mod examples;
mod operations;
mod schemas;

use consentry_web::openapi::{Schemes, tag};
use utoipa::{OpenApi as _, openapi::OpenApi};

/// Tag of the operations.
const TAG: &str = "authorization";

/// Of a client: its id and secret; or a token, of its own or of a person.
const SCHEMES: Schemes = Schemes {
    basic: "authorization_basic",
    bearer: "authorization_bearer",
};

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(
    schemas::Consents,
    schemas::OneConsent,
    schemas::LookedUp,
    schemas::Report,
    schemas::Reported,
    schemas::Client,
    schemas::ClientToRegister,
    schemas::ClientToChange,
    schemas::Clients,
    schemas::ResourcesToSet,
    schemas::SecretToRotate,
    schemas::RotatedSecret,
    schemas::OneApplication,
    schemas::Applications,
    schemas::ApplicationToChange,
    schemas::Failure,
    schemas::TokenRequest,
    schemas::TokenAnswer,
    schemas::TokenToLookAt,
    schemas::Introspected,
    schemas::RequestToPush,
    schemas::Pushed,
    schemas::UserInfo,
    schemas::Keys,
    schemas::Metadata,
    schemas::Refusal,
)))]
struct Components;

/// What the door adds to the description of the installation.
pub fn document() -> OpenApi {
    let mut document = Components::openapi();
    operations::describe(&mut document.paths);
    SCHEMES.describe(
        &mut document,
        "Id and secret of a client, form-encoded each (RFC 6749 2.3.1).",
        "An access token: a client's own (client credentials), or a person's through a client of the first party.",
    );
    document.tags = Some(vec![tag(
        TAG,
        "OAuth 2.0, OpenID Connect, consents of third parties and their clients. Each address works without `/cis` too.",
    )]);
    document
}
