//! The shapes of bodies. They are read by the compiler of the description and never made.

#![expect(dead_code, reason = "these types only describe")]

pub(super) mod clients;
pub(super) mod consents;
pub(super) mod oauth;
