//! The `consentry` binary.
fn main() {}
