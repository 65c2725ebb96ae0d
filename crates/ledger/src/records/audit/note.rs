//! Noting a change.

use std::collections::BTreeMap;

use consentry_domain::{Actions, RecordId, Slot, SubjectId, definition::WordingVersion, locale::Locale};
use serde_json::{Map, Value, json};

use super::{Attributes, ChangeType, Note, Touched};
use crate::{
    error::Fault,
    records::{details::Details, requester::Requester},
};

/// Name of the note in an event's body.
pub(super) const NAME: &str = "record_change";

/// Attributes that can be long; of these only what changed is kept.
const LONG: [&str; 5] = ["titleText", "dataText", "purposeText", "data", "consentContext"];

/// Notes, by the person whose decision they belong to.
pub(crate) type Notes = BTreeMap<SubjectId, Map<String, Value>>;

/// A record in one state.
pub(crate) struct Document<'a> {
    pub status: &'a str,
    pub slot: &'a Slot,
    pub version: Option<WordingVersion>,
    pub locale: Option<&'a Locale>,
    pub actions: Option<&'a Actions>,
    pub details: &'a Details,
}

impl Document<'_> {
    /// Its attributes by name; those without value are left out.
    pub(crate) fn attributes(&self) -> Attributes {
        let details = self.details;
        let text = |value: &Option<String>| value.as_deref().map(Value::from);
        let raw = |value: &Option<Box<serde_json::value::RawValue>>| {
            value.as_deref().map(|value| Value::from(value.get()))
        };
        let all = [
            ("status", Some(self.status.into())),
            ("subject", Some(details.subject.as_str().into())),
            ("subjectDN", text(&details.subject_dn)),
            ("actor", text(&details.actor)),
            ("actorDN", text(&details.actor_dn)),
            (
                "audience",
                Some(self.slot.audience.text())
                    .filter(|text| !text.is_empty())
                    .map(Value::from),
            ),
            (
                "collaborators",
                (!details.collaborators.is_empty()).then(|| json!(details.collaborators)),
            ),
            ("definition.id", Some(self.slot.definition.as_str().into())),
            (
                "definition.version",
                self.version.map(|version| version.to_string().into()),
            ),
            (
                "definition.locale",
                self.locale.map(|locale| locale.as_str().into()),
            ),
            ("actions", self.actions.map(|actions| json!(actions))),
            ("titleText", text(&details.title_text)),
            ("dataText", text(&details.data_text)),
            ("purposeText", text(&details.purpose_text)),
            ("data", raw(&details.data)),
            ("consentContext", raw(&details.consent_context)),
        ];
        all.into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

/// A record came to be.
pub(crate) fn of_creation(
    requester: &Requester,
    record: RecordId,
    after: &Document<'_>,
) -> Result<Notes, Fault> {
    created(blank(Some(requester), record, ChangeType::Create), after)
}

/// A record was taken over from another system.
pub(crate) fn of_import(record: RecordId, after: &Document<'_>) -> Result<Notes, Fault> {
    created(blank(None, record, ChangeType::Create), after)
}

fn created(blank: Note, after: &Document<'_>) -> Result<Notes, Fault> {
    let is = after.attributes();
    let note = Note {
        touched: Touched::between(&Attributes::new(), &is),
        is,
        ..blank
    };
    Ok(Notes::from([(after.slot.subject, written(&note)?)]))
}

/// A record changed. Where it went to another person, what it was stays with the one and what it is goes to the other.
pub(crate) fn of_update(
    requester: &Requester,
    record: RecordId,
    before: &Document<'_>,
    after: &Document<'_>,
) -> Result<Notes, Fault> {
    let (was, is) = (before.attributes(), after.attributes());
    let touched = Touched::between(&was, &is);
    let changed = |name: &str| is.get(name) != was.get(name);
    let note = Note {
        was: was
            .iter()
            .filter(|(name, _)| changed(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        is: is
            .iter()
            .filter(|(name, _)| changed(name) || !LONG.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        touched,
        ..blank(Some(requester), record, ChangeType::Update)
    };
    let (from, to) = (before.slot.subject, after.slot.subject);
    if from == to {
        return Ok(Notes::from([(from, written(&note)?)]));
    }
    let away = Note {
        is: Attributes::new(),
        moved_away: true,
        ..note.clone()
    };
    let here = Note {
        was: Attributes::new(),
        is,
        ..note
    };
    Ok(Notes::from([(from, written(&away)?), (to, written(&here)?)]))
}

/// A record was taken away.
pub(crate) fn of_deletion(
    requester: &Requester,
    record: RecordId,
    before: &Document<'_>,
) -> Result<Notes, Fault> {
    let was = before.attributes();
    let note = Note {
        touched: Touched::between(&was, &Attributes::new()),
        was,
        ..blank(Some(requester), record, ChangeType::Delete)
    };
    Ok(Notes::from([(before.slot.subject, written(&note)?)]))
}

fn blank(requester: Option<&Requester>, record: RecordId, change: ChangeType) -> Note {
    Note {
        record,
        change,
        request_dn: requester.map(|requester| requester.dn().as_str().to_owned()),
        client: requester.and_then(Requester::client).map(str::to_owned),
        touched: Touched::default(),
        was: Attributes::new(),
        is: Attributes::new(),
        moved_away: false,
    }
}

fn written(note: &Note) -> Result<Map<String, Value>, Fault> {
    let value = serde_json::to_value(note).map_err(|error| Fault::Unreadable {
        what: "record change",
        why: error.to_string(),
    })?;
    Ok(Map::from_iter([(NAME.to_owned(), value)]))
}
