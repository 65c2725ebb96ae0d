//! The members of a body, read one by one. What is wrong with them is told all at once, and what nobody reads is wrong too.

use std::{fmt::Display, str::FromStr};

use consentry_web::error::{ApiError, FieldError, registry};
use serde_json::{Map, Value};

/// What a body says.
#[derive(Debug)]
pub(crate) struct Members {
    left: Map<String, Value>,
    wrong: Vec<FieldError>,
}

impl Members {
    pub(crate) const fn new(members: Map<String, Value>) -> Self {
        Self {
            left: members,
            wrong: Vec::new(),
        }
    }

    /// Refuses the body unless everything in it was read and was right.
    pub(crate) fn finish(mut self) -> Result<(), ApiError> {
        for name in std::mem::take(&mut self.left).keys() {
            self.refuse(name, "is not known here");
        }
        if self.wrong.is_empty() {
            return Ok(());
        }
        let places: Vec<String> = self.wrong.iter().map(|field| field.place.to_string()).collect();
        let mut error = ApiError::new(&registry::INVALID_REQUEST)
            .detail(format!("the body cannot be accepted: {}", places.join(", ")));
        error.fields = self.wrong;
        Err(error)
    }

    /// Says that a value cannot be accepted.
    pub(crate) fn refuse(&mut self, name: &str, why: impl Into<String>) {
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        self.wrong.push(FieldError::pointer(pointer, why.into()));
    }

    /// Says that a value inside a member cannot be accepted.
    pub(crate) fn refuse_at(&mut self, pointer: String, why: String) {
        self.wrong.push(FieldError::pointer(pointer, why));
    }

    /// Takes members off that an answer has and that cannot be changed, so that an answer can be sent back.
    pub(crate) fn ignore(&mut self, names: &[&str]) {
        for name in names {
            self.left.remove(*name);
        }
    }

    /// A member that repeats the address, where it is there at all.
    pub(crate) fn repeat(&mut self, name: &str, fits: impl FnOnce(&str) -> bool) {
        match self.left.remove(name) {
            None => {}
            Some(Value::String(text)) if fits(&text) => {}
            Some(_) => self.refuse(name, "is not what the address names"),
        }
    }

    /// The value of a member; none where it is absent or `null`.
    pub(crate) fn value(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name).filter(|value| !value.is_null())
    }

    /// Whether a member is there and `null`; it stays.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.left.get(name).is_some_and(Value::is_null)
    }

    /// A text of 1 to `most` bytes without U+0000.
    pub(crate) fn text(&mut self, name: &str, most: usize) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => {
                let why = wrong_text(&text, most);
                why.map_or(Some(text), |why| {
                    self.refuse(name, why);
                    None
                })
            }
            _ => {
                self.refuse(name, "must be a string");
                None
            }
        }
    }

    /// As [`Self::text`], where it has to be there.
    pub(crate) fn required_text(&mut self, name: &str, most: usize) -> Option<String> {
        self.require(name);
        self.text(name, most)
    }

    /// Up to `most` texts, each of 1 to `longest` bytes.
    pub(crate) fn texts(&mut self, name: &str, most: usize, longest: usize) -> Vec<String> {
        let Some(value) = self.value(name) else {
            return Vec::new();
        };
        let Value::Array(values) = value else {
            self.refuse(name, "must be an array of strings");
            return Vec::new();
        };
        if values.len() > most {
            self.refuse(name, format!("has more than {most} values"));
            return Vec::new();
        }
        let mut texts = Vec::new();
        for (position, value) in values.into_iter().enumerate() {
            let why = match &value {
                Value::String(text) => wrong_text(text, longest),
                _ => Some("must be a string".to_owned()),
            };
            match (why, value) {
                (None, Value::String(text)) => texts.push(text),
                (why, _) => {
                    let pointer = format!("/{name}/{position}");
                    self.wrong
                        .push(FieldError::pointer(pointer, why.unwrap_or_default()));
                }
            }
        }
        texts
    }

    /// A truth value; absent is false.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        match self.value(name) {
            None => false,
            Some(Value::Bool(value)) => value,
            Some(_) => {
                self.refuse(name, "must be true or false");
                false
            }
        }
    }

    /// A text in a form of its own.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str, most: usize) -> Option<T> {
        let text = self.text(name, most)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(name, error.to_string());
                None
            }
        }
    }

    /// Says so where a member is missing.
    pub(crate) fn require(&mut self, name: &str) {
        if self.left.get(name).is_none_or(Value::is_null) {
            self.left.remove(name);
            self.refuse(name, "is required");
        }
    }
}

fn wrong_text(text: &str, most: usize) -> Option<String> {
    if text.is_empty() {
        Some("must not be empty".to_owned())
    } else if text.len() > most {
        Some(format!("is longer than {most} bytes"))
    } else if text.contains('\0') {
        Some("must not contain the character U+0000".to_owned())
    } else {
        None
    }
}
