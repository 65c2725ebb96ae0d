//! May this party do this with that person's data now? (enforcement-events-evidence 2)
//!
//! What lives here: who may ask ([`Checker`]), what is asked ([`Question`]), and the answer ([`Verdict`]), which rests on the same
//! [`standing`](consentry_domain::enforce::standing) as tokens and introspection. What may not: how questions are written.

mod checker;
mod past;
mod people;
mod question;
mod search;
mod verdict;

pub use checker::{CHECK, Checker, HISTORY, NotYourParty, SEARCH, Toward};
pub use people::{People, Position, Somebody, Sought};
pub(crate) use question::{Names, names_of as issuer_names};
pub use question::{Question, Resource, SubjectName, Within};
pub use search::{Held, Wanted};
pub use verdict::{Moment, Reason, Verdict};
