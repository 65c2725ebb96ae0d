//! Mail over SMTP (RFC 5321), to the one server that the operator names; and an outbox that keeps mails instead, for demos and tests.
//!
//! The server's address is the operator's own, so the rules for addresses that strangers give do not apply. What strangers do give, names
//! and addresses of people, cannot end a line or a header: addresses are [`MailAddress`](consentry_domain::mail::MailAddress)es, and texts
//! are encoded by the one library that makes the message.

mod error;
mod letter;
mod mailer;
mod outbox;
mod settings;

pub use error::MailError;
pub use letter::Letter;
pub use mailer::Mailer;
pub use outbox::{Kept, Outbox};
pub use settings::{MailTls, SmtpSettings};
