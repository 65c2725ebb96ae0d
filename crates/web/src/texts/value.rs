//! What can stand in a message.

use fluent_bundle::FluentValue;
use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};

use super::{Direction, Language, Text};

/// The value of a variable in a message.
#[derive(Debug, Clone)]
pub enum Value {
    /// A text, possibly from outside.
    Text(String),
    /// A number, which decides plural forms.
    Number(u64),
    /// A day, spelled out.
    Date(Date),
    /// A moment with its zone, spelled out.
    Moment(Zoned),
}

impl Value {
    pub(super) fn formed(self, language: &'static Language) -> FluentValue<'static> {
        match self {
            Self::Text(text) => isolated(&without_controls(&text), language.direction).into(),
            Self::Number(number) => number.into(),
            Self::Date(date) => language.date(date).into(),
            Self::Moment(moment) => language.moment(&moment).into(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<Date> for Value {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<Zoned> for Value {
    fn from(moment: Zoned) -> Self {
        Self::Moment(moment)
    }
}

/// A timestamp without a zone is shown in UTC, and says so.
impl From<Timestamp> for Value {
    fn from(moment: Timestamp) -> Self {
        Self::Moment(moment.to_zoned(TimeZone::UTC))
    }
}

/// Templates pass fields by reference.
impl<T: Clone + Into<Value>> From<&T> for Value {
    fn from(value: &T) -> Self {
        value.clone().into()
    }
}

macro_rules! from_numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Number(u64::from(number))
            }
        }
    )*};
}

from_numbers!(u8, u16, u32, u64);

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

/// Removes control characters and those that change the direction of their surroundings (dashboard B8).
pub(crate) fn without_controls(text: &str) -> String {
    text.chars()
        .filter(|character| {
            !character.is_control()
                && !matches!(character,
                    '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
        })
        .collect()
}

/// Wraps a text in first-strong isolates where it could disturb the sentence.
fn isolated(text: &str, direction: Direction) -> String {
    let needed = match direction {
        Direction::LeftToRight => text.chars().any(is_right_to_left),
        Direction::RightToLeft => text
            .chars()
            .any(|character| character.is_alphanumeric() && !is_right_to_left(character)),
    };
    if needed {
        format!("\u{2068}{text}\u{2069}")
    } else {
        text.to_owned()
    }
}

fn is_right_to_left(character: char) -> bool {
    matches!(character,
        '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}
