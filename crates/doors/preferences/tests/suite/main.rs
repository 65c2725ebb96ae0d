//! The preferences door, through HTTP in one process.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod approvals;
mod auth;
mod centers;
mod changing;
mod correcting;
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
mod permissions;
mod proofs;
mod published;
mod reading_again;
mod recording;
mod sessions;
mod signing;
mod tokens;
mod told;
mod users;
mod widgets;
mod wire;
mod world;
