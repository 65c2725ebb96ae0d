//! Time zones that people read times in.

use serde::{Deserialize, Serialize};

/// The name of a time zone as the IANA database has it, such as `Europe/Berlin`. Whether there is such a zone is known where times are
/// written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneName(String);

/// A text that cannot name a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a time zone is called as in Europe/Berlin: up to 64 letters, digits, `+`, `-`, `_` and slashes between them"
)]
pub struct InvalidZoneName;

impl ZoneName {
    /// Parses a name.
    pub fn parse(text: &str) -> Result<Self, InvalidZoneName> {
        let fits = |part: &str| {
            let mut bytes = part.bytes();
            bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'_'))
                && !part.is_empty()
        };
        if text.len() <= 64 && text.split('/').all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidZoneName)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ZoneName {
    type Error = InvalidZoneName;

    fn try_from(text: String) -> Result<Self, InvalidZoneName> {
        Self::parse(&text)
    }
}

impl From<ZoneName> for String {
    fn from(name: ZoneName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dsh_b8_a_zone_is_called_as_in_the_iana_database() {
        for good in ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Etc/GMT+3"] {
            assert_eq!(ZoneName::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "/Europe",
            "Europe//Berlin",
            "../etc/passwd",
            "Europe/Berlin ",
            "a\nb",
            &"x".repeat(65),
        ] {
            assert_eq!(ZoneName::parse(bad), Err(InvalidZoneName), "{bad:?}");
        }
    }
}
