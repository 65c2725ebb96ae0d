//! The embedded dashboard's keys: one-time tokens that a bank's back end asks for, plain or encrypted, and the page sessions they
//! open (consent-dashboard A2, A3, A5 to A8).
//!
//! What lives here: who may ask for a token, its life, spending it once, and what a page may do afterwards. What may not: HTTP,
//! pages, and agreements themselves: see [`agreements`](crate::agreements).

pub mod admin_jwt;
pub mod customer;
pub mod customer_jwt;
pub mod export;
pub mod opening;
pub mod provider;
pub mod renewal;
pub mod session;
pub mod ticket;

pub use admin_jwt::{AdminJwt, AdminJwtError, SharedSecret};
pub use customer::{CustomerId, InvalidCustomerId};
pub use customer_jwt::CustomerJwt;
pub use export::EXPORT;
pub use opening::{OpenError, Opened, Opening, Presented};
pub(crate) use provider::matching_secret;
pub use provider::{Provider, ProviderError};
pub use renewal::Renewed;
pub use session::PageSession;
pub use ticket::{IssueError, Ticket};
