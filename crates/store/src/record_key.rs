//! What records are found by.

/// What a record can be searched by besides its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKey {
    /// `subject` as given.
    Subject,
    /// `actor` as given.
    Actor,
    /// `actorDN`, canonical.
    ActorDn,
    /// An element of `collaborators`.
    Collaborator,
    /// The definition it answers; every record has one, whatever door made it.
    Definition,
}

impl RecordKey {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::Subject,
        Self::Actor,
        Self::ActorDn,
        Self::Collaborator,
        Self::Definition,
    ];

    /// The name as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Actor => "actor",
            Self::ActorDn => "actor_dn",
            Self::Collaborator => "collaborator",
            Self::Definition => "definition",
        }
    }

    /// The kind with this stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.as_str() == name)
    }
}
