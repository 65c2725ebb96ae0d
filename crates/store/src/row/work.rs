//! Work that nodes take from each other, and messages to endpoints.

use consentry_domain::{DeliveryId, EndpointId, EventId, Timestamp};
use serde::{Deserialize, Serialize};

/// Work that is due at a time and done by one node at a time. Whoever wants to do it writes itself in with the version it read
/// ([`Expect::At`](crate::Expect::At)), so of several only one does; what it writes while it holds the work expects the version it
/// wrote, so that a holder who was taken for dead changes nothing any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// What kind of work.
    pub kind: String,
    /// Which of this kind.
    pub key: String,
    /// Raised by one with each change.
    pub version: u32,
    /// Not to be done before.
    pub due_at: Timestamp,
    /// Who does it.
    pub holder: Option<String>,
    /// From this moment somebody else may.
    pub held_until: Option<Timestamp>,
    /// Failures since it last succeeded.
    pub attempts: u32,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// How far it has come: JSON whose shape depends on the kind.
    pub detail: String,
}

/// What has become of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Waits for its next attempt.
    Waiting,
    /// Somebody asked for it again; nobody has taken it up yet.
    Asked,
    /// The receiver took it.
    Delivered,
    /// Given up; kept to be asked for again.
    Parked,
}

impl DeliveryStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Asked, Self::Delivered, Self::Parked];

    /// The name as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Asked => "asked",
            Self::Delivered => "delivered",
            Self::Parked => "parked",
        }
    }

    /// The one with this stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// A message to an endpoint. It names its event; what the event says is rendered at each attempt and never stored here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Identity.
    pub id: DeliveryId,
    /// Raised by one with each change.
    pub version: u32,
    /// Whom it goes to.
    pub endpoint: EndpointId,
    /// Counts the endpoint's messages, in the order in which they go out.
    pub number: u64,
    /// The event.
    pub event: EventId,
    /// The event's index in the tenant's log.
    pub index: u64,
    /// The event's name without prefix.
    pub kind: String,
    /// What has become of it.
    pub status: DeliveryStatus,
    /// When it is next tried, while it waits.
    pub due_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    pub finished_at: Option<Timestamp>,
    /// What else belongs to it: JSON. Never a body and never a secret.
    pub detail: String,
}
