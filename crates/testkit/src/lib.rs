//! The whole house in memory, for tests only: a real SQLite ledger in a temporary folder, the complete route table, a clock that
//! stands still until it is moved, and seeded randomness. Requests never touch the network.
//!
//! ```no_run
//! # async fn example() {
//! use consentry_testkit::TestApp;
//!
//! let app = TestApp::start().await;
//! let answer = app.get("/health/ready").await;
//! assert_eq!(answer.status(), 200);
//! # }
//! ```

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod answer;
mod app;
mod authenticator;
mod browser;
mod captured;
mod clock;
pub mod dataspace;
pub mod description;
mod entropy;
mod fault;
pub mod issuer;
mod listening;
mod log;
pub mod mail_server;
mod mailbox;
pub mod nats;
mod operator;
mod peer;
pub mod postgres;
mod provider;
mod receiver;
pub mod slapd;
mod story;

pub use answer::Answer;
pub use app::{RequestBuilder, TestApp};
pub use authenticator::{Authenticator, Signature, asked};
pub use browser::Browser;
pub use captured::CapturedLog;
pub use clock::FixedClock;
pub use consentry_server::demo::seed::KnownClient;
pub use entropy::SeededEntropy;
pub use fault::{ForeignLock, NEWER_MIGRATION, migrated_by_a_newer_program};
pub use listening::{Block, Listening};
pub use mail_server::MailServer;
pub use mailbox::Mailbox;
pub use peer::{Asked, Peer};
pub use provider::{APPLICATION_CLIENT, Answered, HS256_CLIENT, PROVIDER_CLIENT, Provider};
pub use receiver::{Received, Receiver, Reply};
pub use story::{FULL_SCOPE, Tokens, VERIFIER, challenge, tokens};
