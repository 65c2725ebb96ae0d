//! Scripts of identity mappers (consent-api 12.3): templates that look at one text and answer at most one.
//!
//! A script reaches nothing: there are no files, includes, macros, clocks or randomness in it, and what it may do and hold is
//! bounded. The same text always gets the same answer.

use std::{collections::BTreeMap, fmt};

use consentry_domain::{
    dn::{self, Dn},
    tenant::ScriptAnswer,
};
use minijinja::{Environment, Error, ErrorKind, Output, State, Value, escape_formatter};

use crate::templating::bounded;

/// What one run may do and hold: about this many steps, or 64 bytes for each.
const FUEL: u64 = 10_000;

/// The one template there is.
const NAME: &str = "script";

/// What a script can look at.
const VARIABLES: [&str; 4] = ["id", "local", "domain", "entry"];

/// Filters that could write a value into a name unescaped, or that answer about the engine.
const REFUSED_FILTERS: [&str; 5] = ["safe", "escape", "e", "pprint", "format"];

/// Functions that there are besides variables.
const FUNCTIONS: [&str; 3] = ["range", "dict", "namespace"];

/// A script, ready to run.
#[derive(Debug)]
pub(super) struct Script {
    environment: Environment<'static>,
}

/// Why a script cannot be used, or gave no answer. Never tells what it looked at.
#[derive(Debug)]
pub(super) struct ScriptError {
    line: Option<usize>,
    why: String,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.why)
    }
}

impl Script {
    /// Reads a script. Where it answers names, what it inserts is escaped as a value of a name (RFC 4514 2.4).
    pub(super) fn compile(source: &str, answer: ScriptAnswer) -> Result<Self, ScriptError> {
        let mut environment = bounded(FUEL, &REFUSED_FILTERS);
        environment.add_filter("dn", |value: &str| Value::from_safe_string(escaped(value)));
        match answer {
            ScriptAnswer::Value => {
                environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
                environment.set_formatter(plain);
            }
            ScriptAnswer::Entry | ScriptAnswer::User => {
                environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Custom("dn".into()));
                environment.set_formatter(as_part_of_a_name);
            }
        }
        environment
            .add_template_owned(NAME, source.to_owned())
            .map_err(|error| explained(&error, true))?;
        let own = Self { environment };
        own.refuse_unknown()?;
        Ok(own)
    }

    /// A name that nothing stands behind is found before anybody logs in.
    fn refuse_unknown(&self) -> Result<(), ScriptError> {
        let template = self.environment.get_template(NAME);
        let template = template.map_err(|error| explained(&error, true))?;
        let named = template.undeclared_variables(false);
        let mut unknown: Vec<_> = named
            .iter()
            .filter(|name| !VARIABLES.contains(&name.as_str()) && !FUNCTIONS.contains(&name.as_str()))
            .collect();
        unknown.sort_unstable();
        match unknown.first() {
            None => Ok(()),
            Some(name) => Err(ScriptError {
                line: line_of(template.source(), name),
                why: format!("there is no {name}; there are {}", VARIABLES.join(", ")),
            }),
        }
    }

    /// What the script answers about a text; none where it answers nothing. Spaces and line breaks around an answer do not count.
    pub(super) fn run(&self, id: &str) -> Result<Option<String>, ScriptError> {
        let (local, domain) = id.rsplit_once('@').unwrap_or((id, ""));
        // Of several values of an attribute the first stays.
        let attributes = Dn::parse(id).map(|dn| dn.attributes()).unwrap_or_default();
        let entry: BTreeMap<String, Value> = attributes
            .into_iter()
            .rev()
            .map(|(kind, value)| (kind, Value::from(value)))
            .collect();
        let variables: BTreeMap<String, Value> = [
            ("id", Value::from(id)),
            ("local", Value::from(local)),
            ("domain", Value::from(domain)),
            ("entry", Value::from_object(entry)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let answer = self
            .environment
            .get_template(NAME)
            .and_then(|template| template.render(Value::from_object(variables)))
            .map_err(|error| explained(&error, false))?;
        let answer = answer.trim_matches([' ', '\n', '\r', '\t']);
        Ok((!answer.is_empty()).then(|| answer.to_owned()))
    }
}

/// The first line in which a name stands.
fn line_of(source: &str, name: &str) -> Option<usize> {
    let mut lines = source.lines();
    lines.position(|line| line.contains(name)).map(|index| index + 1)
}

/// A value as it is.
fn plain(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    escape_formatter(out, state, printable(value)?)
}

/// A value as the value of an attribute of a name, unless it is that already.
fn as_part_of_a_name(out: &mut Output<'_>, _state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let value = printable(value)?;
    let text = value.to_string();
    let text = if value.is_safe() { text } else { escaped(&text) };
    out.write_str(&text).map_err(Error::from)
}

/// Texts and numbers can be written; lists, maps and nothing are a mistake.
fn printable(value: &Value) -> Result<&Value, Error> {
    let is_text = value.as_str().is_some() || value.is_number();
    if is_text {
        return Ok(value);
    }
    let kind = if value.is_undefined() {
        ErrorKind::UndefinedError
    } else {
        ErrorKind::InvalidOperation
    };
    Err(Error::new(
        kind,
        format!("only texts and numbers are written, not {}", value.kind()),
    ))
}

/// Also where a type is expected, a value stays one.
fn escaped(value: &str) -> String {
    dn::escape(value).replace('=', "\\=")
}

/// An error of the engine. Its details may hold what the script looked at, so they are told only while nothing was looked at.
fn explained(error: &Error, with_detail: bool) -> ScriptError {
    let kind = error.kind().to_string();
    let why = match error.detail().filter(|_| with_detail) {
        Some(detail) => format!("{kind}: {detail}"),
        None => kind,
    };
    ScriptError {
        line: error.line(),
        why,
    }
}

#[cfg(test)]
mod tests;
