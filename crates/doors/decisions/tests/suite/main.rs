//! The decisions door over the whole house: questions, batches, searches, and who may ask.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod abandoned;
mod admission;
mod batches;
mod callers;
mod described;
mod evaluating;
mod events;
mod fixture;
mod other_times;
mod parties;
mod people;
mod searching;
mod using;
mod world;
