//! What can go wrong below every use case. No HTTP here.

use consentry_domain::Rejection;
use consentry_store::{CommitError, StoreError};

use crate::{access::Denied, canonical::NotCanonical, records::DirectoryUnavailable, sealing::SealBroken};

/// A failure that is nobody's wrong input.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Too many writes are waiting; come back soon.
    #[error("too many writes are waiting")]
    Overloaded,
    /// The same rows changed under our hands again and again.
    #[error("the change lost against others three times")]
    Conflict,
    /// A key does not open what it should.
    #[error(transparent)]
    Seal(#[from] SealBroken),
    /// A fact cannot be written canonically: a programming error, found by tests.
    #[error(transparent)]
    Canonical(#[from] NotCanonical),
    /// A stored text is not what its kind says.
    #[error("stored {what} cannot be read: {why}")]
    Unreadable {
        /// What it was to be.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// A directory outside of the ledger cannot be asked now.
    #[error(transparent)]
    Directory(#[from] DirectoryUnavailable),
    /// Signing failed, or a key is missing.
    #[error("no signing key can be used: {0}")]
    Signing(String),
}

impl Fault {
    /// Whether trying again soon may help (503), in contrast to a defect (500).
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Unavailable(_)) | Self::Overloaded | Self::Directory(_)
        )
    }
}

/// Why a decision was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// The rules refuse it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// A one-time credential it rests on is spent.
    #[error("the credential is spent")]
    Spent,
    /// The same request was carried out before.
    #[error("the request was carried out before")]
    Repeated {
        /// What it led to.
        reference: String,
        /// Whether it asked for the same.
        same_request: bool,
    },
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for DecisionError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<CommitError> for Fault {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Overloaded => Self::Overloaded,
            CommitError::Store(error) => Self::Store(error),
            CommitError::Stale | CommitError::Spent | CommitError::Taken | CommitError::Duplicate { .. } => {
                Self::Conflict
            }
        }
    }
}
