//! The shapes of bodies. They are read by the compiler of the description and never made.

#![expect(dead_code, reason = "these types only describe")]

pub(super) mod centers;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use self::centers::{ApiKey, Center, Widget, WidgetTemplate};

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

/// What somebody chose; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Choices)]
pub(super) struct Choices {
    #[schema(nullable = false, max_items = 1000)]
    purposes: Option<Vec<PurposeChoice>>,
    #[schema(nullable = false, max_items = 1000)]
    channels: Option<Vec<ChannelChoice>>,
}

/// A purpose.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::PurposeChoice)]
pub(super) struct PurposeChoice {
    #[schema(min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    id: String,
    /// Whether it is on; `null` where nobody said.
    enabled: Option<bool>,
    /// The chosen values of its preferences.
    #[schema(nullable = false)]
    values: Option<BTreeMap<String, ValueChoice>>,
}

/// The chosen values of a preference, joined by commas.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ValueChoice)]
pub(super) struct ValueChoice {
    value: String,
}

/// A channel.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ChannelChoice)]
pub(super) struct ChannelChoice {
    #[schema(min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    id: String,
    enabled: Option<bool>,
}

/// Whom an event is about.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Whom)]
pub(super) struct Whom {
    /// A device of theirs.
    #[schema(nullable = false, min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    id: Option<String>,
    /// By what the organization knows them.
    #[schema(nullable = false, min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    organization_user_id: Option<String>,
    /// Laid over what is known about them.
    #[schema(nullable = false)]
    metadata: Option<BTreeMap<String, Value>>,
}

/// An event. A session may also send 1 to 100 in a list.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::EventToRecord)]
pub(super) struct EventToRecord {
    /// Its id; events of an id that is there are not taken again.
    #[schema(nullable = false, min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    id: Option<String>,
    #[schema(nullable = false)]
    user: Option<Whom>,
    consents: Choices,
    /// `gdpr` where it is left out.
    #[schema(nullable = false, pattern = "^(gdpr|cpra|cpa|ctdpa|vcdpa)$")]
    regulation: Option<String>,
    /// Where the choice was made.
    #[schema(nullable = false, max_length = 256)]
    domain: Option<String>,
    #[schema(nullable = false)]
    metadata: Option<BTreeMap<String, bool>>,
}

/// What is laid over an event.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::EventToCorrect)]
pub(super) struct EventToCorrect {
    #[schema(nullable = false, pattern = "^(confirmed|pending_approval)$")]
    status: Option<String>,
    #[schema(nullable = false)]
    consents: Option<Choices>,
    #[schema(nullable = false)]
    metadata: Option<BTreeMap<String, bool>>,
}

/// An event.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Event)]
pub(super) struct Event {
    id: String,
    organization_id: String,
    created_at: String,
    updated_at: String,
    #[schema(pattern = "^(confirmed|pending_approval|rejected|expired)$")]
    status: String,
    regulation: String,
    user: Whom,
    consents: Choices,
    /// Files that came with it.
    #[schema(nullable = false)]
    proofs_id: Option<Vec<String>>,
    #[schema(nullable = false)]
    metadata: Option<BTreeMap<String, Value>>,
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

/// A file.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ProofToKeep)]
pub(super) struct ProofToKeep {
    /// A data URI in base64: PDF, PNG, JPG, GIF, DOCX or DOC.
    #[schema(pattern = "^data:application/pdf;base64,JVBERi0x[A-Za-z0-9+/]{4}$")]
    file: String,
}

/// A file that is kept.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Proof)]
pub(super) struct Proof {
    id: String,
    /// Bytes.
    size: u64,
    /// A data URI in base64.
    file: String,
}

/// What is known about a person.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::UserToWrite)]
pub(super) struct UserToWrite {
    #[schema(nullable = false, min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    organization_user_id: Option<String>,
    #[schema(nullable = false)]
    metadata: Option<BTreeMap<String, bool>>,
    #[schema(nullable = false, pattern = "^[A-Z]{2}$")]
    country: Option<String>,
}

/// A person under one regulation.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::User)]
pub(super) struct User {
    /// A device of theirs.
    id: String,
    organization_id: String,
    #[schema(nullable = false)]
    organization_user_id: Option<String>,
    version: u64,
    created_at: String,
    updated_at: String,
    regulation: String,
    metadata: BTreeMap<String, Value>,
    consents: Choices,
}

/// A part of the list of people.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Users)]
pub(super) struct Users {
    /// How many people are in this part.
    limit: u64,
    /// Where the next part begins; none at the end.
    cursor: Option<String>,
    data: Vec<User>,
}

/// A purpose that is wanted. Texts are in the organization's language; objects of texts by language are taken too.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::PurposeToDefine)]
pub(super) struct PurposeToDefine {
    #[schema(nullable = false, max_length = 4000)]
    name: Option<String>,
    /// What for.
    #[schema(nullable = false, max_length = 4000)]
    description: Option<String>,
    /// Which data.
    #[schema(nullable = false, max_length = 4000)]
    details: Option<String>,
    /// Whether a yes to it is a yes to all of its preferences.
    #[schema(nullable = false)]
    one_click: Option<bool>,
    /// What it is called elsewhere; `didomi` and `custom` are taken for its id.
    #[schema(nullable = false)]
    namespaces: Option<Namespaces>,
}

/// Names of a purpose elsewhere.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Namespaces)]
pub(super) struct Namespaces {
    #[schema(nullable = false, min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    didomi: Option<String>,
    #[schema(nullable = false, min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    custom: Option<String>,
}

/// A purpose. With `$translations` texts are objects by language.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Purpose)]
pub(super) struct Purpose {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    name: Value,
    description: Value,
    details: Value,
    organization_id: String,
    one_click: bool,
    /// What it is called elsewhere, by name space.
    namespaces: BTreeMap<String, String>,
}

/// A preference that is wanted.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::PreferenceToDefine)]
pub(super) struct PreferenceToDefine {
    /// The purpose that it belongs to.
    #[schema(pattern = "^(news|surveys)$")]
    purpose_id: String,
    #[schema(nullable = false, max_length = 4000)]
    name: Option<String>,
    #[serde(rename = "type")]
    #[schema(nullable = false, pattern = "^(single|multi)$")]
    kind: Option<String>,
    #[schema(min_items = 1, max_items = 1)]
    values: Vec<ValueToDefine>,
}

/// A value of a preference.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ValueToDefine)]
pub(super) struct ValueToDefine {
    #[schema(pattern = "^[a-z]{1,20}$")]
    id: String,
    #[schema(nullable = false)]
    name: Option<BTreeMap<Language, String>>,
}

/// A language.
#[derive(Deserialize, ToSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
#[schema(as = preferences::Language)]
pub(super) enum Language {
    En,
    Ar,
}

/// A preference.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Preference)]
pub(super) struct Preference {
    id: String,
    name: Value,
    description: Value,
    #[serde(rename = "type")]
    kind: String,
    purpose_id: Option<String>,
    values: Vec<BTreeMap<String, Value>>,
    organization_id: String,
}

/// The regulations that choices can be made under.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Regulations)]
pub(super) struct Regulations {
    data: Vec<Regulation>,
}

/// The languages of the product's own words.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Languages)]
pub(super) struct Languages {
    available: Vec<String>,
    default: String,
    #[serde(rename = "defaultCountries")]
    default_countries: BTreeMap<String, String>,
}

/// What can be chosen.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ConfigurationTree)]
pub(super) struct ConfigurationTree {
    purposes: Vec<TreePurpose>,
}

/// A purpose with what belongs to it.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::TreePurpose)]
pub(super) struct TreePurpose {
    id: String,
    one_click: bool,
    preferences: Vec<TreePreference>,
}

/// A preference with its values.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::TreePreference)]
pub(super) struct TreePreference {
    id: String,
    values: Vec<String>,
}

/// A regulation.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Regulation)]
pub(super) struct Regulation {
    id: String,
    name: String,
    countries: Vec<String>,
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
