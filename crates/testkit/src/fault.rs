//! What a machine can do to a ledger while it serves.

use std::path::Path;

use consentry_server::assembly::DATABASE;
use rusqlite::Connection;

use crate::TestApp;

/// The write lock of a database in the hands of somebody else. Dropping it lets go.
#[derive(Debug)]
pub struct ForeignLock {
    _connection: Connection,
}

/// Lets a folder's ledger be one that a newer program migrated.
pub fn migrated_by_a_newer_program(folder: &Path) {
    let connection = Connection::open(folder.join(DATABASE)).unwrap();
    connection.execute_batch(NEWER_MIGRATION).unwrap();
}

/// What a newer program notes of a migration, on either engine.
pub const NEWER_MIGRATION: &str = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
    VALUES (9999, 'future', '2030-01-01T00:00:00Z', '1')";

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
