//! What a person chose at a preferences door: one row for each event, and one for the person with what all of it comes to.

use consentry_domain::{SubjectId, Timestamp};

use crate::Hash;

/// What a row of preferences is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PreferenceKind {
    /// A person, with the choices that count.
    Person,
    /// One event of a person.
    Event,
    /// A file that is kept with an event.
    Proof,
}

impl PreferenceKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Person, Self::Event, Self::Proof];

    /// The name as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Event => "event",
            Self::Proof => "proof",
        }
    }

    /// The kind with this stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A row of preferences. It lives in the shard of its own hash, since it is asked for before anybody knows whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreferenceRow {
    /// Keyed hash of the kind and of the id by which it is asked for.
    pub hash: Hash,
    /// What it is.
    pub kind: PreferenceKind,
    /// Raised by one with each change.
    pub version: u32,
    /// Whose.
    pub subject: SubjectId,
    /// When it was made here; of a person, the order in which people are listed.
    pub created_at: Timestamp,
    /// Everything else, sealed with the key of the person.
    pub sealed: Vec<u8>,
}
