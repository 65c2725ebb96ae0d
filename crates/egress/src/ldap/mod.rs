//! LDAP version 3 (RFC 4511): finding the one entry a text means, and asking the server whether a password opens it.
//!
//! What lives here: connections, TLS, filters, limits. What may not: what an entry means, memory of answers, and a third operation.
//! The server is the operator's own and may be inside, so the exceptions of [`crate::EgressPolicy`] are not asked for it: an
//! exception for the directory would open the same network to every address that others may choose.

mod client;
mod connection;
mod error;
mod filter;
mod pool;
mod settings;

pub use client::{LdapClient, LdapEntry, LdapHit, LdapQuestion};
pub use error::LdapError;
pub use filter::LdapAttribute;
pub use settings::{LdapAccount, LdapSettings};
