//! Verifies consent tokens of dataspaces and Consentry's access tokens, follows revocations, and asks the check API.
//!
//! What lives here: everything that a data source or an API needs to judge a token without asking a server each time. What may not:
//! anything that gives out what an unverified token claims.

mod access;
mod check;
mod consent;
mod dsi;
mod error;
mod fetching;
mod identity;
mod json;
mod keys;
mod members;
#[cfg(feature = "tower")]
pub mod middleware;
mod parsing;
mod remembered;
#[cfg(feature = "reqwest")]
mod reqwest_fetch;
mod revocation;

pub use access::{Access, AccessRevocation, AccessSettings, AccessVerifier};
pub use check::{CheckClient, Decision, Semantic, basic};
pub use consent::{Consent, ConsentSettings, ConsentVerifier, Revocation, Shown};
pub use dsi::is_dsi;
pub use error::{Answer, Code, Refused, SettingsError};
pub use fetching::{
    Background, BoxFuture, Clock, Environment, Fetch, FetchError, Headers, MAX_DOCUMENT_BYTES, Request,
    Response,
};
#[cfg(feature = "reqwest")]
pub use reqwest_fetch::ReqwestFetch;

/// The examples of the page of this crate, compiled.
#[cfg(all(doctest, feature = "reqwest", feature = "tower"))]
#[doc = include_str!("../README.md")]
struct Examples;
