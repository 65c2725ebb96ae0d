//! Mails: which there are, when one is due, and what it says.
//!
//! What lives here: the mails that follow from the log, their rows, and how one is rendered from a template. What may not: SMTP, and when
//! a server is asked again; that is `egress` and `outbound`.
//!
//! A mail is a [job](crate::jobs) that names ids and nothing else. It is made in the change set that moves the queue behind the event it
//! follows from, or in the change set of the decision that wants it (with `queue::put`). To whom it goes and what it says is read from the ledger
//! when it is sent: an erased person gets none, and a changed address is the one that is used.

mod about;
mod code;
mod compose;
mod contact;
mod follow;
mod notices;
mod parked;
mod preference;
mod queue;
mod template;
mod words;

pub use about::{About, Mail, To};
pub use code::CodeMail;
pub use compose::Composed;
pub use contact::Contact;
pub(crate) use contact::KeptContact;
pub use parked::RetryError;
pub use preference::{PreferenceMail, PreferenceMatter, PreferenceWords};
pub use queue::{GIVE_UP, Grown, MailQueue, RETRIES, Settled, Waiting};
pub(crate) use queue::{later_row_of, put, row_of, take_back};
pub(crate) use template::MailTemplates;
pub use template::{InvalidTemplate, check_templates};
