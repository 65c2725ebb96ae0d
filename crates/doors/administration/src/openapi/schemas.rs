//! The shapes of bodies. They are read by the compiler of the description and never made.

#![expect(dead_code, reason = "these types only describe")]

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What a definition stands for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = administration::Kind)]
pub(super) enum Kind {
    /// An agreement of the records door.
    Agreement,
    /// An OAuth scope that opens data.
    Scope,
    /// A scope that steers the protocol.
    Protocol,
    /// A purpose of the preferences door.
    Purpose,
    /// A question of the preferences door that belongs to a purpose.
    Preference,
    /// A data source of the dataspace door.
    Source,
}

/// A definition.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Definition, example = super::examples::definition)]
pub(super) struct Definition {
    /// Its id.
    #[schema(min_length = 1, max_length = 1024)]
    id: String,
    kind: Kind,
    /// Label for people.
    #[schema(nullable = false)]
    display_name: Option<String>,
    /// Longer description for operators.
    #[schema(nullable = false)]
    description: Option<String>,
    /// Free parameters.
    parameters: Vec<String>,
    /// The broader definition.
    #[schema(nullable = false)]
    parent: Option<String>,
    /// How long a consent lasts, in seconds.
    #[schema(nullable = false)]
    lifetime: Option<i64>,
    /// What can be done with it; left out, `use` and `read`.
    #[schema(nullable = false, min_items = 1, max_items = 32)]
    actions: Option<Vec<Action>>,
    /// How it is answered at the preferences door.
    #[schema(nullable = false)]
    choice: Option<Choice>,
}

/// How a purpose or preference is answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Choice)]
pub(super) struct Choice {
    /// Of a purpose: whether its switch answers the preferences below it.
    #[schema(nullable = false)]
    one_click: Option<bool>,
    /// Of a preference: whether more than one value may be chosen.
    #[schema(nullable = false)]
    multiple: Option<bool>,
    /// Of a preference: its values.
    #[schema(nullable = false, max_items = 300)]
    values: Option<Vec<ChoiceValue>>,
    /// Whether it is shown nowhere any more. What was chosen stays.
    #[schema(nullable = false)]
    hidden: Option<bool>,
    /// Of a purpose: what else it is called, by name space; of these, `didomi` and `custom` are taken for its id.
    #[schema(nullable = false)]
    namespaces: Option<std::collections::BTreeMap<String, String>>,
    /// Its place among the others, from 0; those that have none come last.
    #[schema(nullable = false, maximum = 4_294_967_295_u32)]
    order: Option<u32>,
    /// Of a preference: ids of values that it had, kept by themselves. They are taken still.
    #[schema(nullable = false)]
    retired: Option<Vec<String>>,
}

/// One answer to a preference.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::ChoiceValue)]
pub(super) struct ChoiceValue {
    /// Its id, without comma and white space.
    #[schema(min_length = 1, max_length = 256, pattern = r"^[A-Za-z0-9_.:-]+$")]
    id: String,
    /// What it is called, by language.
    #[schema(nullable = false)]
    name: Option<std::collections::BTreeMap<String, String>>,
}

/// Something that can be done.
#[derive(Deserialize, ToSchema)]
#[schema(as = administration::Action, min_length = 1, max_length = 64, pattern = r"^[A-Za-z0-9_.:-]+$")]
pub(super) struct Action(String);

/// A free parameter.
#[derive(Deserialize, ToSchema)]
#[schema(as = administration::Parameter, min_length = 1, max_length = 1024)]
pub(super) struct Parameter(String);

/// A name of an account.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, ToSchema)]
#[schema(as = administration::Name, max_length = 256, pattern = r"^[^\x00-\x1f\x7f-\x9f]+$")]
pub(super) struct Name(String);

/// What a definition shall be. What is left out has its default.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::DefinitionToPut, example = super::examples::definition_to_put)]
pub(super) struct DefinitionToPut {
    /// Repeats the address.
    #[schema(nullable = false)]
    id: Option<String>,
    /// `agreement` where nothing is said.
    kind: Option<Kind>,
    /// Label for people.
    #[schema(min_length = 1, max_length = 1024)]
    display_name: Option<String>,
    /// Longer description for operators.
    #[schema(min_length = 1, max_length = 65536)]
    description: Option<String>,
    #[schema(max_items = 100)]
    parameters: Option<Vec<Parameter>>,
    /// The broader definition.
    #[schema(max_length = 1024, pattern = r"^[^\x00-\x1f\x7f-\x9f]+$")]
    parent: Option<String>,
    /// How long a consent lasts, in seconds.
    #[schema(minimum = 1, maximum = 3_162_240_000_i64)]
    lifetime: Option<i64>,
    /// What can be done with it; left out or empty, `use` and `read`.
    #[schema(max_items = 32)]
    actions: Option<Vec<Action>>,
    /// How it is answered at the preferences door.
    choice: Option<Choice>,
}

/// All definitions, by id.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Definitions)]
pub(super) struct Definitions {
    definitions: Vec<Definition>,
}

/// A wording of a definition in one locale.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Localization, example = super::examples::localization)]
pub(super) struct Localization {
    /// Id of the definition.
    definition: String,
    /// Language tag.
    locale: String,
    /// Version of the wording, `MAJOR.MINOR`.
    #[schema(pattern = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")]
    version: String,
    /// Title or summary.
    #[schema(nullable = false)]
    title: Option<String>,
    /// Which data.
    data: String,
    /// What for.
    purpose: String,
    /// When it was published.
    #[schema(format = "date-time")]
    published_at: String,
    /// All versions that were published in this locale, oldest first. People are asked with the last.
    #[schema(min_items = 1)]
    versions: Vec<String>,
}

/// A wording to publish.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::LocalizationToPut, example = super::examples::localization_to_put)]
pub(super) struct LocalizationToPut {
    /// Repeats the address.
    #[schema(nullable = false)]
    definition: Option<String>,
    /// Repeats the address, in any case.
    #[schema(nullable = false)]
    locale: Option<String>,
    /// Version of the wording, `MAJOR.MINOR`; never lower than the current one.
    #[schema(pattern = r"^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})$")]
    version: String,
    /// Title or summary.
    #[schema(min_length = 1, max_length = 4096)]
    title: Option<String>,
    /// Which data.
    #[schema(min_length = 1, max_length = 65536)]
    data: String,
    /// What for.
    #[schema(min_length = 1, max_length = 65536)]
    purpose: String,
    /// Not read.
    #[schema(required = false)]
    published_at: Value,
    /// Not read.
    #[schema(required = false)]
    versions: Value,
}

/// The current wording of each locale.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Localizations)]
pub(super) struct Localizations {
    localizations: Vec<Localization>,
}

/// A directory account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Account, example = super::examples::account)]
pub(super) struct Account {
    /// Distinguished name, in its one spelling.
    dn: String,
    /// Login names.
    uid: Vec<String>,
    /// Common names.
    cn: Vec<String>,
    /// Its UUID in the directory it is from.
    #[schema(nullable = false)]
    entry_uuid: Option<String>,
    /// Further names that configuration gave it.
    names: Vec<String>,
    /// Whether it has a password that somebody chose.
    has_password: bool,
    /// Whether it has a machine secret.
    has_secret: bool,
    /// Whether it may do anything at the records door.
    bypass_acl: bool,
    /// Whether it is refused.
    disabled: bool,
}

/// What an account shall be. What is left out has its default, except the password, which stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::AccountToPut, example = super::examples::account_to_put)]
pub(super) struct AccountToPut {
    /// Repeats the address, in any spelling.
    #[schema(nullable = false)]
    dn: Option<String>,
    /// Login names.
    #[schema(max_items = 50)]
    uid: Option<BTreeSet<Name>>,
    /// Common names.
    #[schema(max_items = 50)]
    cn: Option<BTreeSet<Name>>,
    /// Its UUID in the directory it is from.
    #[schema(max_length = 256, pattern = r"^[^\x00-\x1f\x7f-\x9f]+$")]
    entry_uuid: Option<String>,
    /// The password in clear; `null` takes it away.
    #[schema(min_length = 1, max_length = 1024)]
    password: Option<String>,
    /// The password as a PHC string of argon2, in place of `password`.
    #[schema(min_length = 1, max_length = 1024)]
    password_hash: Option<String>,
    /// Whether it may do anything at the records door.
    bypass_acl: Option<bool>,
    /// Whether it is refused.
    disabled: Option<bool>,
    /// Not read.
    #[schema(required = false)]
    names: Value,
    /// Not read.
    #[schema(required = false)]
    has_password: Value,
    /// Not read.
    #[schema(required = false)]
    has_secret: Value,
}

/// A page of accounts, by distinguished name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Accounts)]
pub(super) struct Accounts {
    accounts: Vec<Account>,
    /// Where the next page begins; absent on the last.
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

/// What an issuer calls a person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::PersonName, example = super::examples::person_name)]
pub(super) struct PersonName {
    /// Whose name it is, as in questions of the check API.
    #[schema(min_length = 1, max_length = 1024)]
    issuer: String,
    /// The name.
    #[schema(min_length = 1, max_length = 1024)]
    id: String,
}

/// A person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Person, example = super::examples::person)]
pub(super) struct Person {
    /// Our own id.
    #[schema(format = "uuid")]
    subject: String,
}

/// That nothing is done with a person's data.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Restriction, example = super::examples::restriction)]
pub(super) struct Restriction {
    /// Since when.
    #[schema(format = "date-time")]
    since: String,
    /// What the administrator said.
    reason: String,
}

/// What is said with a restriction.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::RestrictionToPut, example = super::examples::restriction_to_put)]
pub(super) struct RestrictionToPut {
    /// Why, for the log. Nobody but administrators is told.
    #[schema(min_length = 1, max_length = 1024)]
    reason: String,
    /// Not read.
    #[schema(required = false)]
    since: Value,
}

/// What is said with an erasure.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::ErasureToBegin, example = super::examples::erasure_to_begin)]
pub(super) struct ErasureToBegin {
    /// Why, for the log; it becomes unreadable with everything else of the person.
    #[schema(min_length = 1, max_length = 1024)]
    reason: String,
    /// By what it is found again, in the certificate too; the id of the request where nothing is said. It is to say nothing of the person.
    #[schema(min_length = 1, max_length = 256)]
    request_ref: Option<String>,
}

/// Why a person's data stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Hold, example = super::examples::hold)]
pub(super) struct Hold {
    /// Its id.
    id: String,
    /// What the administrator said.
    reason: String,
    /// When it was made.
    #[schema(format = "date-time")]
    since: String,
    /// From this moment it is over.
    #[schema(nullable = false, format = "date-time")]
    until: Option<String>,
}

/// What is said with a hold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::HoldToMake, example = super::examples::hold_to_make)]
pub(super) struct HoldToMake {
    /// Why. Nobody but administrators is told.
    #[schema(min_length = 1, max_length = 1024)]
    reason: String,
    /// From this moment it is over; until it is taken away where nothing is said.
    #[schema(pattern = r"^2[1-9][0-9]{2}-01-01T00:00:00Z$")]
    until: Option<String>,
}

/// The holds of a person that stand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Holds, example = super::examples::holds)]
pub(super) struct Holds {
    holds: Vec<Hold>,
}

/// For whom a mail is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = administration::MailTo)]
pub(super) enum MailTo {
    /// A person.
    Person,
    /// A third party.
    Party,
    /// An operator of the tenant.
    Operator,
}

/// A mail that was given up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Mail)]
pub(super) struct Mail {
    /// By what it is asked for again.
    id: String,
    /// Which templates it is written with.
    kind: String,
    to: MailTo,
    /// When it was given up.
    #[schema(format = "date-time")]
    given_up_at: String,
    /// How often it was tried.
    #[schema(minimum = 0)]
    attempts: u32,
    /// Why the server did not take it.
    #[schema(nullable = false)]
    reason: Option<String>,
}

/// Mails that were given up, oldest first.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::Mails, example = super::examples::mails)]
pub(super) struct Mails {
    mails: Vec<Mail>,
}

/// A mail that waits again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = administration::MailAgain, example = super::examples::mail_again)]
pub(super) struct MailAgain {
    /// Its id.
    id: String,
}
