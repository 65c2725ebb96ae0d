//! Sessions at the hosted pages: how one begins, what it proves, where a person has some, and how they end.
//!
//! A session is a row of the ledger under the hash of its bearer, so that its end counts at every node. What may not live here: how a person
//! proves who they are; that is [accounts](crate::accounts) and [one-time codes](crate::one_time).

mod listed;
mod session;

pub use listed::Listed;
pub use session::{Method, Proof, Session, Vouched};
