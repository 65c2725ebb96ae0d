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

/// What one commit writes: table and values of each row.
type Packet = Vec<(usize, Vec<Value>)>;

/// Rows that a ledger gained, and the ledger as it was before.
pub struct Gained {
    before: PathBuf,
    tables: Vec<String>,
    /// How many columns each of these has.
    widths: Vec<usize>,
    packets: Arc<Vec<Packet>>,
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
        let mut packets = vec![Packet::new(); commits];
        let mut widths = Vec::new();
        for (number, table) in tables.iter().enumerate() {
            let order = order_of(&connection, table, &CAME)?;
            let mut select = connection.prepare(&format!(
                "SELECT * FROM later.{table} EXCEPT SELECT * FROM main.{table} {order}"
            ))?;
            let columns = select.column_count();
            let rows: Vec<Vec<Value>> = select
                .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?
                .collect::<rusqlite::Result<_>>()?;
            let count = rows.len();
            for (place, row) in rows.into_iter().enumerate() {
                packets[place * commits / count].push((number, row));
            }
            widths.push(columns);
        }
        Ok(Self {
            before: before.to_owned(),
            tables,
            widths,
            packets: Arc::new(packets),
        })
    }

    /// Writes all of it into a copy of the ledger as it was before, by so many clients that each wait for their commit.
    pub fn measure(&self, load: Load, folder: &Path) -> Result<Outcome> {
        let path = folder.join("bare.db");
        std::fs::copy(&self.before, &path)?;
        let outcome = self.write(load, &path)?;
        for rest in ["bare.db", "bare.db-wal", "bare.db-shm"] {
            let _absent = std::fs::remove_file(folder.join(rest));
        }
        Ok(outcome)
    }

    /// The same where a ledger has grown too large to be copied: the rows, which it still holds, are taken out of it and written into it
    /// once more, from the disk as the server began. Nobody can use that ledger afterwards.
    pub fn measure_within(&self, load: Load, ledger: &Path) -> Result<Outcome> {
        self.remove(ledger)?;
        read_anew(ledger)?;
        self.write(load, ledger)
    }

    fn remove(&self, ledger: &Path) -> Result<()> {
        let connection = Connection::open(ledger)?;
        // A ledger that breaks here is thrown away.
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update(None, "cache_size", -262_144)?;
        connection.execute_batch("BEGIN")?;
        for (number, table) in self.tables.iter().enumerate() {
            let key = key_of(&connection, table)?;
            let named: Vec<String> = key.iter().map(|(name, _)| format!("{name} IS ?")).collect();
            let mut delete =
                connection.prepare(&format!("DELETE FROM {table} WHERE {}", named.join(" AND ")))?;
            for (_, row) in self.packets.iter().flatten().filter(|(at, _)| *at == number) {
                delete.execute(params_from_iter(key.iter().map(|(_, column)| &row[*column])))?;
            }
        }
        connection.execute_batch("COMMIT")?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn write(&self, load: Load, path: &Path) -> Result<Outcome> {
        let (queue, jobs) = mpsc::channel();
        let writer = std::thread::spawn({
            let (path, packets) = (path.to_owned(), Arc::clone(&self.packets));
            let statements: Vec<String> = self.tables.iter().zip(&self.widths).map(insert).collect();
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
                packets: self.packets.len(),
            })
        })?;
        drop(queue);
        ensure!(
            writer.join().is_ok_and(|written| written.is_ok()),
            "the bare writer failed"
        );
        Ok(outcome)
    }
}

/// Has the system forget what it keeps of a file, so that it is read from the disk again.
pub fn read_anew(ledger: &Path) -> Result<()> {
    let file = std::fs::File::open(ledger)?;
    file.sync_all()?;
    Ok(rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)?)
}

fn insert((table, columns): (&String, &usize)) -> String {
    format!(
        "INSERT OR REPLACE INTO {table} VALUES ({})",
        vec!["?"; *columns].join(", ")
    )
}

/// Names and places of the columns that tell the rows of a table apart; all of them where it has no key.
fn key_of(connection: &Connection, table: &str) -> Result<Vec<(String, usize)>> {
    let columns: Vec<(String, bool)> = connection
        .prepare("SELECT name, pk > 0 FROM pragma_table_info(?1) ORDER BY cid")?
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let keyed = columns.iter().any(|(_, key)| *key);
    Ok((0..)
        .zip(columns)
        .filter(|(_, (_, key))| *key || !keyed)
        .map(|(column, (name, _))| (name, column))
        .collect())
}

/// Columns that tell when a row came to be, the surest first. Ids begin with their time.
const CAME: [&str; 5] = ["idx", "created_at", "issued_at", "consent", "id"];

/// The order in which rows came to be, as far as one of these columns tells: without it they would come in the order of their keys, and
/// writing them again would touch far fewer pages than writing them did.
pub fn order_of(connection: &Connection, table: &str, columns: &[&str]) -> Result<String> {
    for column in columns {
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
