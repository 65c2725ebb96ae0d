//! Administering what can be agreed to, and directory accounts, while the server runs (consent-api 12.3, 12.5).
//!
//! What lives here: who may, one change at a time under conditions, and who is named in the log. What may not: rules about what a
//! definition, a wording or an account may be. Those are the rules of [`provision`](crate::provision), [`import`](crate::import) and
//! [`removal`](crate::removal), which the manifest goes through too.

mod administrator;
mod putting;
mod removing;
mod state;

pub use administrator::{ADMINISTER, Administrator};
pub use state::State;

use crate::{
    access::{Administer, Permit},
    error::Fault,
    import::NotTaken,
    provision::{ProvisionError, Taken, change::Author},
    removal::RemovalError,
};

/// How often a change is decided again when others change the same thing at the same time.
const TRIES: usize = 3;

/// In which states a thing may be changed.
pub trait Condition: Send + Sync {
    /// Whether it may be in this one, named by its [`State`]; none where there is no such thing.
    fn holds(&self, state: Option<&str>) -> bool;
}

/// One act of administration.
#[derive(Clone, Copy)]
pub struct Act<'a> {
    /// Leave for it.
    pub permit: &'a Permit<Administer>,
    /// Id of the request that asks for it, for the log.
    pub request: &'a str,
    /// In which states it may find what it changes.
    pub condition: &'a dyn Condition,
}

impl std::fmt::Debug for Act<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Act")
            .field("caller", self.permit.caller())
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

impl Act<'_> {
    fn author(&self) -> Author {
        Author::of(self.permit.caller(), self.request)
    }

    fn check(&self, current: Option<&State>) -> Result<(), AdministrationError> {
        if self.condition.holds(current.map(State::as_str)) {
            Ok(())
        } else {
            Err(AdministrationError::OtherState)
        }
    }
}

/// What was put.
#[derive(Debug, Clone)]
pub struct Put<T> {
    /// What became of it.
    pub taken: Taken,
    /// What it is now.
    pub now: T,
    /// The state it is in now.
    pub state: State,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AdministrationError {
    /// There is no such thing.
    #[error("there is no such thing")]
    Absent,
    /// It is in a state in which the request does not want to change it.
    #[error("it is not in a state that the request names")]
    OtherState,
    /// The rules of configuration refuse it.
    #[error(transparent)]
    Refused(#[from] ProvisionError),
    /// The rules of accounts refuse it.
    #[error(transparent)]
    Account(#[from] NotTaken),
    /// It may not be taken away.
    #[error(transparent)]
    Removal(#[from] RemovalError),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}
