//! Which entries are consent records, and what their attributes say (consent-api 17).

use std::collections::BTreeMap;

use consentry_domain::{RecordId, Timestamp, dn::Dn, tenant::RecordsSettings};
use consentry_door_records::imported::{self, Broken};
use consentry_ledger::records::{ImportedIdentity, ImportedRecord};
use serde_json::value::RawValue;

use super::{Attribute, Record, Refused, time::moment};
use crate::configuration::{ConfigurationError, RecordsImport};

/// What attributes of the other product's records begin with.
const PREFIX: &str = "ping-consent-";

/// Attributes of an entry whose values are JSON.
const JSON: [&str; 3] = ["definition", "data", "consentContext"];

/// Attributes that go through the rules of the door as they are.
const TEXTS: [&str; 5] = ["subject", "actor", "titleText", "dataText", "purposeText"];

/// How entries become records.
#[derive(Debug)]
pub struct RecordEntries {
    base: Option<Dn>,
    /// Names in the directory, in lower case, by names on the wire.
    names: Vec<(&'static str, Vec<String>)>,
    ignored: Vec<String>,
}

/// What an entry is.
#[derive(Debug)]
pub enum FoundRecord {
    /// A consent record.
    Record(Box<RecordEntry>),
    /// None.
    Other,
}

/// A consent record, and where its attributes stand.
#[derive(Debug)]
pub struct RecordEntry {
    /// What it says.
    pub record: ImportedRecord,
    /// Where it says it.
    pub places: Places,
}

/// Where an entry and its attributes begin.
#[derive(Debug, Clone)]
pub struct Places {
    /// The name of the entry as written: its DN, or its id.
    pub dn: String,
    line: usize,
    lines: BTreeMap<&'static str, usize>,
}

impl Places {
    /// An entry that begins in this line, and the lines of its attributes by their names on the wire.
    pub(crate) const fn new(name: String, line: usize, lines: BTreeMap<&'static str, usize>) -> Self {
        Self {
            dn: name,
            line,
            lines,
        }
    }

    /// A broken rule at the line of its attribute, or of the entry where the attribute is not there.
    pub fn refuse(&self, broken: &Broken) -> Refused {
        let attribute = broken.attribute.as_str();
        let begin = attribute.split('.').next().unwrap_or_default();
        let line = self.lines.get(begin).copied().unwrap_or(self.line);
        let why = if attribute.is_empty() {
            broken.why.clone()
        } else {
            format!("{attribute} {}", broken.why)
        };
        Refused::at(line, format!("{}: {why}", self.dn))
    }
}

impl RecordEntries {
    /// Reads entries with these settings.
    pub fn new(settings: &RecordsImport) -> Result<Self, ConfigurationError> {
        let base = settings.base_dn.as_deref().map(|base| {
            Dn::parse(base)
                .map_err(|error| ConfigurationError::Value(format!("import.records.base_dn: {error}")))
        });
        let lower = |names: &[String]| names.iter().map(|name| name.to_ascii_lowercase()).collect();
        Ok(Self {
            base: base.transpose()?,
            names: settings
                .names
                .by_wire_name()
                .map(|(wire, names)| (wire, lower(&names.0)))
                .collect(),
            ignored: lower(&settings.ignored),
        })
    }

    /// What an entry is at a tenant with these settings, or everything that is wrong with it.
    pub fn read(&self, settings: &RecordsSettings, entry: &Record) -> Result<FoundRecord, Vec<Refused>> {
        let Some(id) = self.id(entry) else {
            return Ok(FoundRecord::Other);
        };
        let mut reading = Reading::new(self, entry);
        reading.refuse_unknown(self);
        let subject = reading.identity("subject", "subjectDN");
        if subject.is_none() && !reading.is_broken("subject") {
            reading.break_rule("subject", "is required");
        }
        let actor = reading.identity("actor", "actorDN");
        let times = reading.times();
        let wish = match reading.body() {
            Some(body) => match imported::read(settings, body.as_bytes()) {
                Ok(wish) => Some(wish),
                Err(broken) => {
                    reading.add(broken);
                    None
                }
            },
            None => None,
        };
        let id = id.map_err(|()| reading.break_rule("", "entryUUID is no UUID"));
        let Reading {
            places,
            broken,
            mut refused,
            ..
        } = reading;
        refused.extend(broken.iter().map(|broken| places.refuse(broken)));
        match (id, subject, times, wish) {
            (Ok(id), Some(subject), Some((created_at, updated_at)), Some(wish)) if refused.is_empty() => {
                let record = ImportedRecord {
                    id,
                    subject,
                    actor,
                    wish,
                    created_at,
                    updated_at,
                };
                Ok(FoundRecord::Record(Box::new(RecordEntry { record, places })))
            }
            _ => {
                refused.sort_by_key(|refused| refused.line);
                refused.dedup();
                Err(refused)
            }
        }
    }

    /// The id of a record, or that it is none; nothing for an entry that is no record.
    fn id(&self, entry: &Record) -> Option<Result<RecordId, ()>> {
        let dn = Dn::parse(&entry.dn).ok()?;
        // A UUID holds nothing that would be escaped in a name.
        let (id, container) = dn.as_str().strip_prefix("entryuuid=")?.split_once(',')?;
        match &self.base {
            Some(base) if container != base.as_str() => return None,
            Some(_) => {}
            None if !self.is_told_of(entry) => return None,
            None => {}
        }
        let is_hyphenated = id.len() == uuid::fmt::Hyphenated::LENGTH;
        let id = uuid::Uuid::try_parse(id).ok().filter(|_| is_hyphenated);
        Some(id.map(RecordId::from_uuid).ok_or(()))
    }

    /// Whether an entry has an attribute that only records have.
    fn is_told_of(&self, entry: &Record) -> bool {
        entry.attributes.iter().any(|attribute| {
            attribute.name.starts_with(PREFIX)
                || self
                    .names
                    .iter()
                    .filter(|(wire, _)| *wire == "status" || *wire == "definition")
                    .any(|(_, names)| names.contains(&attribute.name))
        })
    }
}

/// An entry while it is read.
struct Reading<'a> {
    values: BTreeMap<&'static str, Vec<&'a Attribute>>,
    entry: &'a Record,
    places: Places,
    broken: Vec<Broken>,
    /// Attributes that are none of a record.
    refused: Vec<Refused>,
}

impl<'a> Reading<'a> {
    fn new(entries: &RecordEntries, entry: &'a Record) -> Self {
        let mut values = BTreeMap::new();
        for (wire, names) in &entries.names {
            let named = |name: &String| {
                let found: Vec<_> = entry
                    .attributes
                    .iter()
                    .filter(|attribute| attribute.name == *name)
                    .collect();
                (!found.is_empty()).then_some(found)
            };
            if let Some(found) = names.iter().find_map(named) {
                values.insert(*wire, found);
            }
        }
        let lines = values
            .iter()
            .filter_map(|(wire, found)| Some((*wire, found.first()?.line)))
            .collect();
        Self {
            values,
            entry,
            places: Places {
                dn: entry.dn.clone(),
                line: entry.line,
                lines,
            },
            broken: Vec::new(),
            refused: Vec::new(),
        }
    }

    fn break_rule(&mut self, attribute: &str, why: impl Into<String>) {
        self.broken.push(Broken {
            attribute: attribute.to_owned(),
            why: why.into(),
        });
    }

    /// What the door says besides. What could not be read is missing there too, and was told already.
    fn add(&mut self, broken: Vec<Broken>) {
        let new = |rule: &Broken| {
            let head = rule.attribute.split('.').next().unwrap_or_default();
            !self.is_broken(head)
        };
        let new: Vec<_> = broken.into_iter().filter(new).collect();
        self.broken.extend(new);
    }

    fn is_broken(&self, attribute: &str) -> bool {
        self.broken.iter().any(|broken| broken.attribute == attribute)
    }

    /// An attribute of the other product that nobody named would be lost without a word.
    fn refuse_unknown(&mut self, entries: &RecordEntries) {
        let known = |name: &String| {
            entries.ignored.contains(name) || entries.names.iter().any(|(_, names)| names.contains(name))
        };
        let unknown = self
            .entry
            .attributes
            .iter()
            .filter(|attribute| attribute.name.starts_with(PREFIX) && !known(&attribute.name));
        for attribute in unknown {
            let why = format!(
                "{}: {} is no attribute of a record; name it in import.records.names or import.records.ignored",
                self.entry.dn, attribute.name
            );
            self.refused.push(Refused::at(attribute.line, why));
        }
    }

    /// The texts of an attribute.
    fn texts(&mut self, wire: &'static str) -> Vec<&'a str> {
        let found = self.values.get(wire).cloned().unwrap_or_default();
        let mut texts = Vec::with_capacity(found.len());
        for attribute in found {
            match std::str::from_utf8(&attribute.value) {
                Ok(text) => texts.push(text),
                Err(_) => self.break_rule(wire, "is not UTF-8"),
            }
        }
        texts
    }

    /// The one text of an attribute.
    fn text(&mut self, wire: &'static str) -> Option<&'a str> {
        let texts = self.texts(wire);
        if texts.len() > 1 {
            self.break_rule(wire, "has more than one value");
        }
        texts.first().copied()
    }

    fn identity(&mut self, text: &'static str, dn: &'static str) -> Option<ImportedIdentity> {
        let given = self.text(text).map(str::to_owned);
        let dn = self.text(dn).and_then(|name| match Dn::parse(name) {
            Ok(name) => Some(name),
            Err(error) => {
                self.break_rule(dn, format!("is {error}"));
                None
            }
        });
        // What was made over Basic carries the name of the entry as its text (consent-api 5.3).
        let text = given.or_else(|| dn.as_ref().map(|dn| dn.as_str().to_owned()))?;
        Some(ImportedIdentity { text, dn })
    }

    fn times(&mut self) -> Option<(Timestamp, Timestamp)> {
        let created = self.moment("createdDate");
        if created.is_none() && !self.values.contains_key("createdDate") {
            self.break_rule("createdDate", "is required");
        }
        let updated = if self.values.contains_key("updatedDate") {
            self.moment("updatedDate")
        } else {
            created
        };
        created.zip(updated)
    }

    fn moment(&mut self, wire: &'static str) -> Option<Timestamp> {
        let text = self.text(wire)?;
        let at = moment(text);
        if at.is_none() {
            self.break_rule(wire, "is no generalized time with a zone");
        }
        at
    }

    /// The record as the body of a `POST` would be.
    fn body(&mut self) -> Option<String> {
        let mut members: BTreeMap<&str, Box<RawValue>> = BTreeMap::new();
        let mut put = |name: &'static str, json: Result<String, serde_json::Error>| {
            let raw = json.and_then(RawValue::from_string).ok();
            raw.map(|raw| members.insert(name, raw)).is_some()
        };
        for wire in TEXTS {
            if let Some(text) = self.text(wire) {
                put(wire, serde_json::to_string(text));
            }
        }
        // Directories compare these without regard to case.
        if let Some(status) = self.text("status") {
            put("status", serde_json::to_string(&status.to_ascii_lowercase()));
        }
        if let Some(audience) = self.text("audience") {
            put("audience", serde_json::to_string(audience));
        }
        if self.values.contains_key("collaborators") {
            put(
                "collaborators",
                serde_json::to_string(&self.texts("collaborators")),
            );
        }
        for wire in JSON {
            if let Some(text) = self.text(wire)
                && !put(wire, Ok(text.to_owned()))
            {
                self.break_rule(wire, "is not JSON");
            }
        }
        serde_json::to_string(&members).ok()
    }
}
