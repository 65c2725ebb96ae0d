//! Records: the handles of consents that back ends create, read, search, change and delete (consent-api 4 to 10).
//!
//! What lives here: who a requester is ([`requester`]), whom a text means ([`identity`]), what a record carries in bulk
//! (`details`), how it is seen (`view`), what it must satisfy (`rules`), what is noted of a change ([`audit`]), and one file
//! per use case. What may not: JSON
//! attributes by name, HTTP, and anything another door needs.

pub mod audit;
pub mod change;
pub mod create;
pub mod delete;
pub mod identity;
pub mod import;
pub mod live;
pub mod mapper;
pub mod read;
pub mod requester;
pub mod rules;
pub mod search;
pub mod status;
pub mod view;

mod details;
mod kept;
mod memory;
mod named;
mod password;
mod rate;
mod script;
mod writing;

pub use change::ChangedRecord;
pub use details::same_value;
pub use identity::{ForeignIdentity, Identities, NamedIdentities};
pub use import::{ImportedIdentity, ImportedRecord, NotImported};
pub use live::{DirectoryUnavailable, LiveDirectory, LiveEntry, LiveHit, LiveQuestion};
pub use read::ReadRecordError;
pub use requester::{Requester, TokenSubject};
pub use rules::{Attribute, Invalid, RecordWish, Wrong};
pub use search::{Page, RecordSearch, RecordsFound, SearchRecordsError};
pub use status::RecordStatus;
pub use view::{InvalidRevision, Precondition, RecordView, Revision};
pub use writing::WriteRecordError;

pub(crate) use kept::KeptRecords;
pub(crate) use memory::{PasswordMemory, Whose};
