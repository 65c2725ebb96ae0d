//! The authorization door from outside, over the whole house in memory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod attacks;
mod back;
mod described;
mod front;
mod management;
