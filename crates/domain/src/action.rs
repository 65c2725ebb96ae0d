//! What may be done with data: the names that a definition gives, and the part of them that a consent allows
//! (enforcement-events-evidence 2.2).

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What can be done where a definition names nothing of its own: process for the purpose, and obtain the data.
pub const USUAL: [&str; 2] = ["use", "read"];

/// Something that can be done, such as `read`: 1 to 64 of the characters `A-Z a-z 0-9 _ . : -`, compared exactly.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Action(String);

/// A text that is no action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an action is 1 to 64 characters of A-Z a-z 0-9 _ . : -")]
pub struct InvalidAction;

impl Action {
    /// Longest name, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Action {
    type Err = InvalidAction;

    fn from_str(text: &str) -> Result<Self, InvalidAction> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
        let fits = (1..=Self::MAX_BYTES).contains(&text.len()) && text.bytes().all(is_allowed);
        fits.then(|| Self(text.to_owned())).ok_or(InvalidAction)
    }
}

impl TryFrom<String> for Action {
    type Error = InvalidAction;

    fn try_from(text: String) -> Result<Self, InvalidAction> {
        text.parse()
    }
}

impl From<Action> for String {
    fn from(action: Action) -> Self {
        action.0
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A set of actions, at most [`Actions::MOST`]; in the order of their names, however they were given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<Action>", into = "Vec<Action>")]
pub struct Actions(BTreeSet<Action>);

/// More actions than a set may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there are at most {} actions", Actions::MOST)]
pub struct TooManyActions;

impl Actions {
    /// Most actions of a definition.
    pub const MOST: usize = 32;

    /// The actions by name.
    pub fn iter(&self) -> impl Iterator<Item = &Action> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an action of this name is among them.
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|action| action.as_str() == name)
    }

    /// Whether every one of them is also in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }
}

impl TryFrom<Vec<Action>> for Actions {
    type Error = TooManyActions;

    fn try_from(actions: Vec<Action>) -> Result<Self, TooManyActions> {
        let set = BTreeSet::from_iter(actions);
        if set.len() > Self::MOST {
            return Err(TooManyActions);
        }
        Ok(Self(set))
    }
}

impl From<Actions> for Vec<Action> {
    fn from(actions: Actions) -> Self {
        actions.0.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chk_34_an_action_is_a_short_plain_name() {
        for good in ["read", "a", "write.own:1_2-3", &"x".repeat(64)] {
            assert_eq!(good.parse::<Action>().unwrap().as_str(), good);
        }
        for bad in ["", " ", "a b", "é", "a\n", &"x".repeat(65)] {
            assert_eq!(bad.parse::<Action>(), Err(InvalidAction), "{bad}");
        }
    }

    #[test]
    fn chk_34_actions_are_a_set_whatever_the_order_they_are_written_in() {
        let read = |text: &str| serde_json::from_str::<Actions>(text).unwrap();
        assert_eq!(read(r#"["write","read","write"]"#), read(r#"["read","write"]"#));
        assert_eq!(
            serde_json::to_string(&read(r#"["write","read"]"#)).unwrap(),
            r#"["read","write"]"#
        );
        let many: Vec<String> = (0..33).map(|number| format!("a{number}")).collect();
        assert!(serde_json::from_value::<Actions>(many.into()).is_err());
    }
}
