//! What changed in a definition or a wording, by the names of consent-api 6 and 7.

use consentry_domain::definition::{Definition, Localization};
use serde_json::{Value, json};

use super::{Attributes, Touched};

/// A definition became what it is now.
pub(crate) fn of_definition(before: Option<&Definition>, after: &Definition) -> Touched {
    Touched::between(&before.map(definition).unwrap_or_default(), &definition(after))
}

/// A wording took the place of the one that was current in its locale.
pub(crate) fn of_localization(before: Option<&Localization>, after: &Localization) -> Touched {
    Touched::between(
        &before.map(localization).unwrap_or_default(),
        &localization(after),
    )
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

fn named<const N: usize>(all: [(&str, Option<Value>); N]) -> Attributes {
    all.into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}
