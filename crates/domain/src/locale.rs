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

/// The best of `available` for a language range (RFC 4647 3.4, lookup): the range itself, then the range with subtags taken from its
/// end, single-letter ones together with what stood behind them. None where nothing fits; which default to take is the
/// caller's choice. The range `*` names no language, so nothing fits it.
pub fn lookup<T>(
    range: &str,
    available: impl IntoIterator<Item = T>,
    locale_of: impl Fn(&T) -> &Locale,
) -> Option<T> {
    let mut available: Vec<T> = available.into_iter().collect();
    let mut range = range.replace('_', "-");
    loop {
        let fits = |one: &T| {
            locale_of(one)
                .as_str()
                .replace('_', "-")
                .eq_ignore_ascii_case(&range)
        };
        if let Some(position) = available.iter().position(fits) {
            return Some(available.swap_remove(position));
        }
        let (shorter, _) = range.rsplit_once('-')?;
        let shorter = match shorter.rsplit_once('-') {
            Some((before, single)) if single.len() == 1 => before,
            _ => shorter,
        };
        range = shorter.to_owned();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn looked_up(range: &str, available: &[&str]) -> Option<String> {
        let available = available.iter().map(|tag| Locale::parse(tag).unwrap());
        lookup(range, available, |locale| locale).map(String::from)
    }

    #[test]
    fn rfc4647_3_4_the_range_loses_its_end_until_something_fits() {
        let example = "zh-Hant-CN-x-private1-private2";
        for available in [example, "zh-Hant-CN-x-private1", "zh-Hant-CN", "zh-Hant", "zh"] {
            assert_eq!(looked_up(example, &["en", available]).as_deref(), Some(available));
        }
        // A single letter never stands at the end.
        assert_eq!(looked_up(example, &["zh-Hant-CN-x"]), None);
        assert_eq!(looked_up("zh-x-private", &["zh-x", "zh"]).as_deref(), Some("zh"));
    }

    #[test]
    fn rfc4647_3_4_the_longest_fit_wins_and_case_does_not_matter() {
        assert_eq!(
            looked_up("EN-gb-oxendict", &["en", "en-GB"]).as_deref(),
            Some("en-GB")
        );
        assert_eq!(looked_up("en_GB", &["en-gb"]).as_deref(), Some("en-gb"));
        assert_eq!(looked_up("en-US", &["en-GB"]), None, "no other region stands in");
        for nothing in ["*", "", "-", "de", "e"] {
            assert_eq!(looked_up(nothing, &["en", "en-GB"]), None, "{nothing}");
        }
    }
}
