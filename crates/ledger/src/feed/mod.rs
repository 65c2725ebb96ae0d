//! The feed: what happens in a tenant, in the order of its log, for whoever may follow it (enforcement-events-evidence 3, 4).
//!
//! What lives here: the catalogue of events, how an event of the log is told to one reader, filters, positions and their cursors,
//! pages, and followers that wake after a commit. What may not: HTTP, server-sent events, deliveries. The stream at the decisions
//! door, webhooks and mirrors are all readers of this one feed: nothing of theirs runs in the way of a decision.
//!
//! Nothing is lost and nothing comes twice: a position is a place in the dense log, and a reader that stops goes on from it.

pub mod catalogue;
pub mod schema;

mod data;
mod envelope;
mod filter;
mod find;
mod follow;
mod happening;
mod position;
mod reader;
mod reading;
mod resume;
mod signal;
pub(crate) mod tail;
mod ticket;

use std::time::Duration;

use consentry_domain::Timestamp;

use crate::error::Fault;

pub use catalogue::{CATALOGUE, EventType, Family, TypePattern, UnknownType};
pub(crate) use envelope::Rendering;
pub use envelope::schema_address;
pub use filter::Filter;
pub use follow::{Ended, Follower, Heard, Signalled};
pub use happening::Happening;
pub(crate) use happening::Leaf;
pub use position::Position;
pub use reader::{PARTIES_GO_BACK, READ, READ_SUBJECTS, Reader, SubjectView};
pub use reading::{Page, Reading, Start, Told, Wish};
pub use resume::Resumption;
pub(crate) use signal::Passing;
pub(crate) use tail::{Place, Tails};
pub use ticket::{Shown, TICKET};

/// How this node serves followers.
#[derive(Debug, Clone)]
pub struct FeedOptions {
    /// How often a follower that waits gives word, so that whoever serves it can look whether its reader may still read.
    pub look_again: Duration,
    /// How often the log is looked at for what other nodes and commands wrote, while somebody follows it.
    pub poll: Duration,
    /// Most followers of a tenant on this node (enforcement-events-evidence 11).
    pub most_of_tenant: usize,
    /// Most followers of one reader on this node.
    pub most_of_reader: usize,
}

impl Default for FeedOptions {
    fn default() -> Self {
        Self {
            look_again: Duration::from_secs(1),
            poll: Duration::from_millis(250),
            most_of_tenant: 200,
            most_of_reader: 20,
        }
    }
}

/// Why nothing can be read.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The cursor was altered, or belongs to another tenant, party or filter (COM-15).
    #[error("the cursor does not belong to this tenant, party or filter")]
    CursorMismatch,
    /// The cursor leads to what is no longer served, or into a log that is no longer this one (EVT-20).
    #[error("the cursor leads to nothing that is served")]
    CursorExpired {
        /// Since when events are served.
        oldest: Option<Timestamp>,
    },
    /// Seeing who people are needs [`READ_SUBJECTS`], and is not for parties.
    #[error("the reader may not see who people are")]
    SubjectsHidden,
    /// No names of people come from this issuer.
    #[error("the issuer is not known")]
    UnknownIssuer,
    /// The reader follows with as many streams as it may.
    #[error("the reader has {most} streams, which is the most")]
    TooManyOfReader {
        /// How many it may have.
        most: usize,
    },
    /// The tenant has as many followers as it may.
    #[error("the tenant has as many followers as it may")]
    TooManyOfTenant,
    /// This node is about to stop.
    #[error("this node is about to stop")]
    Stopping,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}
