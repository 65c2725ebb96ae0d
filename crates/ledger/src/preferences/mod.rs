//! What people choose at a preferences door: consent tokens, events, and what the events of a person come to
//! (consent-tokens-and-preferences 3 to 6).
//!
//! What lives here: folding events, who is meant by an id, and writing an event with the decision that it is in one commit. What may
//! not: the wire. Whether a purpose is on is never remembered here: that is what its slot says, whoever moved it.

mod approval;
mod attempt;
mod center;
mod check;
mod commit;
mod contact;
mod definitions;
mod deletion;
mod digest;
mod events;
mod export;
mod fold;
mod link;
mod merge;
pub mod model;
mod person;
mod proof;
mod retention;
mod secret;
mod seen;
mod session;
mod settings;
mod telling;
mod token;
mod tree;
mod users;
mod view;
mod words;

use consentry_domain::SubjectId;
pub use consentry_store::Hash as PlaceHash;

pub use self::{
    approval::{Approval, ApprovalError},
    center::{Entrance, OpenCenterError},
    check::{Wrong, told_id},
    definitions::{ChoiceText, ChoiceWish},
    digest::{DigestAlgorithm, DigestLink},
    events::{EventPatch, EventWish, Taking, Unchanged},
    export::{ExportPage, ExportPreferences, Exported},
    link::{ConsentLink, LinkContent, LinkError},
    proof::{InvalidProof, LARGEST_PROOF, MOST_PROOFS, ProofFile, ProofView},
    secret::{LinkSecretWish, link_secret_version},
    seen::{SeenUser, UserFilter, UserPage},
    session::{Session, SessionError},
    token::{
        BearerError, ConsentToken, EventTemplate, IssuedToken, Permission, PreferenceBearer, TokenDetail,
        TokenWish,
    },
    tree::{full_tree, in_order},
    users::UserWish,
    view::{EventView, UserView},
    words::{ChoiceWords, choice_words, named, title_of},
};
use crate::{
    access::{Action, Caller, Denied, Target, Via},
    erasure::ErasureError,
    error::{DecisionError, Fault},
    holds::Held,
};

/// Why something was not done. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum PreferenceError {
    /// There is nothing of this id, for whoever asked.
    #[error("there is nothing of this id")]
    NotFound,
    /// It collides with what is there.
    #[error("{0}")]
    Conflict(&'static str),
    /// The credential is right and may not.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Something holds what is known of the person.
    #[error("a legal hold forbids it")]
    Held(Held),
    /// Parts of it cannot be taken.
    #[error("{} parts cannot be taken", .0.len())]
    Invalid(Vec<Wrong>),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<Denied> for PreferenceError {
    fn from(_: Denied) -> Self {
        Self::Forbidden("this is not allowed")
    }
}

impl From<ErasureError> for PreferenceError {
    fn from(error: ErasureError) -> Self {
        match error {
            ErasureError::Nobody => Self::NotFound,
            ErasureError::Held(held) => Self::Held(held),
            ErasureError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<DecisionError> for PreferenceError {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Fault(fault) => Self::Fault(fault),
            DecisionError::Denied(denied) => denied.into(),
            DecisionError::Rejected(_) | DecisionError::Spent | DecisionError::Repeated { .. } => {
                Self::Fault(Fault::Conflict)
            }
        }
    }
}

/// Reading what a person chose.
#[derive(Debug, Clone, Copy)]
pub struct ReadPreferences;

impl Action for ReadPreferences {
    const NAME: &'static str = "read this person's preferences";

    fn allows(caller: &Caller, target: &Target) -> bool {
        allows(caller, target, |read, _| read)
    }
}

/// Adding to what a person chose.
#[derive(Debug, Clone, Copy)]
pub struct WritePreferences;

impl Action for WritePreferences {
    const NAME: &'static str = "write this person's preferences";

    fn allows(caller: &Caller, target: &Target) -> bool {
        allows(caller, target, |_, write| write)
    }
}

/// Everything else: issuing tokens, changing and deleting what was recorded.
#[derive(Debug, Clone, Copy)]
pub struct ManagePreferences;

impl Action for ManagePreferences {
    const NAME: &'static str = "manage preferences";

    fn allows(caller: &Caller, _target: &Target) -> bool {
        matches!(caller, Caller::Organization { .. } | Caller::Operator)
    }
}

/// Deciding about what somebody chose, with a link that was sent for it.
#[derive(Debug, Clone, Copy)]
pub struct DecideApproval;

impl Action for DecideApproval {
    const NAME: &'static str = "decide about this choice";

    fn allows(caller: &Caller, target: &Target) -> bool {
        match (caller, target) {
            (Caller::Operator | Caller::Approver { .. }, _) => true,
            (
                Caller::Subject {
                    subject,
                    via: Via::Link,
                },
                Target::Subject(of),
            ) => subject == of,
            _ => false,
        }
    }
}

fn allows(caller: &Caller, target: &Target, may: impl FnOnce(bool, bool) -> bool) -> bool {
    match (caller, target) {
        (Caller::Organization { .. } | Caller::Operator, _) => true,
        (
            Caller::Subject {
                subject,
                via: Via::ConsentToken { read, write },
            },
            Target::Subject(of),
        ) => subject == of && may(*read, *write),
        _ => false,
    }
}

/// Whether a text can be an id: 1 to 256 characters without control characters, and not only spaces (17).
pub fn is_id(text: &str) -> bool {
    let length = text.chars().count();
    (1..=256).contains(&length) && !text.chars().any(char::is_control) && !text.trim().is_empty()
}

/// A person whom somebody names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Whom<'a> {
    /// By what the first party knows them.
    pub organization_user_id: Option<&'a str>,
    /// One of their devices.
    pub id: Option<&'a str>,
}

/// How often a change that lost against another is tried.
const ATTEMPTS: u32 = 3;

/// The subject of a permit, where it is for one person only.
const fn only(target: &Target) -> Option<SubjectId> {
    match target {
        Target::Subject(subject) => Some(*subject),
        _ => None,
    }
}
