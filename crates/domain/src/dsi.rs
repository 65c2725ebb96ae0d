//! Data source identifiers, `dpp://<source>@<dataspace>/<definition>` (dataspace-consent-protocol 2.2).
//!
//! What lives here: the grammar. What may not: decoding, folding or repairing. Two identifiers are the same where their bytes are, and a
//! text that does not fit is none.

use std::{fmt, str::FromStr};

use crate::DefinitionKey;

/// What every identifier begins with.
const SCHEME: &str = "dpp://";

/// Longest part of a source, in bytes.
const LONGEST_SOURCE: usize = 64;

/// Longest segment of a definition, in bytes.
const LONGEST_SEGMENT: usize = 128;

/// Longest name of a domain, in bytes (RFC 1035).
const LONGEST_DOMAIN: usize = 253;

/// Longest label of a domain, in bytes (RFC 1035).
const LONGEST_LABEL: usize = 63;

/// A data source of a dataspace. At most [`DefinitionKey::MAX_BYTES`] bytes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dsi {
    key: DefinitionKey,
    /// Where the domain begins.
    domain: usize,
    /// Where the definition begins.
    definition: usize,
}

/// A text that is no data source identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a data source is written dpp://source@dataspace/definition")]
pub struct InvalidDsi;

impl Dsi {
    /// The definition of the ledger that stands for it: its key is the identifier.
    pub const fn key(&self) -> &DefinitionKey {
        &self.key
    }

    /// The whole identifier.
    pub fn as_str(&self) -> &str {
        self.key.as_str()
    }

    /// Group, with variant where there is one.
    pub fn source(&self) -> &str {
        &self.as_str()[SCHEME.len()..self.domain - 1]
    }

    /// The dataspace: its base domain.
    pub fn domain(&self) -> &str {
        &self.as_str()[self.domain..self.definition - 1]
    }

    /// What the source delivers.
    pub fn definition(&self) -> &str {
        &self.as_str()[self.definition..]
    }
}

impl FromStr for Dsi {
    type Err = InvalidDsi;

    fn from_str(text: &str) -> Result<Self, InvalidDsi> {
        let rest = text.strip_prefix(SCHEME).ok_or(InvalidDsi)?;
        let (source, rest) = rest.split_once('@').ok_or(InvalidDsi)?;
        let (domain, definition) = rest.split_once('/').ok_or(InvalidDsi)?;
        if !is_source(source) || !is_domain(domain) || !definition.split('/').all(is_segment) {
            return Err(InvalidDsi);
        }
        let domain_at = SCHEME.len() + source.len() + 1;
        Ok(Self {
            key: DefinitionKey::parse(text).map_err(|_| InvalidDsi)?,
            domain: domain_at,
            definition: domain_at + domain.len() + 1,
        })
    }
}

impl fmt::Display for Dsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Dsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dsi({self})")
    }
}

fn is_source(source: &str) -> bool {
    let (group, variant) = match source.split_once(':') {
        Some((group, variant)) => (group, Some(variant)),
        None => (source, None),
    };
    let fits = |text: &str, allowed: fn(u8) -> bool| {
        (1..=LONGEST_SOURCE).contains(&text.len()) && text.bytes().all(allowed)
    };
    fits(group, |byte| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
    }) && variant.is_none_or(|variant| {
        fits(variant, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
        })
    })
}

/// Whether a text is a domain as this protocol writes it: lower-case labels of letters, digits and hyphens, without port.
pub fn is_domain(domain: &str) -> bool {
    domain.len() <= LONGEST_DOMAIN && domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=LONGEST_LABEL).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_segment(segment: &str) -> bool {
    (1..=LONGEST_SEGMENT).contains(&segment.len())
        && !matches!(segment, "." | "..")
        && segment
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dsp_2_2_what_the_grammar_takes_is_taken_as_it_is() {
        for text in [
            "dpp://tide_office:v2@northbay.example/Person/Profile_v1.0",
            "dpp://tide_office@northbay.example/Foo/Bar_v3.0-beta.2+build",
            "dpp://a:access_control_demo@d/test/github-User/Thing",
            "dpp://0@x-y.z/draft/Old",
        ] {
            let dsi: Dsi = text.parse().unwrap();
            assert_eq!(dsi.as_str(), text);
            assert_eq!(
                format!("dpp://{}@{}/{}", dsi.source(), dsi.domain(), dsi.definition()),
                text
            );
        }
    }

    #[test]
    fn dsp_2_2_everything_else_is_refused_and_nothing_is_repaired() {
        let long = "a".repeat(65);
        let label = "a".repeat(64);
        for text in [
            "",
            "DPP://a@b/C",
            "dpp:/a@b/C",
            "dpp://@b/C",
            "dpp://A@b/C",
            "dpp://a-b@b/C",
            "dpp://a:@b/C",
            "dpp://a:b:c@b/C",
            "dpp://a:v~1@b/C",
            "dpp://a@/C",
            "dpp://a@B.example/C",
            "dpp://a@b..c/C",
            "dpp://a@-b/C",
            "dpp://a@b-/C",
            "dpp://a@b:443/C",
            "dpp://a@b",
            "dpp://a@b/",
            "dpp://a@b//C",
            "dpp://a@b/C/",
            "dpp://a@b/C//D",
            "dpp://a@b/./C",
            "dpp://a@b/../C",
            "dpp://a@b/C?x",
            "dpp://a@b/C#x",
            "dpp://a@b/C%20D",
            "dpp://a@b/C D",
            "dpp://a@b/Cä",
            "dpp://a@b/C\n",
            " dpp://a@b/C",
            &format!("dpp://{long}@b/C"),
            &format!("dpp://a:{long}@b/C"),
            &format!("dpp://a@{label}/C"),
            &format!("dpp://a@b/{}", "C".repeat(129)),
            &format!("dpp://a@b/{}", "C/".repeat(600)),
        ] {
            assert_eq!(text.parse::<Dsi>(), Err(InvalidDsi), "{text}");
        }
    }
}
