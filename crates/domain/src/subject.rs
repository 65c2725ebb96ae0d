//! The person whose data it is, and the names people have for them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{SubjectId, Timestamp, decision::named_enum};

named_enum! {
    /// What has become of a subject.
    SubjectState {
        /// A person with records.
        Active = "active",
        /// A person whose data may be kept and not be processed (GDPR Art. 18).
        Restricted = "restricted",
        /// Became one with another subject.
        Merged = "merged",
        /// Placeholder of a record whose person is not yet known.
        Unassigned = "unassigned",
        /// The data key is destroyed.
        Erased = "erased",
    }
}

impl SubjectState {
    /// Whether it is somebody who is there: neither erased, nor one with another, nor a placeholder.
    pub const fn is_somebody(self) -> bool {
        matches!(self, Self::Active | Self::Restricted)
    }
}

/// A person. Names and contact data are not here: see aliases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Identity.
    pub id: SubjectId,
    /// Raised by one with each change.
    pub version: u32,
    /// What has become of it.
    pub state: SubjectState,
    /// The subject it became one with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<SubjectId>,
    /// When it was first seen.
    pub created_at: Timestamp,
}

/// Whose name for the person: a name space and a value in it. Two names become one person only by linking, never by looking
/// alike.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Alias {
    /// Name space.
    pub namespace: Namespace,
    /// Value, in the canonical form of its name space.
    pub value: String,
}

impl Alias {
    /// An alias; the value is taken as it is.
    pub fn new(namespace: Namespace, value: impl Into<String>) -> Self {
        Self {
            namespace,
            value: value.into(),
        }
    }
}

impl fmt::Debug for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alias({}:…)", self.namespace.as_str())
    }
}

named_enum! {
    /// A name space of aliases.
    Namespace {
        /// What the person types to log in here.
        Login = "login",
        /// Customer id of the dashboard: the subject identifier of the bank's own OpenID provider.
        Customer = "customer",
        /// Distinguished name of the records door, canonical form.
        Dn = "dn",
        /// Subject text of a records client that no mapper knows.
        RecordSubject = "record_subject",
        /// Issuer and subject identifier at another OpenID provider, with a space between.
        Upstream = "upstream",
        /// What a first party calls a person at the preferences door.
        Organization = "organization",
        /// A device or browser of a person at the preferences door.
        Device = "device",
    }
}
