//! What changed in a definition or a wording, by the names of consent-api 6 and 7, or in an account, by those of 12.3.

use consentry_domain::{
    credential::Principal,
    definition::{Definition, Localization},
};
use serde_json::{Value, json};

use super::{Attributes, Touched};
use crate::{TenantSnapshot, opaque::base64url};

/// A definition came to be, became another, or went.
pub(crate) fn of_definition(before: Option<&Definition>, after: Option<&Definition>) -> Touched {
    between(before.map(definition), after.map(definition))
}

/// A wording took the place of the one that was current in its locale, or the locale went.
pub(crate) fn of_localization(before: Option<&Localization>, after: Option<&Localization>) -> Touched {
    between(before.map(localization), after.map(localization))
}

/// An account came to be, became another, or went.
pub(crate) fn of_account(before: Option<&Principal>, after: Option<&Principal>) -> Touched {
    between(before.map(account), after.map(account))
}

/// How the log names an account: a keyed hash, since its name may be a person's and the log cannot be unwritten.
pub(crate) fn account_reference(tenant: &TenantSnapshot, dn: &str) -> String {
    base64url(tenant.keys.lookup("account", dn).as_bytes())
}

fn between(before: Option<Attributes>, after: Option<Attributes>) -> Touched {
    Touched::between(&before.unwrap_or_default(), &after.unwrap_or_default())
}

fn definition(definition: &Definition) -> Attributes {
    let text = |value: &Option<String>| value.as_deref().map(Value::from);
    named([
        ("id", Some(definition.key.as_str().into())),
        ("displayName", text(&definition.display_name)),
        ("description", text(&definition.description)),
        (
            "parameters",
            (!definition.parameters.is_empty()).then(|| json!(definition.parameters)),
        ),
        (
            "actions",
            (!definition.actions.is_empty()).then(|| json!(definition.actions)),
        ),
    ])
}

fn localization(wording: &Localization) -> Attributes {
    named([
        // A tag that is spelled otherwise is the same locale.
        ("id", Some(wording.locale.as_str().to_ascii_lowercase().into())),
        ("locale", Some(wording.locale.as_str().into())),
        ("version", Some(wording.version.to_string().into())),
        ("titleText", wording.title.as_deref().map(Value::from)),
        ("dataText", Some(wording.data.as_str().into())),
        ("purposeText", Some(wording.purpose.as_str().into())),
    ])
}

fn account(account: &Principal) -> Attributes {
    let list = |values: &[String]| (!values.is_empty()).then(|| json!(values));
    let flag = |is_set: bool| is_set.then_some(Value::Bool(true));
    named([
        ("id", Some(account.dn.as_str().into())),
        ("names", list(&account.names)),
        ("uid", list(&account.uid)),
        ("cn", list(&account.cn)),
        ("entryUUID", account.entry_uuid.as_deref().map(Value::from)),
        ("password", account.password_hash.as_deref().map(Value::from)),
        (
            "secrets",
            (!account.secrets.is_empty()).then(|| json!(account.secrets)),
        ),
        ("bypassACL", flag(account.bypass_acl)),
        ("disabled", flag(account.disabled)),
    ])
}

fn named<const N: usize>(all: [(&str, Option<Value>); N]) -> Attributes {
    all.into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}
