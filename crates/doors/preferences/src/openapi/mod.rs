//! The door described in OpenAPI: every operation for programs with its bodies, answers, failures and examples.
//!
//! What lives here: the description, of the addresses with `/v1` in front. That it is true is proved by the tests, which hold every route,
//! every example and real answers against it. The pages for people are no part of it.

mod examples;
mod operations;
mod schemas;

use consentry_web::openapi::tag;
use utoipa::{
    OpenApi as _,
    openapi::{
        OpenApi,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// Tag of the operations.
const TAG: &str = "preferences";

/// A session of a back end, or the consent token of a person.
const BEARER: &str = "preferences_bearer";

/// The public key of the organization.
const PUBLIC_KEY: &str = "preferences_public_key";

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(
    schemas::SessionToOpen,
    schemas::Session,
    schemas::TokenToIssue,
    schemas::Token,
    schemas::people::EventToRecord,
    schemas::people::EventToCorrect,
    schemas::people::Event,
    schemas::Events,
    schemas::LinkToMake,
    schemas::Link,
    schemas::SecretToMake,
    schemas::Secret,
    schemas::SecretMade,
    schemas::Secrets,
    schemas::people::ProofToKeep,
    schemas::people::Proof,
    schemas::people::UserToWrite,
    schemas::people::User,
    schemas::people::Users,
    consentry_web::openapi::Erasure,
    schemas::words::PurposeToDefine,
    schemas::words::Purpose,
    schemas::Purposes,
    schemas::words::PreferenceToDefine,
    schemas::words::Preference,
    schemas::Preferences,
    schemas::words::Regulations,
    schemas::words::Languages,
    schemas::words::ConfigurationTree,
    schemas::centers::CenterToMake,
    schemas::centers::Center,
    schemas::Centers,
    schemas::centers::WidgetToMake,
    schemas::centers::Widget,
    schemas::Widgets,
    schemas::WidgetTemplates,
    schemas::ApiKeys,
    schemas::centers::ApiKey,
    schemas::centers::ApiKeyToSwitchOff,
    schemas::centers::WidgetsToDeploy,
    schemas::centers::Deployment,
    schemas::ProviderToWrite,
    schemas::Provider,
    schemas::Providers,
    schemas::WayIn,
    schemas::CodeSent,
    schemas::LinkSent,
    schemas::CodeToVerify,
    schemas::TokenGot,
    schemas::Failure,
)))]
struct Components;

/// What the door adds to the description of the installation.
pub fn document() -> OpenApi {
    let mut document = Components::openapi();
    operations::describe(&mut document.paths);
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "A session of a back end, which an API key opens, or the consent token of a person.",
        ));
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer.build()));
    let key = ApiKeyValue::with_description(
        "key",
        "The public key of the organization. It grants nothing by itself.",
    );
    components.add_security_scheme(PUBLIC_KEY, SecurityScheme::ApiKey(ApiKey::Query(key)));
    document.tags = Some(vec![tag(
        TAG,
        "Consent tokens, consent events and users, as Didomi's Platform API has them. Each address works without `/v1` too.",
    )]);
    document
}
