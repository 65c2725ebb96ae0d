//! The preferences door, through HTTP in one process.

mod approvals;
mod changing;
mod events;
mod metadata;
mod one_truth;
mod sessions;
mod tokens;
mod users;
mod wire;
mod world;
