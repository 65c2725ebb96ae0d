//! The members of an object, read one by one so that everything that is wrong is told at once: where, what, and what would be right.

use consentry_domain::{AccountId, ClientId, DefinitionKey, Timestamp};
use serde_json::{Map, Value};

use super::Element;
use crate::ldif::Refused;

/// After this moment a number of seconds would be one of milliseconds: the year 5138.
const MOST_SECONDS: i64 = 100_000_000_000;

/// An object while it is read.
#[derive(Debug)]
pub struct Members<'a> {
    element: &'a Element,
    map: Map<String, Value>,
    name: String,
    refused: Vec<Refused>,
}

impl<'a> Members<'a> {
    /// Takes an object apart. `name` is the member that holds its id, for messages.
    pub fn of(element: &'a Element, name: &str) -> Result<Self, Vec<Refused>> {
        let map: Map<String, Value> = serde_json::from_slice(&element.text).map_err(|error| {
            let line = element.line + error.line().saturating_sub(1);
            let why = match error.classify() {
                serde_json::error::Category::Data => "is no object".to_owned(),
                _ => format!("is no JSON at column {} of this line", error.column()),
            };
            vec![Refused::at(line, why)]
        })?;
        let name = map
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        Ok(Self {
            element,
            map,
            name,
            refused: Vec::new(),
        })
    }

    /// How the other system calls it; empty where it does not.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Says what is wrong with a member, and what would be right.
    pub fn refuse(&mut self, member: &str, wrong: &str, right: &str) {
        let of = if self.name.is_empty() {
            String::new()
        } else {
            format!("{}: ", self.name)
        };
        let line = self.element.line_of(member);
        let refused = Refused::at(line, format!("{of}{member} {wrong}; {right}"));
        self.refused.push(refused);
    }

    /// What was read, unless anything is wrong.
    pub fn finish<T>(mut self, read: Option<T>) -> Result<T, Vec<Refused>> {
        match read {
            Some(read) if self.refused.is_empty() => Ok(read),
            _ => {
                self.refused.sort_by_key(|refused| refused.line);
                self.refused.dedup();
                Err(self.refused)
            }
        }
    }

    /// A member that is there and not `null`.
    pub fn value(&self, member: &str) -> Option<&Value> {
        self.map.get(member).filter(|value| !value.is_null())
    }

    /// A text that has to be there.
    pub fn text(&mut self, member: &str, right: &str) -> Option<String> {
        if self.value(member).is_none() {
            self.refuse(member, "is missing", right);
            return None;
        }
        self.optional_text(member, right)
    }

    /// A text that may be missing.
    pub fn optional_text(&mut self, member: &str, right: &str) -> Option<String> {
        match self.value(member)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            _ => {
                self.refuse(member, "is no text", right);
                None
            }
        }
    }

    /// The id of a client.
    pub fn client(&mut self, member: &str) -> Option<ClientId> {
        const RIGHT: &str = "it is the id of a client that is registered here";
        let text = self.text(member, RIGHT)?;
        let client = ClientId::parse(&text).ok();
        if client.is_none() {
            self.refuse(member, "cannot be the id of a client", RIGHT);
        }
        client
    }

    /// Names of what was agreed to; `right` says what they are.
    pub fn definitions<'t>(
        &mut self,
        member: &str,
        names: impl IntoIterator<Item = &'t str>,
        right: &str,
    ) -> Vec<DefinitionKey> {
        let mut keys = Vec::new();
        for name in names {
            match DefinitionKey::parse(name) {
                Ok(key) if !keys.contains(&key) => keys.push(key),
                Ok(_) => {}
                Err(_) => self.refuse(member, "has a name that cannot be one", right),
            }
        }
        keys
    }

    /// Whole seconds since 1970.
    pub fn seconds(&mut self, member: &str) -> Option<Timestamp> {
        const RIGHT: &str = "it is a number of seconds since 1970";
        match self.value(member)?.as_f64() {
            Some(number) if number.fract() == 0.0 && (0.0..1e11).contains(&number) => self
                .value(member)?
                .as_i64()
                .or_else(|| whole(number))
                .map(Timestamp::from_seconds),
            Some(number) if number >= 1e11 => {
                self.refuse(
                    member,
                    "is too large",
                    "it is a number of seconds since 1970, not of milliseconds",
                );
                None
            }
            _ => {
                self.refuse(member, "is no moment", RIGHT);
                None
            }
        }
    }

    /// A date and time with its zone (RFC 3339).
    pub fn moment(&mut self, member: &str) -> Option<Timestamp> {
        const RIGHT: &str = "it is written as 2026-02-11T09:30:11Z";
        let text = self.optional_text(member, RIGHT)?;
        let at = Timestamp::parse(&text).ok();
        if at.is_none() {
            self.refuse(member, "is no date and time with a zone", RIGHT);
        }
        at
    }

    /// A moment in either of both forms.
    pub fn moment_or_seconds(&mut self, member: &str) -> Option<Timestamp> {
        if self.value(member).is_some_and(Value::is_number) {
            self.seconds(member)
        } else {
            self.moment(member)
        }
    }

    /// A moment that has to be there.
    pub fn required(
        &mut self,
        member: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        if self.value(member).is_none() {
            self.refuse(member, "is missing", "it says when");
            return None;
        }
        read(self, member)
    }

    /// The id of an account.
    pub fn account(&mut self, member: &str, id: &str) -> Option<AccountId> {
        let account = AccountId::parse(id).ok();
        if account.is_none() {
            let right = "it has 1 to 256 bytes and no control characters";
            self.refuse(member, "cannot be an account", right);
        }
        account
    }
}

fn whole(number: f64) -> Option<i64> {
    let text = format!("{number:.0}");
    text.parse().ok().filter(|seconds| *seconds < MOST_SECONDS)
}
