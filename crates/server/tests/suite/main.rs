//! The whole house: every door over one ledger, the route table, the binary itself.

mod binary;
mod kill;
mod matrix;
mod route_table;
mod story;
