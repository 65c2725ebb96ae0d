//! The rules of consent, pure and synchronous.
//!
//! What lives here: ids, time, entities, commands, and the two functions everything else hangs on,
//! [`decide`](decide::decide) and [`apply`](apply::apply). What may not: async code, clocks, randomness, SQL, HTTP and
//! cryptography. Time and new ids always arrive as arguments, so replaying a log gives the same rows.
//!
//! Reading order for a newcomer: [`slot`] (which answers belong together), [`consent`] (one answer),
//! [`agreement`] (what one decision gave one party), [`record`] (the stable handle), [`command`], [`mod@decide`], [`mod@apply`],
//! [`enforce`] (does this consent cover that use now?) and [`shown`] (what each door calls each state).

pub mod account_uses;
pub mod accounts;
pub mod action;
pub mod agreement;
pub mod apply;
pub mod authorization_details;
pub mod client;
pub mod command;
pub mod consent;
pub mod credential;
pub mod decide;
pub mod decision;
pub mod definition;
pub mod device;
pub mod dn;
pub mod dsi;
pub mod enforce;
pub mod fact;
pub mod grant;
pub mod id;
pub mod locale;
pub mod mail;
pub mod record;
pub mod scope;
pub mod shard;
pub mod shown;
pub mod slot;
pub mod subject;
pub mod tenant;
pub mod time;
pub mod touched;
pub mod usage;

#[cfg(test)]
mod tests;

pub use account_uses::AccountUses;
pub use accounts::{AccountId, Accounts};
pub use action::{Action, Actions};
pub use agreement::Agreement;
pub use command::Command;
pub use consent::{Consent, State, Status};
pub use decide::{Policy, Rejection, decide};
pub use fact::Fact;
pub use id::{
    AgreementId, ApplicationId, ClientId, ConsentId, DecisionId, DefinitionKey, DeliveryId, DocumentId,
    EndpointId, EventId, GrantId, PartyId, RecordId, SubjectId, TenantId,
};
pub use shard::Shard;
pub use slot::{Audience, Qualifier, Slot};
pub use time::{Lifetime, Timestamp};
pub use touched::Touched;
pub use usage::Usage;
