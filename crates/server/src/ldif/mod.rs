//! LDIF (RFC 2849): entries of another directory as a text.
//!
//! What lives here: reading lines and records, and which attributes make an account or a consent record. What may not: what becomes
//! of them.

mod account;
mod consent;
mod lines;
mod record;
mod time;

pub use account::{Found, account};
pub use consent::{FoundRecord, Places, RecordEntries, RecordEntry};
pub use record::{Attribute, Record, Records, records};

/// A line that is refused, and with it the record it stands in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {why}")]
pub struct Refused {
    /// Number of the line in the file, from 1; of a folded line the first.
    pub line: usize,
    /// What is wrong with it, without its value.
    pub why: String,
}

impl Refused {
    pub(crate) fn at(line: usize, why: impl Into<String>) -> Self {
        Self {
            line,
            why: why.into(),
        }
    }
}

#[cfg(test)]
mod tests;
