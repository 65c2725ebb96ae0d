//! NATS with JetStream (client protocol of nats-server 2.9 and later): one connection, streams that are made or judged, and messages
//! that are acknowledged.
//!
//! What lives here: connecting, credentials, TLS, what a stream must be like, publishing. What may not: what a message says, which comes
//! next, and trying again. The server is the operator's own and may be inside, so the exceptions of [`crate::EgressPolicy`] are not asked
//! for it.

mod connection;
mod error;
mod settings;
mod stream;

pub use connection::{Acknowledged, Acknowledgement, JetStream, NatsClient, Publication};
pub use error::NatsError;
pub use settings::{NatsAccount, NatsSettings};
pub use stream::{StoredMessage, StreamEnd, StreamWish};
