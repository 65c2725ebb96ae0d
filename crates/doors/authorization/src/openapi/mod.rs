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
    schemas::consents::Consents,
    schemas::consents::OneConsent,
    schemas::consents::LookedUp,
    schemas::consents::Report,
    schemas::consents::Reported,
    schemas::clients::Client,
    schemas::clients::ClientToRegister,
    schemas::clients::ClientToChange,
    schemas::clients::Clients,
    schemas::clients::ResourcesToSet,
    schemas::clients::SecretToRotate,
    schemas::clients::RotatedSecret,
    schemas::clients::OneApplication,
    schemas::clients::Applications,
    schemas::clients::ApplicationToChange,
    schemas::oauth::Failure,
    schemas::oauth::TokenRequest,
    schemas::oauth::TokenAnswer,
    schemas::oauth::TokenToLookAt,
    schemas::oauth::Introspected,
    schemas::oauth::RequestToPush,
    schemas::oauth::Pushed,
    schemas::oauth::UserInfo,
    schemas::oauth::Keys,
    schemas::oauth::Metadata,
    schemas::oauth::Refusal,
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
