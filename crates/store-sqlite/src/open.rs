//! Opening: one process per ledger, a version of SQLite that is known to be sound, the settings of every connection, and the
//! migrations.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use refinery::Migration;
use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::checkpoint;

/// The oldest SQLite without the error that could corrupt a database when one connection wrote a checkpoint while another
/// wrote (fixed in 3.51.3).
const OLDEST_SQLITE: i32 = 3_051_003;

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// How a store is opened.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Connections that read; at least one is opened. A good number is that of the cores.
    pub readers: usize,
    /// How long a statement waits for a lock that a foreign process holds before it is refused as unavailable.
    pub busy_timeout: Duration,
    /// Size in pages of 4 KiB beyond which the database may not grow; writes that need more are refused as unavailable. None:
    /// as far as the disk reaches.
    pub max_pages: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 2,
            busy_timeout: Duration::from_secs(5),
            max_pages: None,
        }
    }
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open. Two writers would each keep their own idea of the log's head.
    #[error("the ledger {} is in use by another process", path.display())]
    InUse {
        /// The database file.
        path: PathBuf,
    },
    /// It lives in PostgreSQL now. What is here is how it was then.
    #[error("the ledger {} was moved to PostgreSQL: serve it from there", path.display())]
    Moved {
        /// The database file.
        path: PathBuf,
    },
    /// The folder cannot be made or the lock file beside the database cannot be written.
    #[error("cannot use {}: {error}", path.display())]
    Folder {
        /// What cannot be used.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The library this program was built with can corrupt databases.
    #[error(
        "SQLite {found} is older than 3.51.3, which is the first without the checkpoint corruption error"
    )]
    SqliteTooOld {
        /// Its version.
        found: &'static str,
    },
    /// A newer program made the schema, or another one.
    #[error(
        "the ledger's schema has {0}, which this program does not know: start the newer one that made it"
    )]
    SchemaTooNew(String),
    /// The schema cannot be brought to this program's state.
    #[error("the ledger's schema cannot be used by this program: {0}")]
    Schema(#[source] Box<refinery::Error>),
    /// The file cannot be opened as a database.
    #[error("cannot open the ledger: {0}")]
    Database(#[from] rusqlite::Error),
    /// The library takes no file system.
    #[error("cannot open the ledger: {0}")]
    FileSystem(#[from] consentry_sqlite_vfs::Unregistered),
    /// A thread cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

/// Holds the ledger for this process until dropped. The system lets go of it when the process dies, however it dies.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Takes the ledger for this process.
pub(crate) fn lock(path: &Path) -> Result<Lock, OpenError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| OpenError::Folder {
            path: folder.to_owned(),
            error,
        })?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let beside = PathBuf::from(name);
    let refused = |error| OpenError::Folder {
        path: beside.clone(),
        error,
    };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&beside)
        .map_err(refused)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(refused(error)),
    }
}

/// Refuses a library that can corrupt databases.
pub(crate) fn check_library() -> Result<(), OpenError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(OpenError::SqliteTooOld {
            found: rusqlite::version(),
        });
    }
    Ok(())
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Write,
    Read,
    Checkpoint,
}

/// Bytes that the journal keeps. It is as long as this when the writer finishes a checkpoint, and longer only while somebody reads for
/// a long time.
const JOURNAL_KEPT: i64 = checkpoint::FINISH_AT * checkpoint::PAGE;

/// Opens a connection with the settings of its purpose.
pub(crate) fn connection(path: &Path, purpose: Purpose, options: &Options) -> Result<Connection, OpenError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    consentry_sqlite_vfs::register()?;
    let connection = Connection::open_with_flags_and_vfs(path, flags, consentry_sqlite_vfs::NAME)?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(256);
    // Plans may not change with the values that happen to be bound first.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    // Checkpoints have their own thread. The journal keeps its length when it begins anew: writing over what is there is
    // flushed faster than growing.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", JOURNAL_KEPT)?;
    // KiB of pages kept in memory, taken only as they are used. SQLite goes through all of them in a commit that split a page, so more is
    // not better.
    let cache = if purpose == Purpose::Write {
        -16 * 1024
    } else {
        -8 * 1024
    };
    connection.pragma_update(None, "cache_size", cache)?;
    if purpose == Purpose::Read {
        connection.pragma_update(None, "query_only", true)?;
    }
    if let (Purpose::Write, Some(pages)) = (purpose, options.max_pages) {
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    Ok(connection)
}

/// Brings the schema to this program's state. Refuses one that a newer program made, or whose migrations differ from ours. All that is
/// missing is made in one transaction: otherwise a migration and the note that it was made would be two, and whoever is killed between
/// them could never open the ledger again.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    if lacks_migrations(connection)? {
        migrations::migrations::runner()
            .set_grouped(true)
            .run(connection)
            .map_err(|error| OpenError::Schema(Box::new(error)))?;
    }
    Ok(())
}

/// Whether the schema is this program's, without changing it.
pub(crate) fn is_current(connection: &mut Connection) -> Result<bool, OpenError> {
    match lacks_migrations(connection) {
        Ok(lacks) => Ok(!lacks),
        Err(OpenError::SchemaTooNew(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether migrations are missing. Fails when there are some that this program does not know, or knows otherwise.
fn lacks_migrations(connection: &mut Connection) -> Result<bool, OpenError> {
    let known: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history')",
        [],
        |row| row.get(0),
    )?;
    if !known {
        return Ok(true);
    }
    let runner = migrations::migrations::runner();
    let applied = runner
        .get_applied_migrations(connection)
        .map_err(|error| OpenError::Schema(Box::new(error)))?;
    let own = runner.get_migrations();
    // Ours come in the order of their names, in which ten is before two.
    let is_ours = |applied: &&Migration| {
        own.iter()
            .any(|own| own.version() == applied.version() && own.checksum() == applied.checksum())
    };
    match applied.iter().find(|applied| !is_ours(applied)) {
        Some(other) => Err(OpenError::SchemaTooNew(format!(
            "V{}__{}",
            other.version(),
            other.name()
        ))),
        None => Ok(applied.len() < own.len()),
    }
}
