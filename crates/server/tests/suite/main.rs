//! The whole house: every door over one ledger, the route table, the binary itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod binary;
mod directories;
mod import;
mod kill;
mod matrix;
mod pages;
mod route_table;
mod story;
