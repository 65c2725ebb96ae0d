//! The records door over a directory that is asked live: a real OpenLDAP server beside the whole house in memory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod availability;
mod mapping;
mod order;
mod passwords;
mod world;
