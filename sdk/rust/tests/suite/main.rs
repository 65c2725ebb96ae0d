//! The verifier against the shared vectors, against a provider that a test directs, and against servers that misbehave.
#![expect(clippy::unwrap_used, reason = "a test may stop")]
#![expect(clippy::panic, reason = "a test may stop")]

mod caches;
mod check;
mod middleware;
mod provider;
mod sending;
mod vectors;
