//! Bodies: what somebody wants, in form. Unknown members are ignored, as the original does; what is wrong is told with its place.

mod choices;
mod event;
mod token;
mod user;

use consentry_ledger::preferences::{Wrong, is_id, model::Members};
use consentry_web::error::ApiError;
use serde_json::{Map, Value};

pub(crate) use self::{
    event::{event, patch},
    token::token,
    user::user,
};
use crate::failure::{too_large, wrong};

/// Deepest nesting of free-form members (17).
const DEPTH: usize = 8;

/// Largest free-form members of events and users, in bytes (17).
pub(crate) const METADATA: usize = 16 * 1024;

/// Reads the members of one object and gathers what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    wrong: Vec<Wrong>,
    too_large: Option<String>,
}

impl Reader {
    pub(crate) fn is_too_large(&mut self, path: &str) {
        self.too_large = Some(path.to_owned());
    }

    pub(crate) fn refuse(&mut self, path: impl Into<String>, why: impl Into<String>) {
        self.wrong.push(Wrong {
            index: None,
            path: path.into(),
            why: why.into(),
        });
    }

    /// What is wrong, if anything.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        match self.too_large {
            Some(what) => Err(too_large(&what)),
            None if self.wrong.is_empty() => Ok(()),
            None => Err(wrong(self.wrong)),
        }
    }

    /// As [`Self::finish`], for one of several.
    pub(crate) fn finish_at(self, index: usize, all: &mut Vec<Wrong>) -> Result<(), ApiError> {
        if let Some(what) = self.too_large {
            return Err(too_large(&what));
        }
        all.extend(self.wrong.into_iter().map(|wrong| Wrong {
            index: Some(index),
            ..wrong
        }));
        Ok(())
    }

    /// An object; anything else is told.
    pub(crate) fn object<'a>(&mut self, value: &'a Value, path: &str) -> Option<&'a Map<String, Value>> {
        let object = value.as_object();
        if object.is_none() {
            self.refuse(path, "must be an object");
        }
        object
    }

    /// A member that is there and not `null`.
    pub(crate) fn member<'a>(of: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
        of.get(name).filter(|value| !value.is_null())
    }

    /// An object member.
    pub(crate) fn inner<'a>(
        &mut self,
        of: &'a Map<String, Value>,
        name: &str,
        path: &str,
    ) -> Option<&'a Map<String, Value>> {
        self.object(Self::member(of, name)?, path)
    }

    /// A text of at most 256 characters that can be an id.
    pub(crate) fn id(&mut self, of: &Map<String, Value>, name: &str, path: &str) -> Option<String> {
        let value = Self::member(of, name)?;
        let id = value.as_str().filter(|text| is_id(text));
        if id.is_none() {
            self.refuse(path, "must be a text of 1 to 256 characters");
        }
        id.map(str::to_owned)
    }

    /// A text of at most so many characters.
    pub(crate) fn text(
        &mut self,
        of: &Map<String, Value>,
        (name, path): (&str, &str),
        longest: usize,
    ) -> Option<String> {
        let value = Self::member(of, name)?;
        let text = value.as_str().filter(|text| text.chars().count() <= longest);
        if text.is_none() {
            self.refuse(path, format!("must be a text of at most {longest} characters"));
        }
        text.map(str::to_owned)
    }

    /// Free-form members within the limits.
    pub(crate) fn members(
        &mut self,
        of: &Map<String, Value>,
        (name, path): (&str, &str),
        largest: usize,
    ) -> Option<Members> {
        let value = Self::member(of, name)?;
        let members = self.object(value, path)?;
        if value.to_string().len() > largest {
            self.too_large = Some(path.to_owned());
            return None;
        }
        if depth(value) > DEPTH {
            self.refuse(path, format!("is nested deeper than {DEPTH} levels"));
            return None;
        }
        Some(members.clone())
    }

    /// A country: two letters.
    pub(crate) fn country(&mut self, of: &Map<String, Value>, (name, path): (&str, &str)) -> Option<String> {
        let value = Self::member(of, name)?;
        let country = value
            .as_str()
            .filter(|text| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()));
        if country.is_none() {
            self.refuse(path, "must be two letters");
        }
        country.map(str::to_ascii_uppercase)
    }
}

fn depth(value: &Value) -> usize {
    let inner = match value {
        Value::Object(members) => members.values().map(depth).max(),
        Value::Array(items) => items.iter().map(depth).max(),
        _ => return 0,
    };
    inner.unwrap_or_default() + 1
}
