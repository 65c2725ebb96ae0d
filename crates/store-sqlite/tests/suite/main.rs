//! The SQLite engine against the conformance suite, and what only this engine can do wrong: locks, full disks, being killed.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

mod conformance;
mod faults;
mod kill;
mod migrating;
mod opening;
