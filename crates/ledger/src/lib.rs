//! Use cases of the ledger: what every door asks for, and the only way anything is written.
//!
//! What lives here: access rules ([`access`]), the writer, caches that a decision corrects before it is answered, keys and
//! sealing, and one folder per group of use cases. What may not: HTTP, SQL, drivers, and anything about one door's wire format.
//!
//! A use case reads, lets the pure rules of [`consentry_domain`] decide, and commits a change set. On a stale read it decides again,
//! at most three times.

pub mod access;
pub mod accounts;
pub mod administration;
pub mod agreements;
pub mod answers;
pub mod canonical;
pub mod checks;
pub mod clients;
mod clocks;
pub mod dataspace;
pub mod embed;
pub mod ends;
pub mod environment;
pub mod erasure;
pub mod error;
pub mod feed;
pub mod holdings;
pub mod holds;
pub mod import;
pub mod interactions;
pub mod jobs;
pub mod key_revocation;
pub mod key_ring;
pub mod key_rotation;
pub mod logos;
pub mod mail;
pub mod once;
pub mod one_time;
pub mod opaque;
mod parties;
pub mod passkeys;
pub mod preferences;
pub mod principals;
pub mod profile;
pub mod provision;
pub mod rates;
pub mod records;
pub mod removal;
pub mod restriction;
pub mod root;
pub mod sealing;
pub mod sessions;
pub mod snapshot;
pub mod standing;
pub mod subjects;
pub mod tokens;
pub mod upstream;
pub mod uses;
pub mod verify;
pub mod webhooks;

mod cache;
mod carry_out;
mod corrections;
mod events;
mod following;
mod ledger;
mod sealed_value;
mod stored_json;
mod telling;
mod templating;
mod throttle;
#[cfg(test)]
mod vectors;
mod writer;

pub use access::{Caller, Denied, Permit, Target, Via, authorize};
pub use environment::{Clock, Draw, Entropy, Ids, SystemClock, SystemEntropy};
pub use error::{DecisionError, Fault};
pub use following::{Followed, MAX_STALENESS};
pub use ledger::{Ledger, LedgerOptions};
pub use opaque::Opaque;
pub use snapshot::{Directory, TenantSnapshot};
