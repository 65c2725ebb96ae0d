//! Accounts that are configuration and not people: directory entries of services, and API credentials of back ends.

use serde::{Deserialize, Serialize};

use crate::client::StoredSecret;

/// An entry of the principal directory (consent-api 12.3): an operator's or a service's account. People are subjects with
/// aliases instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    /// Distinguished name, canonical form.
    pub dn: String,
    /// Values the Basic mapper finds it by, such as `uid` and `cn`.
    #[serde(default)]
    pub names: Vec<String>,
    /// Accepted secrets. They are machine credentials with 256 random bits, so a plain digest is kept.
    #[serde(default)]
    pub secrets: Vec<StoredSecret>,
    /// Whether it may do anything (the directory-wide bypass right).
    #[serde(default)]
    pub bypass_acl: bool,
    /// Whether it is refused.
    #[serde(default)]
    pub disabled: bool,
}

/// An API credential of a data provider's back end (consent-dashboard A1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiCredential {
    /// `client_id`: 20 to 64 characters of `[A-Za-z0-9_-]`.
    pub client_id: String,
    /// Up to two live secrets.
    pub secrets: Vec<StoredSecret>,
    /// Whether it is accepted.
    pub enabled: bool,
}
