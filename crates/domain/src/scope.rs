//! OAuth scope: an ordered set of space-separated values (RFC 6749 3.3).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::DefinitionKey;

/// An ordered set of scope values without repetition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(Vec<DefinitionKey>);

/// A text that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("scope has a character that RFC 6749 3.3 does not allow")]
pub struct InvalidScope;

impl Scope {
    /// `openid`: without it no third-party request is served.
    pub const OPENID: &'static str = "openid";
    /// `offline_access`: access while the person is away.
    pub const OFFLINE_ACCESS: &'static str = "offline_access";

    /// Parses a space-separated scope; repeated values count once, order is kept, empty text is the empty scope.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        let mut values: Vec<DefinitionKey> = Vec::new();
        for part in text.split(' ').filter(|part| !part.is_empty()) {
            if !part.bytes().all(allowed) {
                return Err(InvalidScope);
            }
            let value = DefinitionKey::parse(part).map_err(|_| InvalidScope)?;
            if !values.contains(&value) {
                values.push(value);
            }
        }
        Ok(Self(values))
    }

    /// The values in order.
    pub fn values(&self) -> &[DefinitionKey] {
        &self.0
    }

    /// Whether the value is in it.
    pub fn contains(&self, value: &str) -> bool {
        self.0.iter().any(|own| own.as_str() == value)
    }

    /// Whether every value is also in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|own| other.0.contains(own))
    }

    /// Whether it has no value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values that `keep` accepts, in order.
    #[must_use]
    pub fn filter(&self, mut keep: impl FnMut(&DefinitionKey) -> bool) -> Self {
        Self(self.0.iter().filter(|value| keep(value)).cloned().collect())
    }
}

impl FromIterator<DefinitionKey> for Scope {
    fn from_iter<I: IntoIterator<Item = DefinitionKey>>(values: I) -> Self {
        let mut own: Vec<DefinitionKey> = Vec::new();
        for value in values {
            if !own.contains(&value) {
                own.push(value);
            }
        }
        Self(own)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, value) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(value.as_str())?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Scope {
    type Error = InvalidScope;

    fn try_from(text: String) -> Result<Self, InvalidScope> {
        Self::parse(&text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> String {
        scope.to_string()
    }
}
