//! Language tags of wordings.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language tag. BCP 47 by intent; any configured string of 1 to 64 visible ASCII characters is served, since odd
/// ones such as `us-EN` occur in the wild (consent-api 7).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Locale(std::sync::Arc<str>);

/// A text that cannot be a language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a language tag")]
pub struct InvalidLocale;

impl Locale {
    /// Parses a tag: 1 to 64 characters, letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Result<Self, InvalidLocale> {
        let fits = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(InvalidLocale)
        }
    }

    /// The tag in the spelling it was configured with.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both tags name the same language, ignoring case as BCP 47 does.
    pub fn matches(&self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other)
    }

    /// The primary language, such as `en` of `en-GB`.
    pub fn language(&self) -> &str {
        self.0.split(['-', '_']).next().unwrap_or(&self.0)
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Locale({})", self.0)
    }
}

impl TryFrom<String> for Locale {
    type Error = InvalidLocale;

    fn try_from(text: String) -> Result<Self, InvalidLocale> {
        Self::parse(&text)
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> String {
        locale.0.as_ref().to_owned()
    }
}
