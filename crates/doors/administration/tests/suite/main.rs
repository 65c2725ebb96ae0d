//! The administration door over the whole house: who may, what can be put, and what follows of it at the other doors.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod accounts;
mod admission;
mod conditions;
mod definitions;
mod described;
mod erasing;
mod localizations;
mod logged;
mod restricting;
mod world;
