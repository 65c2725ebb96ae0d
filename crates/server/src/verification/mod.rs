//! Judging consent tokens for those who write no code: what `consentry verify` and `consentry forward-auth` have in common.
//!
//! What lives here: options, where documents come from, how a verdict is told. What may not: rules about tokens. Those are in the SDK.

pub mod documents;
pub mod forward_auth;
mod options;
mod verdict;

pub(crate) use options::read_secret;
pub use options::{Expectations, Prepared, Standing};
pub use verdict::Verdict;
