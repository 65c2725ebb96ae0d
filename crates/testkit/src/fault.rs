//! What a machine can do to a ledger while it serves.

use consentry_server::assembly::DATABASE;
use rusqlite::Connection;

use crate::TestApp;

/// The write lock of a database in the hands of somebody else. Dropping it lets go.
#[derive(Debug)]
pub struct ForeignLock {
    _connection: Connection,
}

impl TestApp {
    /// Takes the write lock of the database, as a backup tool or an operator with a shell could.
    pub fn lock_database(&self) -> ForeignLock {
        let connection = Connection::open(self.folder().join(DATABASE)).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        ForeignLock {
            _connection: connection,
        }
    }
}
