//! Interactions: one visit of a browser, from an authorization request that was found good to its one answer
//! (third-party-authorization A.5 to A.9).
//!
//! What lives here: the state machine ([`step`]), the frozen request ([`request`]), when a person is asked ([`ask`]), and the use
//! cases that move an interaction on, one file each. What may not: parameters as they came from outside, cookies, redirects,
//! pages. The door has checked the request before it comes here, and nothing of it is read from the browser again (TPA-IX-03).
//!
//! An interaction is answered once: every way to its end commits under the version of the row that was read (TPA-IX-05).

pub mod ask;
pub mod assurance;
pub mod request;
pub mod step;

mod approve;
mod begin;
mod decline;
mod grant;
mod interaction;
mod log_out;
mod look_up;
mod move_on;
mod offline;
mod push;
mod recheck;
mod reject;
mod report;
mod silent;

#[cfg(test)]
mod tests;

pub use approve::{Approval, ApproveError};
pub use ask::{AskReason, Need};
pub use assurance::{Assurance, Level};
pub use begin::Begun;
pub use grant::{Issued, disclosure};
pub use interaction::{Interaction, cookie_mark};
pub use look_up::{LookUp, LookUpError};
pub use move_on::MoveError;
pub use push::{Pushed, Reference};
pub use recheck::{Changed, redirect_fits};
pub use reject::Misuse;
pub use report::{Report, ReportError, Reported};
pub use request::{AuthorizationRequest, RequestedClaims, ResponseMode};
pub use step::{AskedItem, IllegalStep, Question, Step};
