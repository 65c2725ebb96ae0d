//! The words of the interface, in every language of the house.
//!
//! Messages are Fluent files in `texts/<language>/<door>.ftl`, compiled in. Each key exists in every language with the
//! same variables, and every key is used by a template or a source file; the tests prove both. What a person consents
//! to is not here: those words belong to the tenant's localizations.

mod negotiation;
mod numbers;
#[cfg(test)]
mod tests;
mod value;

pub use self::{
    negotiation::{accepted, negotiate},
    value::Value,
};

pub(crate) use self::value::without_controls;

use std::{fmt, sync::OnceLock};

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use jiff::{Zoned, civil::Date};
use unic_langid::LanguageIdentifier;

use self::numbers::Grouping;

include!(concat!(env!("OUT_DIR"), "/message_files.rs"));

/// English, the language of last resort.
pub static ENGLISH_LANGUAGE: Language =
    Language::new("en", "English", Direction::LeftToRight, Grouping::Commas, ENGLISH);

/// Arabic.
pub static ARABIC_LANGUAGE: Language =
    Language::new("ar", "العربية", Direction::RightToLeft, Grouping::Commas, ARABIC);

/// French.
pub static FRENCH_LANGUAGE: Language = Language::new(
    "fr",
    "Français",
    Direction::LeftToRight,
    Grouping::NarrowSpaces,
    FRENCH,
);

/// German.
pub static GERMAN_LANGUAGE: Language =
    Language::new("de", "Deutsch", Direction::LeftToRight, Grouping::Points, GERMAN);

/// Japanese.
pub static JAPANESE_LANGUAGE: Language =
    Language::new("ja", "日本語", Direction::LeftToRight, Grouping::Commas, JAPANESE);

/// Polish.
pub static POLISH_LANGUAGE: Language = Language::new(
    "pl",
    "Polski",
    Direction::LeftToRight,
    Grouping::SpacesFromFive,
    POLISH,
);

/// Portuguese, for readers in Europe and in Brazil.
pub static PORTUGUESE_LANGUAGE: Language = Language::new(
    "pt",
    "Português",
    Direction::LeftToRight,
    Grouping::PointsFromFive,
    PORTUGUESE,
);

/// Spanish.
pub static SPANISH_LANGUAGE: Language = Language::new(
    "es",
    "Español",
    Direction::LeftToRight,
    Grouping::PointsFromFive,
    SPANISH,
);

/// Every language, the one of last resort first.
pub fn languages() -> [&'static Language; 8] {
    [
        &ENGLISH_LANGUAGE,
        &ARABIC_LANGUAGE,
        &FRENCH_LANGUAGE,
        &GERMAN_LANGUAGE,
        &JAPANESE_LANGUAGE,
        &POLISH_LANGUAGE,
        &PORTUGUESE_LANGUAGE,
        &SPANISH_LANGUAGE,
    ]
}

/// One language with its messages, which are read when somebody first needs them.
pub struct Language {
    /// BCP 47 tag, for `lang`.
    pub tag: &'static str,
    /// Its own name for itself.
    pub name: &'static str,
    /// For `dir`.
    pub direction: Direction,
    grouping: Grouping,
    files: &'static [&'static str],
    bundle: OnceLock<FluentBundle<FluentResource>>,
}

/// Which way a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// As English.
    LeftToRight,
    /// As Arabic.
    RightToLeft,
}

impl Direction {
    /// The value of the `dir` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

impl Language {
    /// A message; variables are added with [`Text::with`].
    pub fn text(&'static self, key: &'static str) -> Text {
        Text {
            language: self,
            key,
            arguments: FluentArgs::new(),
        }
    }

    /// A whole number with groups of three, in digits that every reader of the house's languages knows.
    pub fn number(&self, number: u64) -> String {
        self.grouping.grouped(&number.to_string())
    }

    /// A date in words: 24 December 2026.
    pub fn date(&'static self, date: Date) -> String {
        // A day is a number, because a language may write the first of a month in its own way; a year is a text, because it has no
        // thousands separator.
        self.text("date-long")
            .with("day", u64::from(date.day().unsigned_abs()))
            .with("month", u64::from(date.month().unsigned_abs()))
            .with("year", date.year().to_string())
            .to_string()
    }

    /// Time and zone: 14:02 UTC.
    pub fn time(&'static self, moment: &Zoned) -> String {
        moment.strftime("%H:%M %Z").to_string()
    }

    /// Date, time and zone: 24 December 2026 at 14:02 UTC.
    pub fn moment(&'static self, moment: &Zoned) -> String {
        self.text("date-and-time")
            .with("date", self.date(moment.date()))
            .with("time", self.time(moment))
            .to_string()
    }

    /// Items as a sentence lists them: a, b, and c.
    pub fn list<'a>(&'static self, items: impl IntoIterator<Item = &'a str>) -> String {
        let mut items: Vec<&str> = items.into_iter().collect();
        let Some(last) = items.pop() else {
            return String::new();
        };
        let Some((first, rest)) = items.split_first() else {
            return last.to_owned();
        };
        if rest.is_empty() {
            return self
                .text("list-pair")
                .with("first", *first)
                .with("last", last)
                .to_string();
        }
        let start = rest.iter().fold((*first).to_owned(), |list, item| {
            self.text("list-more")
                .with("first", list)
                .with("rest", *item)
                .to_string()
        });
        self.text("list-end")
            .with("first", start)
            .with("last", last)
            .to_string()
    }

    const fn new(
        tag: &'static str,
        name: &'static str,
        direction: Direction,
        grouping: Grouping,
        files: &'static [&'static str],
    ) -> Self {
        Self {
            tag,
            name,
            direction,
            grouping,
            files,
            bundle: OnceLock::new(),
        }
    }

    fn bundle(&self) -> &FluentBundle<FluentResource> {
        self.bundle.get_or_init(|| self.read())
    }

    fn read(&self) -> FluentBundle<FluentResource> {
        // A tag that does not parse gives the plural rules of no language in particular.
        let id = self.tag.parse::<LanguageIdentifier>().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Values are isolated one by one, where their direction asks for it: see `Value`.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(self.grouping.formatter()));
        for file in self.files {
            // The tests read the same files and refuse what Fluent cannot; here the rest of a file still serves.
            let resource = match FluentResource::try_new((*file).to_owned()) {
                Ok(resource) => resource,
                Err((resource, errors)) => {
                    tracing::error!(text.language = self.tag, error.cause = ?errors, "message file has errors");
                    resource
                }
            };
            if let Err(errors) = bundle.add_resource(resource) {
                tracing::error!(text.language = self.tag, error.cause = ?errors, "message file repeats a key");
            }
        }
        bundle
    }

    fn format(&self, key: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        let bundle = self.bundle();
        let pattern = bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = bundle
            .format_pattern(pattern, Some(arguments), &mut errors)
            .into_owned();
        if !errors.is_empty() {
            tracing::error!(text.key = key, text.language = self.tag, error.cause = ?errors, "message cannot be formed");
        }
        Some(text)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag)
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag
    }
}

impl Eq for Language {}

/// A message with its variables; formed when it is displayed.
#[derive(Debug)]
pub struct Text {
    language: &'static Language,
    key: &'static str,
    arguments: FluentArgs<'static>,
}

impl Text {
    /// Sets a variable.
    ///
    /// Texts may come from anybody: control characters are removed, and a text whose direction differs from the
    /// sentence's is isolated, so that it cannot rearrange the words around it.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into().formed(self.language);
        self.arguments.set(name, value);
        self
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formed = self
            .language
            .format(self.key, &self.arguments)
            .or_else(|| ENGLISH_LANGUAGE.format(self.key, &self.arguments));
        if let Some(text) = formed {
            return f.write_str(&text);
        }
        tracing::error!(text.key = self.key, "message is missing");
        f.write_str(self.key)
    }
}
