//! Filters over definitions and localizations (consent-api 11.4): SCIM expressions, bound to the attributes these resources have.
//!
//! What lives here: the grammar (`grammar`), the meaning of names (`binding`), and the comparison of values (`judging`). What may
//! not: HTTP, and any other resource.

mod binding;
mod grammar;
mod judging;
#[cfg(test)]
mod tests;

use self::{binding::Resource, grammar::Operator};

/// Longest filter, in characters (consent-api 14).
const LONGEST: usize = 4096;

/// A filter that is known to mean something.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(Condition);

/// Why a text is no filter here, and at which character, counted from one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}, at character {position}")]
pub struct InvalidFilter {
    /// From one to one behind the last.
    pub position: usize,
    /// For people.
    pub why: String,
}

impl Filter {
    /// Reads a filter over definitions.
    pub fn of_definitions(text: &str) -> Result<Self, InvalidFilter> {
        Self::read(text, Resource::Definition)
    }

    /// Reads a filter over the localizations of one definition.
    pub fn of_localizations(text: &str) -> Result<Self, InvalidFilter> {
        Self::read(text, Resource::Localization)
    }

    fn read(text: &str, resource: Resource) -> Result<Self, InvalidFilter> {
        if text.trim_matches(' ').is_empty() {
            return Err(InvalidFilter {
                position: 1,
                why: "the filter is empty".to_owned(),
            });
        }
        if text.chars().count() > LONGEST {
            return Err(InvalidFilter {
                position: LONGEST + 1,
                why: format!("the filter is longer than {LONGEST} characters"),
            });
        }
        let refused = |at: usize, why: String| InvalidFilter {
            position: 1 + text.get(..at).map_or(0, |before| before.chars().count()),
            why,
        };
        let expression =
            grammar::parse(text).map_err(|mistake| refused(mistake.at, mistake.why.to_string()))?;
        binding::bind(&expression, resource)
            .map(Self)
            .map_err(|unbound| refused(unbound.at, unbound.why))
    }
}

/// A condition over one definition and the wordings that are looked at.
#[derive(Debug, Clone, PartialEq)]
enum Condition {
    /// One of these.
    Any(Vec<Condition>),
    /// All of these.
    All(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// The attribute has a value that is not empty.
    Present(Attribute),
    /// The attribute stands in this relation to a text, case aside.
    Text(Attribute, Operator, String),
    /// A version comes before or after this one.
    Version(Operator, consentry_domain::definition::WordingVersion),
    /// One wording fits this by itself.
    OneWording(Box<Condition>),
}

/// What can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attribute {
    Id,
    DisplayName,
    Description,
    /// The locale, which is also the id of a localization.
    Locale,
    Version,
    TitleText,
    DataText,
    PurposeText,
}
