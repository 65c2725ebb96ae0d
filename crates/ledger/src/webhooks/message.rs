//! One message: what it is about, what it is known by, and what becomes of it. What it says is rendered when it is sent.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_domain::{DeliveryId, EventId, Shard, SubjectId, Timestamp};
use consentry_store::DeliveryRow;

use super::{Endpoint, Part, history::Details};
use crate::{
    Ledger, TenantSnapshot,
    environment::Draw as _,
    feed::{Happening, Reader},
};

/// Name of a test message, which is no event of the log.
pub const PING: &str = "endpoint.ping";

/// Bytes of a partition key.
const PARTITION: usize = 12;

/// A message that waits.
#[derive(Debug, Clone)]
pub struct Message {
    pub(super) row: DeliveryRow,
    /// What keeps messages about one person apart from others.
    pub partition: Option<String>,
    /// Which of the messages of its event.
    pub(super) part: Part,
}

impl Message {
    pub(super) fn of(row: DeliveryRow) -> Self {
        let Details { partition, part, .. } = Details::of(&row);
        Self { row, partition, part }
    }

    /// Its number in the lane.
    pub const fn number(&self) -> u64 {
        self.row.number
    }

    /// What its receiver knows it by, the same for all its attempts.
    pub fn webhook_id(&self) -> String {
        format!("{}{}", self.row.event, self.part.suffix())
    }

    /// The id of its event as the id of a trace.
    pub fn trace(&self) -> String {
        self.row.event.uuid().simple().to_string()
    }

    /// When it is next tried.
    pub const fn due_at(&self) -> Timestamp {
        self.row.due_at
    }

    /// How often it was tried.
    pub const fn attempts(&self) -> u32 {
        self.row.attempts
    }

    /// When it was made.
    pub const fn created_at(&self) -> Timestamp {
        self.row.created_at
    }

    /// Whether it is a test.
    pub fn is_ping(&self) -> bool {
        self.row.kind == PING
    }
}

/// What becomes of a message after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took it.
    Delivered,
    /// It is tried again.
    Again(Timestamp),
    /// It is given up.
    Parked,
}

/// A message to be made.
pub(super) struct Found {
    pub(super) event: EventId,
    pub(super) index: u64,
    pub(super) kind: &'static str,
    pub(super) partition: Option<String>,
    pub(super) part: Part,
}

/// The messages that an event makes for an endpoint.
pub(super) fn parts<'a>(
    tenant: &'a TenantSnapshot,
    endpoint: &Endpoint,
    reader: &'a Reader,
    event: &'a Happening,
) -> impl Iterator<Item = Found> + 'a {
    let parts = endpoint
        .settings
        .format
        .parts(tenant, event, endpoint.is_of_party);
    parts.iter().map(move |part| Found {
        event: event.id(),
        index: event.index(),
        kind: event.entry().name,
        partition: event.subject().map(|subject| partition(tenant, reader, subject)),
        part: *part,
    })
}

pub(super) fn delivery_id(ledger: &Ledger) -> DeliveryId {
    let ids = ledger.ids();
    let shard = Shard::of_bytes(&ids.entropy.bytes::<2>());
    DeliveryId::new(ids.now, shard, ids.entropy.bytes())
}

fn partition(tenant: &TenantSnapshot, reader: &Reader, subject: SubjectId) -> String {
    let key = tenant.keys.partition(reader.name(), subject);
    URL_SAFE_NO_PAD.encode(&key.as_bytes()[..PARTITION])
}
