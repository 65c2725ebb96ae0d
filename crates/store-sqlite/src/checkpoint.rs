//! Checkpoints: bringing what was committed from the journal into the database file, beside the writer and not in its way.

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::JoinHandle,
};

use rusqlite::Connection;

use crate::open::OpenError;

/// Bytes of a page.
pub(crate) const PAGE: i64 = 4096;

/// Frames of a page in the journal that are not in the database yet, from which a checkpoint begins: 16 MiB. A page that was written several
/// times meanwhile is brought in once, so fewer and larger ones cost less.
const BEGIN_AT: i64 = 4 * 1024;

/// Frames from which the writer itself finishes a checkpoint: 64 MiB. The journal can only begin anew in a moment in which all
/// of it is in the database, and under constant writing that moment never comes by itself.
pub(crate) const FINISH_AT: i64 = 16 * 1024;

/// The thread that writes checkpoints on its own connection.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    wake: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Checkpoints {
    pub(crate) fn start(connection: Connection) -> Result<Self, OpenError> {
        // One waiting signal is enough: it is about all that was written before it is taken.
        let (wake, signals) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("ledger-checkpoint".to_owned())
            .spawn(move || run(&connection, &signals))
            .map_err(OpenError::Thread)?;
        Ok(Self { wake, thread })
    }

    /// Looks at the journal after a commit. Its failure is no failure of the commit, which is durable in the journal.
    pub(crate) fn after_commit(&self, connection: &Connection) {
        match journal(connection, "PRAGMA wal_checkpoint(NOOP)") {
            Ok(journal) if journal.missing() == 0 => {}
            Ok(journal) if journal.frames >= FINISH_AT => {
                report(journal_checkpoint(connection));
            }
            Ok(journal) if journal.missing() >= BEGIN_AT => {
                // Full means that a signal is waiting already.
                let _waiting = self.wake.try_send(());
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the journal could not be looked at"),
        }
    }

    /// Ends the thread and brings everything into the database file.
    pub(crate) fn end(self, connection: &Connection) {
        drop(self.wake);
        if self.thread.join().is_err() {
            tracing::error!("the checkpoint thread ended in a panic");
        }
        report(journal(connection, "PRAGMA wal_checkpoint(TRUNCATE)"));
    }
}

fn run(connection: &Connection, signals: &Receiver<()>) {
    while signals.recv().is_ok() {
        report(journal_checkpoint(connection));
    }
}

/// State of the journal.
#[derive(Debug, Clone, Copy)]
struct Journal {
    frames: i64,
    in_database: i64,
}

impl Journal {
    const fn missing(self) -> i64 {
        self.frames - self.in_database
    }
}

fn journal_checkpoint(connection: &Connection) -> rusqlite::Result<Journal> {
    journal(connection, "PRAGMA wal_checkpoint(PASSIVE)")
}

fn journal(connection: &Connection, pragma: &str) -> rusqlite::Result<Journal> {
    connection.prepare_cached(pragma)?.query_row([], |row| {
        Ok(Journal {
            frames: row.get(1)?,
            in_database: row.get(2)?,
        })
    })
}

fn report(checkpoint: rusqlite::Result<Journal>) {
    match checkpoint {
        Ok(journal) => {
            tracing::debug!(frames = journal.frames, missing = journal.missing(), "checkpoint");
        }
        Err(error) => tracing::warn!(%error, "a checkpoint failed; the journal grows until one succeeds"),
    }
}
