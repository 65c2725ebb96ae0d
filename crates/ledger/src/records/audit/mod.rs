//! What changed in records, and who changed it (consent-api 16). It lives in the log, beside the decision of the same commit, sealed
//! with the key of the person it tells about: what is known of one person never rests on what is kept about another.

mod configuration;
mod follower;
mod note;
mod reader;

use std::collections::BTreeMap;

use consentry_domain::RecordId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use configuration::{account_reference, of_account, of_definition, of_localization};
pub use follower::{AuditFollower, AuditStart};
pub(crate) use note::{Document, of_creation, of_deletion, of_import, of_update};
pub use reader::{AuditEntry, AuditReader, Resource};

/// Attributes by their names on the wire; JSON of `data` and `consentContext` as text, so that numbers keep their precision.
pub(crate) type Attributes = BTreeMap<String, Value>;

/// What happened to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeType {
    /// It came to be.
    Create,
    /// It changed.
    Update,
    /// It was taken away.
    Delete,
}

/// Names of the attributes that a change touched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// Without value before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// With another value before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub updated: Vec<String>,
    /// Without value afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deleted: Vec<String>,
}

impl Touched {
    /// What differs between two states.
    pub(crate) fn between(before: &Attributes, after: &Attributes) -> Self {
        let mut own = Self::default();
        for (name, value) in after {
            match before.get(name) {
                None => own.added.push(name.clone()),
                Some(old) if old != value => own.updated.push(name.clone()),
                Some(_) => {}
            }
        }
        own.deleted = before
            .keys()
            .filter(|name| !after.contains_key(*name))
            .cloned()
            .collect();
        own
    }
}

/// A change of a record as noted beside the decision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Note {
    pub record: RecordId,
    pub change: ChangeType,
    /// Distinguished name of who asked for it; none for what the operator took over from another system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_dn: Option<String>,
    /// Client of the token it was asked with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    pub touched: Touched,
    /// Values before, of what has another or none now.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "pairs")]
    pub was: Attributes,
    /// Values now: all short ones, and of the long ones those that changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "pairs")]
    pub is: Attributes,
    /// The other half of a record that went from one person to another, kept with the person it came from.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moved_away: bool,
}

mod pairs {
    //! Attributes as a list of pairs: member names of events are in snake case, names of attributes are not.

    use serde::{Deserialize, Deserializer, Serializer};
    use serde_json::Value;

    use super::Attributes;

    pub(super) fn serialize<S: Serializer>(attributes: &Attributes, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(attributes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Attributes, D::Error> {
        let pairs = Vec::<(String, Value)>::deserialize(from)?;
        Ok(pairs.into_iter().collect())
    }
}
