//! What can be consented to, and the words it is asked with.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use crate::{Action, Actions, DefinitionKey, Lifetime, Timestamp, action::USUAL, locale::Locale};

/// What a definition stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefinitionKind {
    /// An agreement of the records door, such as `share-my-email`.
    Agreement,
    /// An OAuth scope that opens data, such as `accounts:balance`.
    Scope,
    /// A scope that steers the protocol, such as `openid` or `offline_access`; it is recorded but opens no data.
    Protocol,
    /// A purpose of the preferences door.
    Purpose,
    /// A question of the preferences door that belongs to a purpose, its parent.
    Preference,
    /// A data source of the dataspace door.
    Source,
}

/// How a purpose or preference of the preferences door is answered (consent-tokens-and-preferences 12).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Choice {
    /// Of a purpose: whether its switch answers the preferences below it (5.6).
    #[serde(skip_serializing_if = "is_false")]
    pub one_click: bool,
    /// Of a preference: whether more than one value may be chosen.
    #[serde(skip_serializing_if = "is_false")]
    pub multiple: bool,
    /// Of a preference: its values, in the order in which they are shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ChoiceValue>,
    /// Whether it is shown nowhere any more. What was chosen stays, and what names it is taken still.
    #[serde(skip_serializing_if = "is_false")]
    pub hidden: bool,
    /// Of a purpose: what else it is called, by name space; of these, `didomi` and `custom` are taken for its id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub namespaces: BTreeMap<String, String>,
    /// Its place among the purposes, or among the preferences of its purpose, from 0; those that have none come last, by key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    /// Of a preference: ids of values that it had. They are shown nowhere; what was chosen of them stays, and they are taken still
    /// (5.3). Kept by themselves whenever values go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<String>,
}

/// Most retired values that are remembered of a preference.
const MOST_RETIRED: usize = 2_000;

impl Choice {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Remembers values of how it was that are none any more; the oldest are forgotten where there are too many.
    pub fn remember(&mut self, before: &Self) {
        let known = before.values.iter().map(|value| &value.id);
        let mut retired: Vec<String> = before.retired.iter().chain(known).cloned().collect();
        retired.extend(std::mem::take(&mut self.retired));
        let mut seen = BTreeSet::new();
        retired.retain(|id| self.values.iter().all(|own| own.id != *id) && seen.insert(id.clone()));
        let surplus = retired.len().saturating_sub(MOST_RETIRED);
        self.retired = retired.split_off(surplus);
    }

    /// Whether this is one of its values, or was.
    pub fn knows(&self, value: &str) -> bool {
        self.values.iter().any(|own| own.id == value) || self.retired.iter().any(|own| own == value)
    }
}

/// One answer to a preference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceValue {
    /// Its id, without comma and white space.
    pub id: String,
    /// What it is called, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub name: BTreeMap<String, String>,
}

const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// One thing a person can agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Key, unique in the tenant.
    pub key: DefinitionKey,
    /// What it stands for.
    pub kind: DefinitionKind,
    /// Human label (consent-api 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Longer description for operators (consent-api 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Free parameters (consent-api 6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<String>,
    /// The broader definition that must not be switched off for this one to count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<DefinitionKey>,
    /// How long a consent to it lasts where nothing else says so; none means until withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<Lifetime>,
    /// What can be done with it (enforcement-events-evidence 2.2); none means the [usual](USUAL).
    #[serde(default, skip_serializing_if = "Actions::is_empty")]
    pub actions: Actions,
    /// How it is answered at the preferences door.
    #[serde(default, skip_serializing_if = "Choice::is_empty")]
    pub choice: Choice,
}

impl Definition {
    /// What can be done with it, by name.
    pub fn action_names(&self) -> Vec<&str> {
        if self.actions.is_empty() {
            USUAL.to_vec()
        } else {
            self.actions.iter().map(Action::as_str).collect()
        }
    }

    /// Whether that can be done with it at all.
    pub fn has_action(&self, name: &str) -> bool {
        if self.actions.is_empty() {
            USUAL.contains(&name)
        } else {
            self.actions.contains(name)
        }
    }
}

/// Version of a wording: `MAJOR.MINOR`, both without leading zeros (consent-api 7.1). Ordered numerically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WordingVersion {
    /// Raised when people must be asked again.
    pub major: u32,
    /// Raised for wording that changes nothing of substance.
    pub minor: u32,
}

/// A text that is no `MAJOR.MINOR`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a version is two whole numbers joined by one dot, such as 1.0")]
pub struct InvalidVersion;

impl FromStr for WordingVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let number = |part: &str| {
            let plain = !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_digit())
                && (part.len() == 1 || !part.starts_with('0'));
            if plain {
                part.parse::<u32>().map_err(|_| InvalidVersion)
            } else {
                Err(InvalidVersion)
            }
        };
        let (major, minor) = text.split_once('.').ok_or(InvalidVersion)?;
        Ok(Self {
            major: number(major)?,
            minor: number(minor)?,
        })
    }
}

impl fmt::Display for WordingVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl TryFrom<String> for WordingVersion {
    type Error = InvalidVersion;

    fn try_from(text: String) -> Result<Self, InvalidVersion> {
        text.parse()
    }
}

impl From<WordingVersion> for String {
    fn from(version: WordingVersion) -> String {
        version.to_string()
    }
}

impl Ord for WordingVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.major, self.minor).cmp(&(other.major, other.minor))
    }
}

impl PartialOrd for WordingVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The words of one definition in one locale at one version. Immutable once published: evidence points at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Localization {
    /// The definition it words.
    pub definition: DefinitionKey,
    /// Its language.
    pub locale: Locale,
    /// Its version.
    pub version: WordingVersion,
    /// Title or summary (consent-api 7 `titleText`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Which data (`dataText`).
    pub data: String,
    /// What for (`purposeText`).
    pub purpose: String,
    /// When it was published.
    pub published_at: Timestamp,
}

/// Which words were shown: version and locale of a definition's wording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// Version that was shown.
    pub version: WordingVersion,
    /// Language that was shown.
    pub locale: Locale,
}

#[cfg(test)]
mod tests {
    use super::{Choice, ChoiceValue, MOST_RETIRED};

    fn choice(values: &[&str], retired: &[&str]) -> Choice {
        let value = |id: &&str| ChoiceValue {
            id: (*id).to_owned(),
            name: std::collections::BTreeMap::new(),
        };
        Choice {
            values: values.iter().map(value).collect(),
            retired: retired.iter().map(|id| (*id).to_owned()).collect(),
            ..Choice::default()
        }
    }

    #[test]
    fn ctp_5_3_values_that_go_are_remembered_until_they_come_back() {
        let before = choice(&["a", "b", "c"], &["x", "y"]);
        let mut next = choice(&["c", "x", "d"], &["b", "z"]);
        next.remember(&before);
        assert_eq!(next.retired, ["y", "a", "b", "z"]);
        assert!(["a", "c", "d", "x", "y"].iter().all(|id| next.knows(id)) && !next.knows("q"));
        let same = next.clone();
        next.remember(&same);
        assert_eq!(next, same, "nothing changes by saying the same");
    }

    #[test]
    fn ctp_5_3_the_oldest_are_forgotten_where_there_are_too_many() {
        let all: Vec<String> = (0..MOST_RETIRED + 5).map(|number| number.to_string()).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let mut next = Choice::default();
        next.remember(&choice(&[], &all));
        assert_eq!(
            (next.retired.len(), next.retired[0].as_str()),
            (MOST_RETIRED, "5")
        );
    }
}
