//! What can go wrong in storage, and nothing about HTTP.

/// A read failed, or the store as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store cannot serve now: locked, full disk, closed, overloaded. Worth trying again.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// A stored value cannot be what it claims to be.
    #[error("stored value is corrupt: {table}.{column} of row {row}")]
    Corrupt {
        /// Table it is in.
        table: &'static str,
        /// Column that does not fit.
        column: &'static str,
        /// The row, by its key.
        row: String,
    },
    /// The driver refused for a reason that trying again does not mend.
    #[error("the database driver failed: {0}")]
    Driver(String),
}

/// One change set was not committed. Nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// A row was changed by somebody else since it was read; read and decide again.
    #[error("a row changed since it was read")]
    Stale,
    /// A one-time credential was used, revoked or over.
    #[error("the credential is spent")]
    Spent,
    /// A row that must not exist yet does.
    #[error("the row exists already")]
    Taken,
    /// The same request was done before; the text is the reference stored then.
    #[error("the request was done before")]
    Duplicate {
        /// What the first request led to.
        reference: String,
        /// Whether the fingerprint of the request is the same as then.
        same_request: bool,
    },
    /// The write queue is full.
    #[error("too many writes are waiting")]
    Overloaded,
    /// The store as a whole failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
