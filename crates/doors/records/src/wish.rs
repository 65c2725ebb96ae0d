//! From the attributes of a body to the record that is wanted (consent-api 8.2 formats and sizes, 8.3, 14).

use std::collections::HashSet;

use consentry_domain::{Action, Actions, definition::WordingVersion, tenant::RecordsSettings};
use consentry_ledger::records::{RecordStatus, RecordView, RecordWish};
use serde_json::value::RawValue;

use crate::{
    attributes::{Attributes, Given, Reader},
    failure::Failure,
};

/// Longest `subject`, `actor`, `audience` and `definition.id`, in characters.
const LONGEST_NAME: usize = 1024;

/// Largest text shown, in bytes.
const LARGEST_TEXT: usize = 16 * 1024;

/// Largest `data` and `consentContext`, in bytes.
const LARGEST_DATA: usize = 64 * 1024;

/// Deepest nesting of `data` and `consentContext`.
const DEEPEST_DATA: usize = 32;

/// Most collaborators, and the longest one in characters.
const COLLABORATORS: usize = 256;

/// What a body is meant as.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Meant<'a> {
    /// The whole record: what is left out has no value.
    Whole,
    /// Changes of this record: what is left out stays.
    Changes(&'a RecordView),
}

impl Meant<'_> {
    const fn is_changes(&self) -> bool {
        matches!(self, Self::Changes(_))
    }
}

/// The record that a body asks for.
pub(crate) fn read(
    settings: &RecordsSettings,
    attributes: &Attributes,
    meant: Meant<'_>,
) -> Result<RecordWish, Failure> {
    let mut reader = Reader::new(attributes);
    let base = match meant {
        Meant::Whole => None,
        Meant::Changes(view) => Some(RecordWish::unchanged(view)),
    };
    let (kept_status, base_definition) = match &base {
        Some(base) => (Some(base.status.clone()), Some(Definition::of(base))),
        None => (None, None),
    };
    let status = status(settings, &mut reader).or_kept(kept_status);
    if status.is_none() && !reader.is_wrong("status") {
        reader.require("status");
    }
    let definition = definition(&mut reader, base_definition);
    for name in ["subject", "actor"] {
        if matches!(
            (reader.name(name, LONGEST_NAME), meant.is_changes()),
            (Given::Null, true)
        ) {
            reader.require(name);
        }
    }
    let base = base.as_ref();
    let kept = |text: fn(&RecordWish) -> &Option<String>| base.and_then(|base| text(base).clone());
    let audience = reader
        .name("audience", LONGEST_NAME)
        .or_kept(kept(|base| &base.audience));
    let title_text = reader
        .words("titleText", LARGEST_TEXT)
        .or_kept(kept(|base| &base.title_text));
    let data_text = reader
        .words("dataText", LARGEST_TEXT)
        .or_kept(kept(|base| &base.data_text));
    let purpose_text = reader
        .words("purposeText", LARGEST_TEXT)
        .or_kept(kept(|base| &base.purpose_text));
    let collaborators = collaborators(&mut reader).or_kept(base.map(|base| base.collaborators.clone()));
    let data = opaque(&mut reader, "data", "an object or an array", b"{[")
        .or_kept(base.and_then(|base| base.data.clone()));
    let consent_context = opaque(&mut reader, "consentContext", "an object", b"{")
        .or_kept(base.and_then(|base| base.consent_context.clone()));
    let actions = actions(&mut reader).or_kept(base.and_then(|base| base.actions.clone()));
    reader.finish()?;
    // Both are there: their absence is among what `finish` reports.
    let (Some(status), Some(id)) = (status, definition.id) else {
        return Err(Failure::invalid_data(Vec::new()));
    };
    Ok(RecordWish {
        status,
        definition: id,
        version: definition.version,
        locale: definition.locale,
        audience,
        collaborators: collaborators.unwrap_or_default(),
        title_text,
        data_text,
        purpose_text,
        data,
        consent_context,
        actions,
    })
}

fn status(settings: &RecordsSettings, reader: &mut Reader<'_>) -> Given<RecordStatus> {
    match reader.typed::<String>("status", "a string") {
        Given::Absent => Given::Absent,
        Given::Null => Given::Null,
        Given::Value(name) => match RecordStatus::from_name(settings, &name) {
            Some(status) => Given::Value(status),
            None => {
                reader.refuse("status", statuses(settings));
                Given::Absent
            }
        },
    }
}

/// What a status must be.
pub(crate) fn statuses(settings: &RecordsSettings) -> String {
    let additional: String = settings
        .additional_statuses
        .keys()
        .map(|name| format!(", {name}"))
        .collect();
    if additional.is_empty() {
        return "must be pending, accepted, denied or revoked".to_owned();
    }
    format!("must be one of pending, accepted, denied, revoked{additional}")
}

#[derive(Debug, Default)]
struct Definition {
    id: Option<String>,
    version: Option<WordingVersion>,
    locale: Option<String>,
}

impl Definition {
    fn of(wish: &RecordWish) -> Self {
        Self {
            id: Some(wish.definition.clone()),
            version: wish.version,
            locale: wish.locale.clone(),
        }
    }
}

/// The one attribute that an update merges by member.
fn definition(reader: &mut Reader<'_>, base: Option<Definition>) -> Definition {
    let had = base.is_some();
    let base = base.unwrap_or_default();
    let kept = Definition {
        id: base.id.clone(),
        version: base.version,
        locale: base.locale.clone(),
    };
    let read = reader.within("definition", "/definition", |reader| {
        let id = reader.name("id", LONGEST_NAME).or_kept(base.id);
        if id.is_none() && !reader.is_wrong("id") {
            reader.require("id");
        }
        let version = version(reader).or_kept(base.version);
        let locale = reader.name("locale", LONGEST_NAME).or_kept(base.locale);
        Definition { id, version, locale }
    });
    match read {
        Given::Value(definition) => definition,
        Given::Absent if had => kept,
        Given::Absent | Given::Null => {
            if !reader.is_wrong("definition") {
                reader.require("definition");
            }
            Definition::default()
        }
    }
}

fn version(reader: &mut Reader<'_>) -> Given<WordingVersion> {
    match reader.typed::<String>("version", "a string") {
        Given::Absent => Given::Absent,
        Given::Null => Given::Null,
        Given::Value(text) => match text.parse::<WordingVersion>() {
            Ok(version) => Given::Value(version),
            Err(error) => {
                reader.refuse("version", error.to_string());
                Given::Absent
            }
        },
    }
}

fn collaborators(reader: &mut Reader<'_>) -> Given<Vec<String>> {
    let mut given = reader.typed::<Vec<String>>("collaborators", "an array of strings");
    if let Given::Value(names) = &mut given {
        if names.iter().any(String::is_empty) {
            reader.refuse("collaborators", "must not contain empty strings");
        }
        if names.iter().any(|name| name.contains('\0')) {
            reader.refuse("collaborators", "must not contain the character U+0000");
        }
        if names.len() > COLLABORATORS || names.iter().any(|name| name.chars().count() > COLLABORATORS) {
            reader.limit(
                "collaborators",
                "has more than 256 entries, or one of more than 256 characters",
            );
        }
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
    }
    given
}

/// What the record is narrowed to. A record that allows nothing at all is none that is accepted.
fn actions(reader: &mut Reader<'_>) -> Given<Actions> {
    let given = match reader.typed::<Vec<String>>("actions", "an array of strings") {
        Given::Absent => return Given::Absent,
        Given::Null => return Given::Null,
        Given::Value(names) => names,
    };
    let actions: Result<Vec<Action>, _> = given.iter().map(|name| name.parse()).collect();
    match actions.map(Actions::try_from) {
        Ok(Ok(actions)) if !actions.is_empty() => return Given::Value(actions),
        Ok(Ok(_)) => reader.refuse("actions", "must name at least one action"),
        Ok(Err(error)) => reader.limit("actions", error.to_string()),
        Err(error) => reader.refuse("actions", error.to_string()),
    }
    Given::Absent
}

/// A value that is none of our business beyond its kind and size.
fn opaque(reader: &mut Reader<'_>, name: &str, expected: &str, openings: &[u8]) -> Given<Box<RawValue>> {
    match reader.raw(name) {
        Given::Absent => Given::Absent,
        Given::Null => Given::Null,
        Given::Value(raw) => {
            if !raw
                .get()
                .bytes()
                .next()
                .is_some_and(|first| openings.contains(&first))
            {
                reader.refuse(name, format!("must be {expected}"));
            } else if raw.get().len() > LARGEST_DATA {
                reader.limit(name, format!("is larger than {LARGEST_DATA} bytes"));
            } else if depth(raw) > DEEPEST_DATA {
                reader.limit(name, format!("is nested more than {DEEPEST_DATA} levels deep"));
            }
            Given::Value(raw.to_owned())
        }
    }
}

/// How deep arrays and objects are nested in a value that is known to be JSON.
fn depth(raw: &RawValue) -> usize {
    let (mut now, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in raw.get().bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                now += 1;
                deepest = deepest.max(now);
            }
            b'}' | b']' if !in_string => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn rec_14_depth_counts_arrays_and_objects_but_no_text() {
        for (text, expected) in [
            ("1", 0),
            ("{}", 1),
            (r#"{"a":[{"b":"]}"}],"c":[]}"#, 3),
            (r#"{"[[[":"\\","\"{":"{{{"}"#, 1),
        ] {
            assert_eq!(depth(&raw(text)), expected, "{text}");
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(Value::Null), any::<String>().prop_map(Value::from)];
        leaf.prop_recursive(6, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn really_deep(value: &Value) -> usize {
        match value {
            Value::Array(values) => 1 + values.iter().map(really_deep).max().unwrap_or(0),
            Value::Object(members) => 1 + members.values().map(really_deep).max().unwrap_or(0),
            _ => 0,
        }
    }

    proptest! {
        #[test]
        fn rec_14_depth_is_that_of_the_parsed_value(value in value()) {
            prop_assert_eq!(depth(&raw(&value.to_string())), really_deep(&value));
        }
    }
}
