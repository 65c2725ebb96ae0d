//! The shapes of bodies. They are read by the compiler of the description and never made.

#![expect(dead_code, reason = "these types only describe")]

pub(super) mod centers;
pub(super) mod people;
pub(super) mod words;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use self::{
    centers::{ApiKey, Center, Widget, WidgetTemplate},
    people::{Event, EventToRecord},
    words::{Preference, Purpose},
};

/// A credential of a back end.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::SessionToOpen)]
pub(super) struct SessionToOpen {
    #[serde(rename = "type")]
    #[schema(pattern = "^api-key$")]
    kind: String,
    /// The API key.
    key: String,
    secret: String,
}

/// A session: an hour.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Session)]
pub(super) struct Session {
    #[serde(rename = "type")]
    kind: String,
    key: String,
    /// To be sent as bearer token.
    access_token: String,
}

/// What a token may be used for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = preferences::Permission)]
pub(super) enum Permission {
    Read,
    Write,
}

/// What is asked before a choice counts.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Validation)]
pub(super) struct Validation {
    enabled: bool,
    /// Whether somebody has to approve; true where it is left out.
    #[schema(nullable = false)]
    approval: Option<bool>,
}

/// A consent token that is wanted.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::TokenToIssue)]
pub(super) struct TokenToIssue {
    /// By what the organization knows the person.
    #[schema(min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    organization_user_id: String,
    /// Seconds; 900 where it is left out.
    #[schema(minimum = 1, maximum = 31_536_000, nullable = false)]
    lifetime: Option<i64>,
    /// What the holder can read in it.
    #[schema(nullable = false)]
    metadata: Option<BTreeMap<String, bool>>,
    #[schema(nullable = false, min_items = 1)]
    permissions: Option<Vec<Permission>>,
}

/// A consent token.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Token)]
pub(super) struct Token {
    /// To be sent as bearer token.
    id_token: String,
    organization_id: String,
    organization_user_id: String,
    /// Seconds.
    lifetime: i64,
    expires_at: String,
    /// By what it is revoked.
    jti: String,
    #[schema(nullable = false)]
    metadata: Option<BTreeMap<String, Value>>,
    #[schema(nullable = false)]
    permissions: Option<Vec<Permission>>,
}

/// A link that records an event when it is opened.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::LinkToMake)]
pub(super) struct LinkToMake {
    #[schema(min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    organization_user_id: String,
    #[schema(pattern = "^event\\.create$")]
    action: String,
    event: EventToRecord,
    /// Seconds; 900 where it is left out.
    #[schema(minimum = 1, maximum = 31_536_000, nullable = false)]
    lifetime: Option<i64>,
}

/// A link.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Link)]
pub(super) struct Link {
    organization_user_id: String,
    action: String,
    event: BTreeMap<String, Value>,
    lifetime: i64,
    /// What a browser opens.
    url: String,
}

/// A secret that a back end makes links with by itself.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::SecretToMake)]
pub(super) struct SecretToMake {
    #[schema(nullable = false, max_length = 1000)]
    name: Option<String>,
    #[schema(nullable = false, max_length = 1000)]
    description: Option<String>,
    /// Whether links made with it work.
    #[schema(nullable = false)]
    enabled: Option<bool>,
}

/// A secret, without what is secret of it.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Secret)]
pub(super) struct Secret {
    /// What links name it by, as `auth_sid`.
    id: String,
    organization_id: String,
    name: String,
    #[schema(nullable = false)]
    description: Option<String>,
    enabled: bool,
    version: u64,
    created_at: String,
    updated_at: String,
}

/// A secret that was just made.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::SecretMade)]
pub(super) struct SecretMade {
    id: String,
    organization_id: String,
    name: String,
    #[schema(nullable = false)]
    description: Option<String>,
    enabled: bool,
    version: u64,
    created_at: String,
    updated_at: String,
    /// Shown this once.
    secret: String,
}

/// Secrets.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Secrets)]
pub(super) struct Secrets {
    total: u64,
    limit: u64,
    skip: u64,
    data: Vec<Secret>,
}

/// A way in by mail.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ProviderToWrite)]
pub(super) struct ProviderToWrite {
    #[serde(rename = "type")]
    #[schema(pattern = "^otp$")]
    kind: String,
    /// Whether it is the usual one from now on.
    #[schema(nullable = false)]
    is_default: Option<bool>,
}

/// A way in by mail. Each is always there.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Provider)]
pub(super) struct Provider {
    id: String,
    #[serde(rename = "type")]
    #[schema(pattern = "^(otp|message)$")]
    kind: String,
    organization_id: String,
    is_default: bool,
}

/// Which way in a page shall offer.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::WayIn)]
pub(super) struct WayIn {
    auth_provider_id: String,
    #[serde(rename = "type")]
    #[schema(pattern = "^(otp|message)$")]
    kind: String,
}

/// A code is on its way, if there is somebody to send it to.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::CodeSent)]
pub(super) struct CodeSent {
    redirect_url: String,
    /// Where the code is verified.
    callback: String,
}

/// A link is on its way, if there is somebody to send it to.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::LinkSent)]
pub(super) struct LinkSent {
    message: String,
}

/// A code that somebody got.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::CodeToVerify)]
pub(super) struct CodeToVerify {
    #[schema(max_length = 64)]
    code: String,
    /// The name that it was asked for with.
    #[schema(min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    organization_user_id: String,
}

/// A consent token for whoever got a code.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::TokenGot)]
pub(super) struct TokenGot {
    id_token: String,
    organization_user_id: String,
    /// Seconds.
    lifetime: i64,
    expires_at: String,
}

macro_rules! list {
    ($name:ident, $of:ident) => {
        /// A part of a list, with how many there are in all.
        #[derive(Deserialize, ToSchema)]
        #[schema(as = preferences::$name)]
        pub(super) struct $name {
            total: u64,
            limit: u64,
            skip: u64,
            data: Vec<$of>,
        }
    };
}
list!(Events, Event);
list!(Purposes, Purpose);
list!(Preferences, Preference);
list!(Centers, Center);
list!(ApiKeys, ApiKey);
list!(Widgets, Widget);
list!(WidgetTemplates, WidgetTemplate);
list!(Providers, Provider);

/// Why a request was refused.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Failure)]
pub(super) struct Failure {
    /// That of the answer.
    code: u16,
    /// The same for every occurrence.
    name: String,
    message: String,
    /// What is wrong, by its place.
    errors: BTreeMap<String, Value>,
}
