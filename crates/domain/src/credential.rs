//! Accounts that are configuration and not people: directory entries of services, and API credentials of back ends.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, client::StoredSecret};

/// An entry of the principal directory (consent-api 12.3): an operator's or a service's account. People are subjects with
/// aliases instead.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    /// Distinguished name, canonical form.
    pub dn: String,
    /// Names it is found by, whatever attribute they are of.
    #[serde(default)]
    pub names: Vec<String>,
    /// Values of `uid`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uid: Vec<String>,
    /// Values of `cn`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cn: Vec<String>,
    /// `entryUUID`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_uuid: Option<String>,
    /// Accepted secrets. They are machine credentials with 256 random bits, so a plain digest is kept.
    #[serde(default)]
    pub secrets: Vec<StoredSecret>,
    /// PHC string of a password that somebody chose (argon2id).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// Whether it may do anything (the directory-wide bypass right).
    #[serde(default)]
    pub bypass_acl: bool,
    /// Whether it is refused.
    #[serde(default)]
    pub disabled: bool,
}

impl Principal {
    /// Everything it can be called by.
    pub fn called(&self) -> impl Iterator<Item = &str> {
        let names = self.names.iter().chain(&self.uid).chain(&self.cn);
        names.chain(&self.entry_uuid).map(String::as_str)
    }
}

/// What an API credential opens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// One-time tokens of the dashboard (consent-dashboard A1).
    #[default]
    Dashboard,
    /// Sessions of the preferences door (consent-tokens-and-preferences 3.1).
    Preferences,
    /// Introspection of consent tokens of a dataspace (dataspace-consent-protocol 11.3).
    Dataspace,
    /// Customer JWTs of the dashboard, for admin JWTs that are encrypted with it (consent-dashboard A5).
    AdminJwt,
}

impl Opens {
    /// Whether it is the usual one.
    const fn is_usual(&self) -> bool {
        matches!(self, Self::Dashboard)
    }
}

/// A secret with which a first party makes consent links by itself (consent-tokens-and-preferences 3.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSecret {
    /// By what a link names it.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The secret, sealed, base64url. It has to be had in clear, since digests are made of it.
    pub sealed: String,
    /// Whether links made with it work.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An API credential of a back end (consent-dashboard A1, consent-tokens-and-preferences 3.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiCredential {
    /// `client_id`: 20 to 64 characters of `[A-Za-z0-9_-]`.
    pub client_id: String,
    /// Up to two live secrets.
    pub secrets: Vec<StoredSecret>,
    /// Whether it is accepted.
    pub enabled: bool,
    /// What it opens.
    #[serde(default, skip_serializing_if = "Opens::is_usual")]
    pub opens: Opens,
    /// The secret itself, sealed, base64url: only where it has to be had in clear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
}
