//! What a text says before anybody asks what it means: the same from TOML, YAML and JSON.
//!
//! What lives here: values with the line they are in, reading them, and the types made of them. What may not: what a manifest may say.
//! Every type of the manifest is read from a [`Tree`] alone, so that the code for it is compiled once and not for each way of writing.

mod meaning;
mod reading;

use std::fmt;

pub use self::reading::Form;

/// A value, and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// Its line, from 1; 0 where it is not known.
    line: u32,
    /// Where it is in the text, as offset and length in bytes.
    place: (u32, u32),
    /// How YAML has it, where it has no quotes: `1.10` may be a text or a number, and who asks decides.
    bare: Option<Box<str>>,
    what: What,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Nothing,
    Switch(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    /// A date of TOML.
    Date,
    List(Vec<Tree>),
    Table(Vec<(Box<str>, Tree)>),
}

/// Why a text cannot be read: the line, the place such as `tenants[0].clients[2].redirect_uris`, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    line: u32,
    /// From the inside to the outside.
    path: Vec<Step>,
    why: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(Box<str>),
    Index(usize),
}

impl Wrong {
    fn new(line: u32, why: String) -> Self {
        Self {
            line,
            path: Vec::new(),
            why,
        }
    }

    fn within(mut self, step: Step) -> Self {
        self.path.push(step);
        self
    }

    /// With a line, unless a narrower one is known.
    fn on(mut self, line: u32) -> Self {
        if self.line == 0 {
            self.line = line;
        }
        self
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        for (position, step) in self.path.iter().rev().enumerate() {
            match step {
                Step::Key(key) if position == 0 => write!(f, "{key}")?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        if !self.path.is_empty() {
            f.write_str(": ")?;
        }
        f.write_str(&self.why)
    }
}

impl std::error::Error for Wrong {}

#[cfg(test)]
mod tests;
