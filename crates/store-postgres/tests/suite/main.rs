//! The PostgreSQL engine against the conformance suite, and what only this engine can do wrong: a server that is away or killed, a
//! connection that is cut, and other nodes.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

mod conformance;
mod disk;
mod faults;
mod gathered;
mod kill;
mod opening;
mod proxy;
mod tail;
