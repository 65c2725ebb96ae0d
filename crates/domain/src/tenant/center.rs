//! A preferences center: a page on which people see and change what they chose (consent-tokens-and-preferences 11).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Validations;
use crate::{DefinitionKey, definition::ChoiceValue};

/// Most centers of a tenant.
pub(super) const MOST: usize = 50;

/// Most entries of one list of a center.
const MOST_LISTED: usize = 100;

/// One center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Center {
    /// Part of its address: 1 to 64 lower-case letters, digits and hyphens.
    pub id: String,
    /// Its title by language; the product's words where there is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub title: BTreeMap<String, String>,
    /// A sentence below the title by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lead: BTreeMap<String, String>,
    /// Purposes that it shows, in this order; all of the tenant where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<DefinitionKey>,
    /// Channels that it shows below the purposes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChoiceValue>,
    /// Regulation under which it shows and records choices; the usual one where it says none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regulation: Option<String>,
    /// Origins whose pages may frame it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frame_origins: Vec<String>,
    /// Whether people can get in by mail, with a code or a link.
    #[serde(default = "yes")]
    pub sign_in: bool,
    /// Whether somebody whom nobody knows yet can get in by mail.
    #[serde(default)]
    pub new_people: bool,
    /// What is asked of choices made here, in place of what the tenant asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validations: Option<Validations>,
}

const fn yes() -> bool {
    true
}

impl Center {
    /// Why it cannot be served; none where it can.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.id.is_empty() || self.id.len() > 64 || !self.id.bytes().all(plain) {
            return Some("must be 1 to 64 lower-case letters, digits and hyphens");
        }
        let lists = [self.purposes.len(), self.channels.len(), self.frame_origins.len()];
        if lists.into_iter().any(|long| long > MOST_LISTED) {
            return Some("may list at most 100 purposes, channels and origins");
        }
        let is_id =
            |id: &str| (1..=256).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        if !self.channels.iter().all(|channel| is_id(&channel.id)) {
            return Some("has a channel whose id is not 1 to 256 visible ASCII characters");
        }
        None
    }
}
