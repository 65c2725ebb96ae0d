//! From the driver's errors to those of the waist.

use consentry_store::StoreError;
use rusqlite::ErrorCode;

/// A store error under way, so that `?` takes the driver's errors as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault(pub(crate) StoreError);

pub(crate) type Result<T> = std::result::Result<T, Fault>;

impl Fault {
    /// Whether trying the same again later may work, whatever the change.
    pub(crate) const fn is_unavailability(&self) -> bool {
        matches!(self.0, StoreError::Unavailable(_))
    }

    /// Whether a stored value was the cause.
    pub(crate) const fn is_corruption(&self) -> bool {
        matches!(self.0, StoreError::Corrupt { .. })
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        Self(match error.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory
                | ErrorCode::FileLockingProtocolFailed,
            ) => StoreError::Unavailable(text),
            _ => StoreError::Driver(text),
        })
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self(StoreError::Driver(format!(
            "cannot write a value as JSON: {error}"
        )))
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        fault.0
    }
}

/// What everything answers once the store is closed.
pub(crate) fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}
