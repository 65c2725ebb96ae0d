//! A copy of a ledger at one instant, while whoever has it open goes on writing.

use std::{fs::File, path::Path};

use rusqlite::{Connection, OpenFlags};

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The copy would take the place of something.
    #[error("{0} is there already")]
    Exists(String),
    /// The ledger cannot be read, or the copy not be written.
    #[error("cannot copy the ledger: {0}")]
    Database(#[from] rusqlite::Error),
    /// The copy cannot be made durable.
    #[error("cannot write {path}: {error}")]
    File {
        /// The copy.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
}

/// Writes all that was committed when it began into a file of its own, compact and durable. The ledger may be in use.
pub fn backup(database: &Path, to: &Path) -> Result<(), BackupError> {
    let shown = to.display().to_string();
    if to.exists() {
        return Err(BackupError::Exists(shown));
    }
    let failed = |error| BackupError::File {
        path: shown.clone(),
        error,
    };
    // Made by us, so that nobody else may ever read it.
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(to).map_err(failed)?);
    let copied = copy(database, &shown);
    if copied.is_err() {
        // Half a copy is none.
        drop(std::fs::remove_file(to));
    }
    copied?;
    File::open(to).and_then(|file| file.sync_all()).map_err(failed)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

fn copy(database: &Path, to: &str) -> Result<(), rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(30))?;
    // Bringing the journal in is the server's business.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.execute("VACUUM INTO ?1", [to])?;
    Ok(())
}
