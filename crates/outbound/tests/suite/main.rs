//! Webhooks over the whole house: what is sent, when, in which order, to whom, and what becomes of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]
#![expect(
    clippy::disallowed_methods,
    reason = "receivers are reached over the network, so what becomes true there is looked at again and again"
)]

mod approvals;
mod dataspace_keys;
mod ends;
mod failing;
mod formats;
mod keeping;
mod keys;
mod libraries;
mod logos;
mod mail;
mod mail_server;
mod many;
mod mirroring;
mod nodes;
mod parties;
mod preferences;
mod proving;
mod repeating;
mod sending;
mod silenced;
mod world;
