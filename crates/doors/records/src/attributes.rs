//! The body of a write: one JSON object, read strictly, its values kept as they were written (consent-api 8.1, 8.2).

use std::collections::BTreeMap;

use consentry_web::{
    error::FieldError,
    json::{self, Limits},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, value::RawValue};

use crate::failure::{Code, Failure};

/// Names that a record has, and what clients may send back with it.
const KNOWN: [&str; 20] = [
    "id",
    "status",
    "subject",
    "subjectDN",
    "actor",
    "actorDN",
    "audience",
    "collaborators",
    "definition",
    "titleText",
    "dataText",
    "purposeText",
    "data",
    "consentContext",
    "actions",
    "createdDate",
    "updatedDate",
    "_links",
    "_embedded",
    "schemas",
];

/// The attributes of a body. Numbers in them keep their precision.
#[derive(Debug)]
pub(crate) struct Attributes(BTreeMap<String, Box<RawValue>>);

/// What a body says about an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given<T> {
    /// Nothing.
    Absent,
    /// That it shall have no value.
    Null,
    /// A value.
    Value(T),
}

impl<T> Given<T> {
    /// The value, where `kept` is what stands where nothing is said.
    pub(crate) fn or_kept(self, kept: Option<T>) -> Option<T> {
        match self {
            Self::Absent => kept,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

impl Attributes {
    /// Reads a body. Duplicate names anywhere in it, and anything but one object, are refused.
    pub(crate) fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, Failure> {
        let value = json::parse(bytes, limits).map_err(|error| {
            Failure::new(
                Code::InvalidRequest,
                format!("the body is not acceptable JSON: {error}"),
            )
            .with(|failure| failure.field(FieldError::pointer(error.pointer, error.kind.to_string())))
        })?;
        let object = || Failure::new(Code::InvalidRequest, "the body must be exactly one JSON object");
        if !matches!(value, Value::Object(_)) {
            return Err(object());
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let members: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(bytes).map_err(|_| object())?;
        let unknown = members
            .keys()
            .filter(|name| !KNOWN.contains(&name.as_str()))
            .count();
        if unknown > 0 {
            tracing::warn!(
                properties.unknown = unknown,
                "unknown properties of a consent record were ignored"
            );
        }
        Ok(Self(members))
    }

    /// The text of an attribute, if it is one; whether it is acceptable is another question.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0
            .get(name)
            .and_then(|raw| serde_json::from_str(raw.get()).ok())
    }
}

/// Reads attributes one by one and keeps what is wrong with them.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    members: &'a BTreeMap<String, Box<RawValue>>,
    prefix: &'static str,
    wrong: Vec<FieldError>,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(attributes: &'a Attributes) -> Self {
        Self {
            members: &attributes.0,
            prefix: "",
            wrong: Vec::new(),
        }
    }

    /// What was found wrong, if anything.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        if self.wrong.is_empty() {
            Ok(())
        } else {
            Err(Failure::invalid_data(self.wrong))
        }
    }

    /// Says that an attribute is missing.
    pub(crate) fn require(&mut self, name: &str) {
        self.say(name, "REQUIRED_VALUE", "is required");
    }

    /// Says that a value cannot be accepted.
    pub(crate) fn refuse(&mut self, name: &str, why: impl Into<String>) {
        self.say(name, "INVALID_VALUE", why);
    }

    /// Says that a value is too large.
    pub(crate) fn limit(&mut self, name: &str, limit: impl Into<String>) {
        self.say(name, "SIZE_LIMIT_EXCEEDED", limit);
    }

    /// The value as it was written.
    pub(crate) fn raw(&self, name: &str) -> Given<&'a RawValue> {
        match self.members.get(name) {
            None => Given::Absent,
            Some(raw) if raw.get() == "null" => Given::Null,
            Some(raw) => Given::Value(raw),
        }
    }

    /// The value in a type; another one is wrong and then counts as absent.
    pub(crate) fn typed<T: DeserializeOwned>(&mut self, name: &str, expected: &'static str) -> Given<T> {
        match self.raw(name) {
            Given::Absent => Given::Absent,
            Given::Null => Given::Null,
            Given::Value(raw) => match serde_json::from_str(raw.get()) {
                Ok(value) => Given::Value(value),
                Err(_) => {
                    self.refuse(name, format!("must be {expected}"));
                    Given::Absent
                }
            },
        }
    }

    /// A text that is not empty and at most `most` characters long.
    pub(crate) fn name(&mut self, name: &str, most: usize) -> Given<String> {
        let given = self.typed::<String>(name, "a string");
        if let Given::Value(text) = &given {
            if text.is_empty() {
                self.refuse(name, "must not be empty");
            } else if text.contains('\0') {
                self.refuse(name, "must not contain the character U+0000");
            } else if text.chars().count() > most {
                self.limit(name, format!("is longer than {most} characters"));
            }
        }
        given
    }

    /// A text of at most `most` bytes.
    pub(crate) fn words(&mut self, name: &str, most: usize) -> Given<String> {
        let given = self.typed::<String>(name, "a string");
        if matches!(&given, Given::Value(text) if text.len() > most) {
            self.limit(name, format!("is larger than {most} bytes"));
        }
        given
    }

    /// Goes into a member that is an object; an object that is none is wrong and counts as empty.
    pub(crate) fn within<T>(
        &mut self,
        name: &str,
        prefix: &'static str,
        read: impl FnOnce(&mut Reader<'_>) -> T,
    ) -> Given<T> {
        match self.typed::<BTreeMap<String, Box<RawValue>>>(name, "an object") {
            Given::Absent => Given::Absent,
            Given::Null => Given::Null,
            Given::Value(members) => {
                let mut inner = Reader {
                    members: &members,
                    prefix,
                    wrong: Vec::new(),
                };
                let value = read(&mut inner);
                self.wrong.append(&mut inner.wrong);
                Given::Value(value)
            }
        }
    }

    /// Whether anything is wrong with an attribute so far.
    pub(crate) fn is_wrong(&self, name: &str) -> bool {
        let pointer = format!("{}/{name}", self.prefix);
        self.wrong.iter().any(|field| field.place.to_string() == pointer)
    }

    fn say(&mut self, name: &str, code: &'static str, why: impl Into<String>) {
        self.wrong
            .push(FieldError::pointer(format!("{}/{name}", self.prefix), why.into()).code(code));
    }
}
