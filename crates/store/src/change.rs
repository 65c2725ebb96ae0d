//! A change, committed as a whole or not at all.

use consentry_domain::{DefinitionKey, EventId, Shard, SubjectId, TenantId, Timestamp, decision::Door};

use crate::row::{Hash, Row, RowKey};

/// A change, committed as a whole or not at all. It may touch several shards of the one database.
#[derive(Debug, Clone)]
pub struct ChangeSet {
    /// Whose data.
    pub tenant: TenantId,
    /// When it is made; stored with remembered requests.
    pub at: Timestamp,
    /// The request it carries out, so that a repeat is recognised.
    pub idempotency: Option<IdempotencyKey>,
    /// What must hold; checked inside the transaction, in batch order.
    pub expect: Vec<Expect>,
    /// Appended in this order, contiguous.
    pub events: Vec<NewEvent>,
    /// Projections, tokens, grants and the rest.
    pub rows: Vec<RowChange>,
}

impl ChangeSet {
    /// An empty change set.
    pub const fn new(tenant: TenantId, at: Timestamp) -> Self {
        Self {
            tenant,
            at,
            idempotency: None,
            expect: Vec::new(),
            events: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Whether committing it would change nothing.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.rows.is_empty()
    }
}

/// Memory of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Keyed hash over caller and key; also spreads it over shards.
    pub key: Hash,
    /// Keyed hash over what was asked.
    pub fingerprint: Hash,
    /// What the request leads to: an id, never an answer in clear.
    pub reference: String,
    /// Until when it is remembered.
    pub expires_at: Timestamp,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// The row does not exist; else [`CommitError::Taken`](crate::CommitError::Taken).
    Absent(RowKey),
    /// The row exists in this version; else [`CommitError::Stale`](crate::CommitError::Stale).
    At(RowKey, u32),
    /// The credential exists, was not consumed or revoked, and is not over at this time; else
    /// [`CommitError::Spent`](crate::CommitError::Spent).
    Unspent(Hash, Timestamp),
}

/// One event to append. The leaf is public, the body sealed; index and chain value are assigned in the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Identity; random where other ids have a shard.
    pub id: EventId,
    /// Name without prefix, such as `consent.granted`.
    pub kind: &'static str,
    /// When it was recorded.
    pub at: Timestamp,
    /// Canonical leaf.
    pub leaf: Vec<u8>,
    /// Sealed body, or the body in clear where `salt` is given.
    pub sealed: Vec<u8>,
    /// Salt in clear, only for events without a person.
    pub salt: Option<Hash>,
    /// What it can be searched by; kept beside the event, removed by erasure.
    pub filter: EventFilter,
}

/// What an event can be searched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFilter {
    /// The person.
    pub subject: Option<SubjectId>,
    /// The door it happened at.
    pub door: Door,
    /// The party or client it concerns.
    pub party: Option<String>,
    /// The definition it concerns.
    pub definition: Option<DefinitionKey>,
}

impl EventFilter {
    /// The shard of the person, or the first where there is none.
    pub fn shard(&self) -> Shard {
        self.subject.map_or(Shard::new(0), SubjectId::shard)
    }
}

/// A change of one row.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every change is a put; a box for each would cost more than it saves"
)]
pub enum RowChange {
    /// Writes the row, new or over the old one.
    Put(Row),
    /// Removes the row; absent is fine.
    Delete(RowKey),
    /// Removes what the events about a person say and what they can be searched by. Their leaves stay, so that the chain does; about the
    /// person nothing more is written, in the same batch neither.
    EraseEvents(SubjectId),
}

/// What a committed change set got.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Index of its first event in the tenant's log; none without events.
    pub first_index: Option<u64>,
    /// Number of its events.
    pub events: u32,
}
