//! The state of a thing that is administered, as a short text: it differs whenever the thing does.

use std::fmt;

use consentry_domain::{
    credential::Principal,
    definition::{Definition, Localization},
};
use serde::Serialize;

use crate::{TenantSnapshot, error::Fault, opaque::base64url, stored_json::to_json};

/// Bytes of the keyed hash that are kept.
const BYTES: usize = 16;

/// A state. It is made with a key of the tenant, so it tells nothing about what it stands for, such as a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State(String);

impl State {
    /// Of a definition.
    pub fn of_definition(tenant: &TenantSnapshot, definition: &Definition) -> Result<Self, Fault> {
        Self::of(tenant, "definition", definition)
    }

    /// Of all wordings of a definition in one locale.
    pub fn of_wordings(tenant: &TenantSnapshot, wordings: &[&Localization]) -> Result<Self, Fault> {
        Self::of(tenant, "localization", wordings)
    }

    /// Of an account.
    pub fn of_account(tenant: &TenantSnapshot, account: &Principal) -> Result<Self, Fault> {
        Self::of(tenant, "account", account)
    }

    /// Of a list as it is shown.
    pub fn of_list(
        tenant: &TenantSnapshot,
        list: &'static str,
        shown: &impl Serialize,
    ) -> Result<Self, Fault> {
        Self::of(tenant, list, shown)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(
        tenant: &TenantSnapshot,
        kind: &'static str,
        thing: &(impl Serialize + ?Sized),
    ) -> Result<Self, Fault> {
        let text = format!("{kind}\0{}", to_json(&thing, kind)?);
        let hash = tenant.keys.lookup("state", &text);
        Ok(Self(base64url(&hash.as_bytes()[..BYTES])))
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
