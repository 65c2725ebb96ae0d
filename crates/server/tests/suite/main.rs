//! The whole house: every door over one ledger, the route table, the binary itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod bad_input;
mod binary;
mod faults;
mod kill;
mod matrix;
mod matrix_random;
mod route_table;
mod story;
mod wire;
