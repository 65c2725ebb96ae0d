//! The preferences door, through HTTP in one process.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod approvals;
mod auth;
mod centers;
mod changing;
mod deciding;
mod defining;
mod deleting;
mod described;
mod events;
mod exports;
mod hosts;
mod links;
mod metadata;
mod one_truth;
mod proofs;
mod reading_again;
mod sessions;
mod tokens;
mod told;
mod users;
mod widgets;
mod wire;
mod world;
