//! Everything that leaves the process: HTTP to addresses that others may have chosen, LDAP to directories of the operator, mail to their
//! server, and messages to their NATS, with one place for limits.
//!
//! What lives here: the clients, the rules which addresses may be reached, and the exceptions an operator makes.
//! What may not: any meaning of a request or an answer, retries, caches, and a second way out.

mod address;
mod answer;
mod client;
mod error;
mod ldap;
mod mail;
mod nats;
mod policy;
mod request;
mod resolving;
mod tls;

pub use address::{AddressClass, classify};
pub use answer::Answer;
pub use client::Egress;
pub use error::EgressError;
pub use ldap::{
    LdapAccount, LdapAttribute, LdapClient, LdapEntry, LdapError, LdapHit, LdapQuestion, LdapSettings,
};
pub use mail::{Kept, Letter, MailError, MailTls, Mailer, Outbox, SmtpSettings};
pub use nats::{
    Acknowledged, Acknowledgement, JetStream, NatsAccount, NatsClient, NatsError, NatsSettings, Publication,
    StoredMessage, StreamEnd, StreamWish,
};
pub use policy::EgressPolicy;
pub use request::Request;
pub use resolving::{Lookup, SystemLookup};
