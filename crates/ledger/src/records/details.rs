//! What a record carries in bulk: identities as given, texts as shown, `data`, `consentContext`. Sealed with the key of the person.

use std::collections::BTreeMap;

use consentry_domain::{RecordId, definition::WordingVersion, locale::Locale};
use consentry_store::{Hash, row::RecordKey};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::status::KeptStatus;
use crate::{
    TenantSnapshot,
    environment::Entropy,
    error::Fault,
    sealing::Key,
    stored_json::{from_json, to_json},
};

/// The bulk of a record, as sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Details {
    pub subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_dn: Option<String>,
    /// Absent where another door's decision was taken by nobody this door can name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_dn: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collaborators: Vec<String>,
    /// Version of a pending record that names no locale; with both, the consent's wording holds them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lone_version: Option<WordingVersion>,
    /// Locale of a pending record that names no version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lone_locale: Option<Locale>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_status: Option<KeptStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_context: Option<Box<RawValue>>,
}

impl Details {
    /// Seals them for a record.
    pub(crate) fn seal(&self, key: &Key, entropy: &dyn Entropy, record: RecordId) -> Result<Vec<u8>, Fault> {
        let plain = to_json(self, "record")?;
        Ok(key.seal(entropy, record.uuid().as_bytes(), plain.as_bytes()))
    }

    /// Opens what [`Self::seal`] made.
    pub(crate) fn open(key: &Key, record: RecordId, sealed: &[u8]) -> Result<Self, Fault> {
        let plain = key.open(record.uuid().as_bytes(), sealed)?;
        let text = String::from_utf8(plain).map_err(|error| Fault::Unreadable {
            what: "record",
            why: error.to_string(),
        })?;
        from_json(&text, "record")
    }

    /// What the record can be found by.
    pub(crate) fn keys(&self, tenant: &TenantSnapshot) -> Vec<(RecordKey, Hash)> {
        let key = |kind: RecordKey, value: &str| (kind, lookup(tenant, kind, value));
        let mut keys = vec![key(RecordKey::Subject, &self.subject)];
        // A directory entry that is no person is found by its name through the same kind of key.
        keys.extend(self.subject_dn.iter().map(|dn| key(RecordKey::Subject, dn)));
        keys.extend(self.actor.iter().map(|actor| key(RecordKey::Actor, actor)));
        keys.extend(self.actor_dn.iter().map(|dn| key(RecordKey::ActorDn, dn)));
        keys.extend(
            self.collaborators
                .iter()
                .map(|name| key(RecordKey::Collaborator, name)),
        );
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Whether both say the same, however their JSON is written. The status is the view's to compare.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.subject == other.subject
            && self.subject_dn == other.subject_dn
            && self.actor == other.actor
            && self.actor_dn == other.actor_dn
            && self.collaborators == other.collaborators
            && self.lone_version == other.lone_version
            && self.lone_locale == other.lone_locale
            && self.title_text == other.title_text
            && self.data_text == other.data_text
            && self.purpose_text == other.purpose_text
            && same_optional(self.data.as_deref(), other.data.as_deref())
            && same_optional(self.consent_context.as_deref(), other.consent_context.as_deref())
    }
}

/// Keyed hash under which a record is found.
pub(crate) fn lookup(tenant: &TenantSnapshot, kind: RecordKey, value: &str) -> Hash {
    tenant.keys.lookup(kind.as_str(), value)
}

fn same_optional(one: Option<&RawValue>, other: Option<&RawValue>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => same_value(one, other),
        _ => false,
    }
}

/// Whether two JSON texts have the same value: spaces, order of members and escapes do not matter. Numbers are the same only if
/// they are written alike, so that no precision is ever taken for equal.
pub fn same_value(one: &RawValue, other: &RawValue) -> bool {
    let (one, other) = (one.get().trim(), other.get().trim());
    if one == other {
        return true;
    }
    match (one.as_bytes().first(), other.as_bytes().first()) {
        (Some(b'{'), Some(b'{')) => same_parsed(one, other, |one: &BTreeMap<String, &RawValue>, other| {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|((name, one), (named, other))| name == named && same_value(one, other))
        }),
        (Some(b'['), Some(b'[')) => same_parsed(one, other, |one: &Vec<&RawValue>, other| {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_value(one, other))
        }),
        (Some(b'"'), Some(b'"')) => same_parsed(one, other, |one: &String, other| one == other),
        _ => false,
    }
}

fn same_parsed<'a, T: Deserialize<'a>>(
    one: &'a str,
    other: &'a str,
    same: impl FnOnce(&T, &T) -> bool,
) -> bool {
    match (serde_json::from_str::<T>(one), serde_json::from_str::<T>(other)) {
        (Ok(one), Ok(other)) => same(&one, &other),
        _ => false,
    }
}
