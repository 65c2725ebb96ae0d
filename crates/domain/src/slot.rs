//! The slot: which answers belong together, so that "the current one" is a row and never a scan.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ClientId, DefinitionKey, PartyId, SubjectId};

/// Toward whom an answer counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Audience {
    /// An OAuth client.
    Client(ClientId),
    /// A party without an OAuth face.
    Party(PartyId),
    /// A name given by a records client (consent-api 8.1 `audience`).
    Named(String),
    /// Nobody in particular: the tenant itself.
    None,
}

impl Audience {
    /// The name of the kind as stored and as used in events.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Client(_) => "client",
            Self::Party(_) => "party",
            Self::Named(_) => "named",
            Self::None => "none",
        }
    }

    /// The text that identifies the audience within its kind; empty for [`Audience::None`].
    pub fn text(&self) -> String {
        match self {
            Self::Client(id) => id.as_str().to_owned(),
            Self::Party(id) => id.to_string(),
            Self::Named(name) => name.clone(),
            Self::None => String::new(),
        }
    }

    /// Rebuilds an audience from [`Self::kind`] and [`Self::text`]; none when they do not fit together.
    pub fn from_parts(kind: &str, text: &str) -> Option<Self> {
        match kind {
            "client" => ClientId::parse(text).ok().map(Self::Client),
            "party" => text.parse().ok().map(Self::Party),
            "named" => Some(Self::Named(text.to_owned())),
            "none" if text.is_empty() => Some(Self::None),
            _ => None,
        }
    }
}

/// What a qualifier of one time begins with.
const ONCE: &str = "once";

/// The canonical rest that keeps answers apart which are otherwise alike: resource set, regulation, `acr`, intermediary
/// path. Empty for most. Built only by the functions here, so that equal things are spelled equally.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Qualifier(String);

impl Qualifier {
    /// Nothing to keep apart.
    pub fn none() -> Self {
        Self::default()
    }

    /// Answers for a set of resources (RFC 8707): sorted, without repetition, percent-free separators.
    pub fn resources<'a>(resources: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sorted: Vec<&str> = resources.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.is_empty() {
            Self::none()
        } else {
            Self(format!("resource={}", sorted.join(" ")))
        }
    }

    /// Answers under a regulation. The usual one keeps nothing apart, so that whoever asks without naming one is answered by it.
    pub fn regulation(regulation: &str, usual: &str) -> Self {
        if regulation == usual {
            Self::none()
        } else {
            Self(format!("regulation={regulation}"))
        }
    }

    /// The regulation that it keeps apart; none for the usual one.
    pub fn as_regulation(&self) -> Option<&str> {
        self.0.strip_prefix("regulation=")
    }

    /// Answers of people whom this issuer, or we ourselves, vouched for in this authentication context (dataspace-consent-protocol 2.1).
    pub fn login(issuer: Option<&str>, acr: &str) -> Self {
        // An issuer has no spaces.
        Self(format!("login={} {acr}", issuer.unwrap_or("here")))
    }

    /// Issuer and authentication context of a [login](Self::login); no issuer where it is our own.
    pub fn as_login(&self) -> Option<(Option<&str>, &str)> {
        let (issuer, acr) = self.0.strip_prefix("login=")?.split_once(' ')?;
        Some(((issuer != "here").then_some(issuer), acr))
    }

    /// The same for one time only: kept apart from what stands, which it neither replaces nor rests on (consent-dashboard D1).
    #[must_use]
    pub fn for_one_time(self) -> Self {
        if self.0.is_empty() {
            Self(ONCE.to_owned())
        } else {
            Self(format!("{ONCE} {}", self.0))
        }
    }

    /// The resources (RFC 8707) that it keeps apart.
    pub fn as_resources(&self) -> Vec<&str> {
        let own = self.0.strip_prefix(ONCE).map_or(self.as_str(), str::trim_start);
        own.strip_prefix("resource=")
            .map(|resources| resources.split(' ').collect())
            .unwrap_or_default()
    }

    /// The canonical text, empty for none.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A qualifier read back from storage.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Qualifier({})", self.0)
    }
}

/// (subject, definition, audience, qualifier). Exactly one consent decides each slot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    /// Whose data.
    pub subject: SubjectId,
    /// What about it.
    pub definition: DefinitionKey,
    /// For whom.
    pub audience: Audience,
    /// What keeps it apart.
    #[serde(default, skip_serializing_if = "is_none")]
    pub qualifier: Qualifier,
}

fn is_none(qualifier: &Qualifier) -> bool {
    qualifier.0.is_empty()
}
