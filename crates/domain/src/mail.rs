//! Addresses of mail.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest address (RFC 5321 4.5.3.1.3, without the brackets around a path).
const LONGEST: usize = 254;

/// Longest part before the `@` (RFC 5321 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// Longest label of a domain (RFC 1035 2.3.4).
const LONGEST_LABEL: usize = 63;

/// A mail address: a local part without quotes, and a domain name, both perhaps with letters of any language (RFC 6531). Nothing in it can
/// end a line or begin another header. Never shown by `Debug`, since it is personal data.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailAddress(String);

/// A text that is no mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no mail address such as ada@example.com")]
pub struct InvalidMailAddress;

impl MailAddress {
    /// Reads an address; spaces around it do not count.
    pub fn parse(text: &str) -> Result<Self, InvalidMailAddress> {
        let text = text.trim_matches(' ');
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidMailAddress)?;
        let fits = text.len() <= LONGEST
            && (1..=LONGEST_LOCAL).contains(&local.len())
            && local
                .split('.')
                .all(|atom| !atom.is_empty() && atom.chars().all(is_of_atom))
            && !domain.is_empty()
            && domain.split('.').all(is_label);
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidMailAddress)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`, and the domain behind it.
    pub fn parts(&self) -> (&str, &str) {
        self.0.rsplit_once('@').unwrap_or((&self.0, ""))
    }
}

/// Characters of an atom (RFC 5322 3.2.3), and letters and digits beyond ASCII (RFC 6531 3.3).
fn is_of_atom(character: char) -> bool {
    if character.is_ascii() {
        character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(character)
    } else {
        character.is_alphanumeric()
    }
}

fn is_label(label: &str) -> bool {
    (1..=LONGEST_LABEL).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|character| {
            if character.is_ascii() {
                character.is_ascii_alphanumeric() || character == '-'
            } else {
                character.is_alphanumeric()
            }
        })
}

impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailAddress(…)")
    }
}

impl TryFrom<String> for MailAddress {
    type Error = InvalidMailAddress;

    fn try_from(text: String) -> Result<Self, InvalidMailAddress> {
        Self::parse(&text)
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_a_name_and_a_domain() {
        for text in [
            "ada@example.com",
            " ada@example.com ",
            "ada.lovelace+consent@mail.example.co.uk",
            "o'neill@localhost",
            "ада@пример.example",
            "ada@bücher.example",
            "x@1.example",
        ] {
            assert!(MailAddress::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_could_begin_another_header_is_no_address() {
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example.com\r\nBcc: eve@example.com",
            "ada\n@example.com",
            "ada@exam\rple.com",
            "ada\u{85}@example.com",
            "ada\u{2028}@example.com",
            "\u{202e}ada@example.com",
            "ada @example.com",
            "ada@example.com, eve@example.com",
            "<ada@example.com>",
            "Ada <ada@example.com>",
            "\"ada\"@example.com",
            "ada(comment)@example.com",
            "ada..b@example.com",
            ".ada@example.com",
            "ada@-example.com",
            "ada@example-.com",
            "ada@example..com",
            "ada@[127.0.0.1]",
            "ada@example.com\0",
            "ada@exa\u{200b}mple.com",
        ] {
            assert_eq!(MailAddress::parse(text), Err(InvalidMailAddress), "{text:?}");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        assert!(MailAddress::parse(&long).is_err());
        let long = format!("a@{}", ["b".repeat(63).as_str(); 4].join("."));
        assert!(MailAddress::parse(&long).is_err());
    }

    #[test]
    fn an_address_is_not_printed_by_accident() {
        let address = MailAddress::parse("ada@example.com").unwrap();
        assert_eq!(format!("{address:?}"), "MailAddress(…)");
    }
}
