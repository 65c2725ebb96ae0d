//! The bare group commit: the rows that the product wrote, written once more by one thread that commits whatever queued up, with full
//! durability, and does nothing else.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
};

use anyhow::{Context as _, Result, ensure};
use rusqlite::{Connection, params_from_iter, types::Value};
use tokio::sync::oneshot;

use crate::load::{Ask, Load, Outcome};

/// Pages in the journal from which it is brought into the database, by another connection.
const CHECKPOINT_PAGES: usize = 4 * 1024;

/// What one commit writes: statement and values of each row.
type Packet = Vec<(usize, Vec<Value>)>;

/// Rows that a ledger gained, and the ledger as it was before.
pub struct Gained {
    before: PathBuf,
    statements: Vec<String>,
    packets: Vec<Packet>,
}

/// Copies a ledger that is in use.
pub fn copy(ledger: &Path, to: &Path) -> Result<()> {
    let connection = Connection::open(ledger)?;
    connection.execute("VACUUM INTO ?1", [to.to_str().context("a path in UTF-8")?])?;
    Ok(())
}

impl Gained {
    /// What one copy has and the other has not, spread evenly over this many commits.
    pub fn between(before: &Path, after: &Path, commits: usize) -> Result<Self> {
        let connection = Connection::open(before)?;
        connection.execute("ATTACH ?1 AS later", [after.to_str().context("a path in UTF-8")?])?;
        let tables: Vec<String> = connection
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let mut gained = Self {
            before: before.to_owned(),
            statements: Vec::new(),
            packets: vec![Packet::new(); commits],
        };
        for table in tables {
            let order = order_of(&connection, &table)?;
            let mut select = connection.prepare(&format!(
                "SELECT * FROM later.{table} EXCEPT SELECT * FROM main.{table} {order}"
            ))?;
            let columns = select.column_count();
            let rows: Vec<Vec<Value>> = select
                .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?
                .collect::<rusqlite::Result<_>>()?;
            let (statement, count) = (gained.statements.len(), rows.len());
            for (number, row) in rows.into_iter().enumerate() {
                gained.packets[number * commits / count].push((statement, row));
            }
            let values = vec!["?"; columns].join(", ");
            gained
                .statements
                .push(format!("INSERT OR REPLACE INTO {table} VALUES ({values})"));
        }
        Ok(gained)
    }

    /// Writes all of it, by so many clients that each wait for their commit.
    pub fn measure(self, load: Load, folder: &Path) -> Result<Outcome> {
        let path = folder.join("bare.db");
        std::fs::copy(&self.before, &path)?;
        let packets = Arc::new(self.packets);
        let (queue, jobs) = mpsc::channel();
        let writer = std::thread::spawn({
            let (path, packets, statements) = (path.clone(), Arc::clone(&packets), self.statements);
            move || write(&path, &statements, &packets, &jobs)
        });
        let load = Load {
            window: std::time::Duration::from_mins(10),
            ..load
        };
        let outcome = load.run(async |number| {
            Ok(Client {
                queue: queue.clone(),
                next: number,
                step: load.clients,
                packets: packets.len(),
            })
        })?;
        drop(queue);
        ensure!(
            writer.join().is_ok_and(|written| written.is_ok()),
            "the bare writer failed"
        );
        for rest in ["bare.db", "bare.db-wal", "bare.db-shm"] {
            let _absent = std::fs::remove_file(folder.join(rest));
        }
        Ok(outcome)
    }
}

/// The order in which rows came to be, as far as a table tells: without it they would come in the order of their keys, and writing
/// them again would touch far fewer pages than writing them did. Ids begin with their time.
fn order_of(connection: &Connection, table: &str) -> Result<String> {
    for column in ["idx", "created_at", "issued_at", "consent", "id"] {
        let known = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2";
        if connection.query_row(known, [table, column], |row| row.get::<_, bool>(0))? {
            return Ok(format!("ORDER BY {column}"));
        }
    }
    Ok(String::new())
}

type Job = (usize, oneshot::Sender<()>);

struct Client {
    queue: mpsc::Sender<Job>,
    next: usize,
    step: usize,
    packets: usize,
}

impl Ask for Client {
    async fn ask(&mut self) -> Result<bool> {
        if self.next >= self.packets {
            return Ok(false);
        }
        let (answer, committed) = oneshot::channel();
        self.queue.send((self.next, answer))?;
        committed.await?;
        self.next += self.step;
        Ok(true)
    }
}

fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", -16 * 1024)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn write(path: &Path, statements: &[String], packets: &[Packet], jobs: &mpsc::Receiver<Job>) -> Result<()> {
    let connection = open(path)?;
    let (wake, signals) = mpsc::sync_channel::<()>(1);
    let checkpoints = open(path)?;
    let checkpointing = std::thread::spawn(move || {
        while signals.recv().is_ok() {
            let _busy = checkpoints.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        }
    });
    let mut rows = 0;
    while let Ok(first) = jobs.recv() {
        let batch: Vec<_> = std::iter::once(first).chain(jobs.try_iter()).collect();
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for (packet, _) in &batch {
            for (statement, values) in &packets[*packet] {
                connection
                    .prepare_cached(&statements[*statement])?
                    .execute(params_from_iter(values))?;
                rows += 1;
            }
        }
        connection.execute_batch("COMMIT")?;
        for (_, answer) in batch {
            let _gone = answer.send(());
        }
        if rows >= CHECKPOINT_PAGES {
            rows = 0;
            let _waiting = wake.try_send(());
        }
    }
    drop(wake);
    ensure!(checkpointing.join().is_ok(), "the checkpoint thread panicked");
    Ok(())
}
