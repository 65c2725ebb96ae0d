//! Reading the members of a body one by one. What is wrong is told all at once, and what nobody reads is wrong too.

use std::collections::BTreeSet;

use consentry_domain::client::Wrong;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A member that is there: `null` puts it back to its default.
pub(super) enum Given<T> {
    /// A value.
    Value(T),
    /// `null`.
    Default,
}

impl<T> Given<T> {
    /// The value, if it is one.
    pub(super) fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Default => None,
        }
    }

    /// The value, else what `null` stands for.
    pub(super) fn or(self, default: T) -> T {
        self.value().unwrap_or(default)
    }
}

/// The members of a body, and what is wrong with them so far.
pub(super) struct Reader<'a> {
    members: &'a Map<String, Value>,
    known: BTreeSet<&'static str>,
    wrong: Vec<Wrong>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(members: &'a Map<String, Value>) -> Self {
        Self {
            members,
            known: BTreeSet::new(),
            wrong: Vec::new(),
        }
    }

    /// Everything that is wrong, members that nobody asked for among it.
    pub(super) fn finish(mut self) -> Result<(), Vec<Wrong>> {
        for name in self.members.keys() {
            if !self.known.contains(name.as_str()) {
                self.wrong.push(Wrong::new(name.as_str(), "is not known here"));
            }
        }
        if self.wrong.is_empty() {
            Ok(())
        } else {
            Err(self.wrong)
        }
    }

    pub(super) fn refuse(&mut self, name: &'static str, why: impl Into<String>) {
        self.wrong.push(Wrong::new(name, why));
    }

    /// A member as it is.
    pub(super) fn raw(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.insert(name);
        self.members.get(name)
    }

    /// A member read by `read`; what it cannot read must be what `why` says.
    pub(super) fn read<T>(
        &mut self,
        name: &'static str,
        why: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<Given<T>> {
        match self.raw(name)? {
            Value::Null => Some(Given::Default),
            value => match read(value) {
                Some(value) => Some(Given::Value(value)),
                None => {
                    self.refuse(name, why);
                    None
                }
            },
        }
    }

    pub(super) fn boolean(&mut self, name: &'static str) -> Option<Given<bool>> {
        self.read(name, "must be exactly true or false", Value::as_bool)
    }

    /// A text of 1 to `most` characters without control characters.
    pub(super) fn text(&mut self, name: &'static str, most: usize) -> Option<Given<String>> {
        let why = format!("must be a text of 1 to {most} characters without control characters");
        self.read(name, &why, |value| text(value, most))
    }

    /// Up to `most` texts of up to `longest` characters, each of them once.
    pub(super) fn texts(
        &mut self,
        name: &'static str,
        most: usize,
        longest: usize,
    ) -> Option<Given<Vec<String>>> {
        let why = format!("must be a list of at most {most} different texts of 1 to {longest} characters");
        self.read(name, &why, |value| {
            let values = value.as_array().filter(|values| values.len() <= most)?;
            let texts: Option<Vec<String>> = values.iter().map(|value| text(value, longest)).collect();
            let texts = texts?;
            let different = texts.iter().collect::<BTreeSet<_>>().len() == texts.len();
            different.then_some(texts)
        })
    }

    /// Whole seconds.
    pub(super) fn seconds(&mut self, name: &'static str, from: i64, to: i64) -> Option<Given<i64>> {
        let why = format!("must be whole seconds from {from} to {to}");
        self.read(name, &why, |value| whole(value, from, to))
    }

    /// One of a few names.
    pub(super) fn choice<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        names: &str,
    ) -> Option<Given<T>> {
        let why = format!("must be one of {names}");
        self.read(name, &why, |value| serde_json::from_value(value.clone()).ok())
    }

    /// Some of a few names, each once.
    pub(super) fn choices<T: DeserializeOwned + Ord>(
        &mut self,
        name: &'static str,
        names: &str,
    ) -> Option<Given<Vec<T>>> {
        let why = format!("must be a list of different ones of {names}");
        self.read(name, &why, |value| {
            let values: Vec<T> = serde_json::from_value(value.clone()).ok()?;
            let different = values.iter().collect::<BTreeSet<_>>().len() == values.len();
            different.then_some(values)
        })
    }
}

/// A whole number, also where it is written with a fraction of nought.
pub(super) fn whole(value: &Value, from: i64, to: i64) -> Option<i64> {
    let Value::Number(number) = value else { return None };
    let text = number.to_string();
    let number = text.strip_suffix(".0").unwrap_or(&text).parse().ok();
    number.filter(|number| (from..=to).contains(number))
}

fn text(value: &Value, most: usize) -> Option<String> {
    let text = value.as_str()?;
    let fits = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}
