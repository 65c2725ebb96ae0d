//! The shapes of bodies. They are read by the compiler of the description and never made.

#![expect(dead_code, reason = "these types only describe")]

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A link of HAL.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::Link)]
pub(super) struct Link {
    /// Absolute address.
    #[schema(format = "uri")]
    href: String,
}

/// A link to a localization.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::LocalizationLink)]
pub(super) struct LocalizationLink {
    /// Absolute address.
    #[schema(format = "uri")]
    href: String,
    /// Its locale.
    hreflang: String,
}

/// A kind of agreement: which data, for which purpose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = records::Definition, example = super::examples::definition)]
pub(super) struct Definition {
    #[serde(rename = "_links")]
    links: DefinitionLinks,
    #[serde(rename = "_embedded")]
    #[schema(nullable = false)]
    embedded: Option<DefinitionEmbedded>,
    /// Unique and independent of the version.
    #[schema(max_length = 1024)]
    id: String,
    /// Label for people.
    #[schema(nullable = false)]
    display_name: Option<String>,
    /// Longer description for operators.
    #[schema(nullable = false)]
    description: Option<String>,
    /// Free parameters.
    #[schema(nullable = false, min_items = 1)]
    parameters: Option<Vec<String>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::DefinitionLinks)]
pub(super) struct DefinitionLinks {
    #[serde(rename = "self")]
    own: Link,
    localizations: Vec<LocalizationLink>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::DefinitionEmbedded)]
pub(super) struct DefinitionEmbedded {
    localizations: Vec<Localization>,
}

/// The current wording of a definition in one locale.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = records::Localization, example = super::examples::localization)]
pub(super) struct Localization {
    #[serde(rename = "_links")]
    links: LocalizationLinks,
    #[serde(rename = "_embedded")]
    #[schema(nullable = false)]
    embedded: Option<LocalizationEmbedded>,
    /// Equals the locale.
    id: String,
    /// Language tag.
    locale: String,
    /// Version of the wording, `MAJOR.MINOR`.
    #[schema(pattern = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")]
    version: String,
    /// Title or summary.
    #[schema(nullable = false)]
    title_text: Option<String>,
    /// Which data.
    data_text: String,
    /// What for.
    purpose_text: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::LocalizationLinks)]
pub(super) struct LocalizationLinks {
    #[serde(rename = "self")]
    own: Link,
    parent: Link,
    definition: Link,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::LocalizationEmbedded)]
pub(super) struct LocalizationEmbedded {
    #[schema(no_recursion)]
    definition: Box<Definition>,
}

/// What a record answers. A tenant may have added statuses (`additional_statuses`), which are not in this list.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = records::Status)]
pub(super) enum Status {
    /// Asked for, not yet answered.
    Pending,
    /// Granted.
    Accepted,
    /// Refused when asked.
    Denied,
    /// Granted earlier, then withdrawn.
    Revoked,
}

/// One individual's answer to one definition, in one locale, at one version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = records::Consent, example = super::examples::consent)]
pub(super) struct Consent {
    #[serde(rename = "_links")]
    links: ConsentLinks,
    #[serde(rename = "_embedded")]
    #[schema(nullable = false)]
    embedded: Option<ConsentEmbedded>,
    #[schema(format = "uuid")]
    id: String,
    status: Status,
    /// The individual whose data it is, as given.
    subject: String,
    /// Distinguished name of the subject, where there is one.
    #[serde(rename = "subjectDN")]
    #[schema(nullable = false)]
    subject_dn: Option<String>,
    /// The individual who answered, as given.
    #[schema(nullable = false)]
    actor: Option<String>,
    /// Distinguished name of the actor, where there is one.
    #[serde(rename = "actorDN")]
    #[schema(nullable = false)]
    actor_dn: Option<String>,
    /// The application, service or entity the answer is for.
    #[schema(nullable = false)]
    audience: Option<String>,
    /// With whom access is shared.
    #[schema(nullable = false, min_items = 1, max_items = 256)]
    collaborators: Option<Vec<String>>,
    definition: DefinitionReference,
    /// Title that was shown.
    #[schema(nullable = false)]
    title_text: Option<String>,
    /// Text about the data that was shown.
    #[schema(nullable = false)]
    data_text: Option<String>,
    /// Text about the purpose that was shown.
    #[schema(nullable = false)]
    purpose_text: Option<String>,
    /// Opaque: an object or an array.
    #[schema(nullable = false)]
    data: Option<Opaque>,
    /// Opaque: how and from where the answer was captured.
    #[schema(nullable = false)]
    consent_context: Option<Map<String, Value>>,
    /// The only actions that it is about; where it is left out, all that the definition has.
    #[schema(nullable = false, min_items = 1, max_items = 32)]
    actions: Option<Vec<Action>>,
    /// When it was made: UTC with milliseconds.
    #[schema(format = DateTime)]
    created_date: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_date: String,
}

/// Anything that is an object or an array.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = records::Opaque)]
pub(super) enum Opaque {
    Object(Map<String, Value>),
    Array(Vec<Value>),
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::ConsentLinks)]
pub(super) struct ConsentLinks {
    #[serde(rename = "self")]
    own: Link,
    definition: Link,
    #[schema(nullable = false)]
    localization: Option<LocalizationLink>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::ConsentEmbedded)]
pub(super) struct ConsentEmbedded {
    #[schema(nullable = false)]
    definition: Option<Definition>,
    #[schema(nullable = false)]
    localization: Option<Localization>,
}

/// Which words were answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = records::DefinitionReference)]
pub(super) struct DefinitionReference {
    id: String,
    /// Version that was shown.
    #[schema(nullable = false)]
    version: Option<String>,
    /// Version that is current now for the locale.
    #[schema(nullable = false)]
    current_version: Option<String>,
    /// Locale that was shown.
    #[schema(nullable = false)]
    locale: Option<String>,
}

/// A whole record, to be made or to take the place of another. Attributes that only the server sets are ignored, and so are unknown
/// ones.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = records::ConsentToCreate, example = super::examples::consent_to_create)]
pub(super) struct ConsentToCreate {
    status: Status,
    definition: DefinitionToName,
    /// Left out, it is the requester when a record is made; when it is replaced, what it was.
    #[schema(min_length = 1, max_length = 1024)]
    subject: Option<String>,
    /// As `subject`.
    #[schema(min_length = 1, max_length = 1024)]
    actor: Option<String>,
    #[schema(min_length = 1, max_length = 1024)]
    audience: Option<String>,
    #[schema(max_items = 256)]
    collaborators: Option<Vec<Collaborator>>,
    /// Left out, it is filled in from the wording.
    #[schema(max_length = 16384)]
    title_text: Option<String>,
    /// Left out, it is filled in from the wording.
    #[schema(max_length = 16384)]
    data_text: Option<String>,
    /// Left out, it is filled in from the wording.
    #[schema(max_length = 16384)]
    purpose_text: Option<String>,
    /// At most 64 KiB and 32 levels.
    data: Option<Opaque>,
    /// At most 64 KiB and 32 levels.
    consent_context: Option<Map<String, Value>>,
    /// The only actions that it is about; left out, all that the definition has.
    #[schema(min_items = 1, max_items = 32)]
    actions: Option<Vec<Action>>,
}

/// Something that can be done with what a definition is about.
#[derive(Deserialize, ToSchema)]
#[schema(as = records::Action, min_length = 1, max_length = 64, pattern = r"^[A-Za-z0-9_.:-]+$")]
pub(super) struct Action(String);

/// Somebody with whom access is shared.
#[derive(Deserialize, ToSchema)]
#[schema(as = records::Collaborator, min_length = 1, max_length = 256)]
pub(super) struct Collaborator(String);

/// Which words are answered. Version and locale are required unless the record is pending.
#[derive(Deserialize, ToSchema)]
#[schema(as = records::DefinitionToName)]
pub(super) struct DefinitionToName {
    #[schema(min_length = 1, max_length = 1024)]
    id: String,
    #[schema(pattern = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")]
    version: Option<String>,
    #[schema(min_length = 1)]
    locale: Option<String>,
}

/// Changes of a record: what is left out stays, `null` clears. Each attribute takes the place of the old one as a whole, except that
/// `definition` is merged by member.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = records::ConsentChanges, example = super::examples::consent_changes)]
pub(super) struct ConsentChanges {
    #[schema(nullable = false)]
    status: Option<Status>,
    #[schema(nullable = false)]
    definition: Option<DefinitionChanges>,
    #[schema(nullable = false, min_length = 1, max_length = 1024)]
    subject: Option<String>,
    #[schema(nullable = false, min_length = 1, max_length = 1024)]
    actor: Option<String>,
    #[schema(min_length = 1, max_length = 1024)]
    audience: Option<String>,
    #[schema(max_items = 256)]
    collaborators: Option<Vec<Collaborator>>,
    #[schema(max_length = 16384)]
    title_text: Option<String>,
    #[schema(max_length = 16384)]
    data_text: Option<String>,
    #[schema(max_length = 16384)]
    purpose_text: Option<String>,
    data: Option<Opaque>,
    consent_context: Option<Map<String, Value>>,
    #[schema(min_items = 1, max_items = 32)]
    actions: Option<Vec<Action>>,
}

/// Changes of the words that are answered.
#[derive(Deserialize, ToSchema)]
#[schema(as = records::DefinitionChanges)]
pub(super) struct DefinitionChanges {
    #[schema(nullable = false, min_length = 1, max_length = 1024)]
    id: Option<String>,
    #[schema(pattern = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")]
    version: Option<String>,
    #[schema(min_length = 1)]
    locale: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::CollectionLinks)]
pub(super) struct CollectionLinks {
    #[serde(rename = "self")]
    own: Link,
    /// Where more are, for those who asked for a page.
    #[schema(nullable = false)]
    next: Option<Link>,
}

/// Definitions, by id.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::Definitions)]
pub(super) struct Definitions {
    #[serde(rename = "_links")]
    links: CollectionLinks,
    #[serde(rename = "_embedded")]
    embedded: EmbeddedDefinitions,
    /// How many there are in all.
    count: u64,
    /// How many are in this answer.
    size: u64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::EmbeddedDefinitions)]
pub(super) struct EmbeddedDefinitions {
    definitions: Vec<Definition>,
}

/// Localizations, by locale.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::Localizations)]
pub(super) struct Localizations {
    #[serde(rename = "_links")]
    links: CollectionLinks,
    #[serde(rename = "_embedded")]
    embedded: EmbeddedLocalizations,
    /// How many there are in all.
    count: u64,
    /// How many are in this answer.
    size: u64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::EmbeddedLocalizations)]
pub(super) struct EmbeddedLocalizations {
    localizations: Vec<Localization>,
}

/// Records, oldest first.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::Consents)]
pub(super) struct Consents {
    #[serde(rename = "_links")]
    links: CollectionLinks,
    #[serde(rename = "_embedded")]
    embedded: EmbeddedConsents,
    /// How many fit in all.
    count: u64,
    /// How many are in this answer.
    size: u64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::EmbeddedConsents)]
pub(super) struct EmbeddedConsents {
    consents: Vec<Consent>,
}

/// Why a request was refused or failed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::Failure, example = super::examples::failure)]
pub(super) struct Failure {
    /// Id of the request, as in the log.
    id: String,
    /// The status again.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    code: FailureCode,
    /// What went wrong, for people.
    message: String,
    /// Which parts of the request are wrong.
    #[schema(nullable = false, min_items = 1)]
    details: Option<Vec<FailureDetail>>,
}

/// What went wrong, for programs.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = records::FailureCode)]
pub(super) enum FailureCode {
    InvalidRequest,
    InvalidData,
    InvalidFilter,
    IllegalTransition,
    SearchSizeLimitExceeded,
    AccessFailed,
    InvalidAudience,
    InsufficientScope,
    NotOwner,
    PrivilegeRequired,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    UnsupportedMediaType,
    Conflict,
    PreconditionFailed,
    PayloadTooLarge,
    TooManyRequests,
    UnexpectedError,
    ServiceUnavailable,
}

/// One wrong part of a request.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = records::FailureDetail)]
pub(super) struct FailureDetail {
    /// Finer code: `REQUIRED_VALUE`, `INVALID_VALUE`, `DEFINITION_NOT_FOUND`, `LOCALE_NOT_FOUND`, `VERSION_NOT_AVAILABLE`,
    /// `SIZE_LIMIT_EXCEEDED`, or that of the failure.
    code: String,
    /// Dotted path in the body, or the name of a parameter.
    #[schema(nullable = false)]
    target: Option<String>,
    message: String,
}
