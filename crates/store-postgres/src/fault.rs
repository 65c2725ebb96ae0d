//! From the driver's errors to those of the waist.

use consentry_store::StoreError;
use tokio_postgres::error::SqlState;

/// A store error under way, with what follows from it for the connection and for another attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) error: StoreError,
    pub(crate) kind: Kind,
}

/// What follows from a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The connection is of no use any more: cut, ended by the server, or to a server that may not write.
    Lost,
    /// Two transactions stood in each other's way; the same again will work.
    Conflict,
    /// The server cannot serve now, whatever is asked.
    Busy,
    /// The server did not answer in time, and may still be at it.
    Hung,
    /// An earlier statement of the transaction failed, and that one says why.
    Aborted,
    /// The cause lies in what was asked, or in what is stored.
    Own,
}

pub(crate) type Result<T> = std::result::Result<T, Fault>;

impl Fault {
    /// A fault of what was asked.
    pub(crate) fn driver(text: impl Into<String>) -> Self {
        Self {
            error: StoreError::Driver(text.into()),
            kind: Kind::Own,
        }
    }

    /// The server cannot serve now.
    pub(crate) fn busy(text: impl Into<String>) -> Self {
        Self {
            error: StoreError::Unavailable(text.into()),
            kind: Kind::Busy,
        }
    }

    /// The server did not answer in time.
    pub(crate) fn hung() -> Self {
        Self {
            error: StoreError::Unavailable("the database did not answer in time".to_owned()),
            kind: Kind::Hung,
        }
    }

    /// The connection is of no use any more.
    pub(crate) fn lost(text: impl Into<String>) -> Self {
        Self {
            error: StoreError::Unavailable(text.into()),
            kind: Kind::Lost,
        }
    }

    /// Whether the fault may lie in one member of a batch, so that halves of it can do better.
    pub(crate) const fn may_be_one_member(&self) -> bool {
        matches!(self.kind, Kind::Own | Kind::Aborted)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self {
            error,
            kind: Kind::Own,
        }
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        fault.error
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::driver(format!("cannot write a value as JSON: {error}"))
    }
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        let text = words(&error);
        let kind = kind(&error);
        let error = match kind {
            Kind::Own | Kind::Aborted => StoreError::Driver(text),
            Kind::Lost | Kind::Conflict | Kind::Busy | Kind::Hung => StoreError::Unavailable(text),
        };
        Self { error, kind }
    }
}

fn kind(error: &tokio_postgres::Error) -> Kind {
    match error.code() {
        Some(code) => of_state(code),
        None if error.is_closed() || has_io_source(error) => Kind::Lost,
        None => Kind::Own,
    }
}

/// Whether a server that could not be connected to may be there a moment later.
pub(crate) fn is_away(error: &tokio_postgres::Error) -> bool {
    matches!(kind(error), Kind::Lost | Kind::Busy)
}

/// What follows from an answer of the server (PostgreSQL 15, appendix A).
fn of_state(code: &SqlState) -> Kind {
    const CONFLICTS: [SqlState; 2] = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ];
    const LOST: [SqlState; 7] = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        SqlState::IDLE_SESSION_TIMEOUT,
        // A server that is no primary any more: another connection may reach the one that is.
        SqlState::READ_ONLY_SQL_TRANSACTION,
        SqlState::DATABASE_DROPPED,
    ];
    const BUSY: [SqlState; 3] = [
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::QUERY_CANCELED,
        SqlState::IO_ERROR,
    ];
    // Class 08: connection exceptions; class 53: insufficient resources.
    if CONFLICTS.contains(code) {
        Kind::Conflict
    } else if LOST.contains(code) || code.code().starts_with("08") {
        Kind::Lost
    } else if BUSY.contains(code) || code.code().starts_with("53") {
        Kind::Busy
    } else if *code == SqlState::IN_FAILED_SQL_TRANSACTION {
        Kind::Aborted
    } else {
        Kind::Own
    }
}

fn has_io_source(error: &tokio_postgres::Error) -> bool {
    std::iter::successors(std::error::Error::source(error), |error| error.source())
        .any(<dyn std::error::Error>::is::<std::io::Error>)
}

/// The error with its causes: the driver's own text often says no more than "db error".
pub(crate) fn words(error: &dyn std::error::Error) -> String {
    use std::fmt::Write as _;
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |error| error.source()) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            // Writing to a String cannot fail.
            let _ = write!(text, ": {cause}");
        }
    }
    text
}

/// What everything answers once the store is closed.
pub(crate) fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}

#[cfg(test)]
mod tests {
    use tokio_postgres::error::SqlState;

    use super::{Kind, of_state};

    #[test]
    fn states_of_the_server_say_what_to_do_next() {
        for (code, kind) in [
            ("40001", Kind::Conflict),
            ("40P01", Kind::Conflict),
            ("57P01", Kind::Lost),
            ("57P02", Kind::Lost),
            ("57P03", Kind::Lost),
            ("08006", Kind::Lost),
            ("25006", Kind::Lost),
            ("25P03", Kind::Lost),
            ("53100", Kind::Busy),
            ("53300", Kind::Busy),
            ("55P03", Kind::Busy),
            ("57014", Kind::Busy),
            ("25P02", Kind::Aborted),
            ("23505", Kind::Own),
            ("P0001", Kind::Own),
            ("42P01", Kind::Own),
        ] {
            assert_eq!(of_state(&SqlState::from_code(code)), kind, "{code}");
        }
    }
}
