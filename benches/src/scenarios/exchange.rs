//! A file of events imported by the command, and everybody exported again. The limit of the import is the rows that it wrote, written once
//! more in batches by one connection; that of the memory is none, since it is to be flat.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use rusqlite::Connection;
use serde_json::json;

use super::{
    Setup,
    watched::{mebibytes, watched},
};
use crate::{
    clock,
    limits::group_commit::{copy, order_of},
    load::per_second,
    report::Figure,
};

/// Events where figures are to mean something, and where it is only shown that it works.
const EVENTS: [usize; 2] = [1_000_000, 300];

/// Events of each person.
const OF_ONE: usize = 2;

/// Rows in one commit of the limit: about as many as one of the product's writes.
const BATCH: usize = 2_000;

/// Columns that tell when a row came to be. Its own times are those of the other system.
const CAME: [&str; 6] = ["idx", "id", "consent", "record", "subject", "created_at"];

/// Imports, beside batched inserts of the same rows.
pub fn import(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let folder = scratch.path().join("data");
    let events = events(setup);
    drop(setup.demo(&scratch)?);
    let before = scratch.path().join("before.db");
    copy(&folder.join("ledger.db"), &before)?;
    let (took, memory) = imported(setup, &folder, events)?;
    let ours = per_second(events, took);
    let bare = bare_inserts(
        &before,
        &folder.join("ledger.db"),
        &scratch.path().join("bare.db"),
    )?;
    let limit = per_second(events, bare);
    Ok(vec![
        Figure {
            scenario: "import-events",
            engine: "sqlite",
            value: ours,
            unit: "/s",
            limit: Some(limit),
            ratio: Some(ours / limit),
            ..Figure::default()
        },
        mebibytes("import-memory", memory),
    ])
}

/// Exports everybody.
pub fn export(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let folder = scratch.path().join("data");
    let events = events(setup);
    drop(setup.demo(&scratch)?);
    imported(setup, &folder, events)?;
    let to = scratch.path().join("users.ndjson");
    let mut exporting = Command::new(&setup.binary)
        .args(["export", "--users", "--data"])
        .arg(&folder)
        .stdout(File::create(&to)?)
        .spawn()?;
    let (memory, took) = watched(&mut exporting)?;
    let lines = BufReader::new(File::open(&to)?).lines().count();
    ensure!(lines >= events / OF_ONE, "only {lines} people were exported");
    Ok(vec![
        Figure {
            scenario: "export-users",
            engine: "sqlite",
            value: per_second(lines, took),
            unit: "/s",
            ..Figure::default()
        },
        mebibytes("export-memory", memory),
    ])
}

const fn events(setup: &Setup) -> usize {
    EVENTS[if setup.rounds > 1 { 0 } else { 1 }]
}

/// How long an import of so many events takes, and the most memory it had, in KiB.
fn imported(setup: &Setup, folder: &Path, events: usize) -> Result<(Duration, u32)> {
    let file = folder.join("events.ndjson");
    let mut lines = BufWriter::new(File::create(&file)?);
    for number in 0..events {
        let person = number / OF_ONE;
        let event = json!({
            "id": format!("bench-{number}"),
            "created_at": "2025-01-01T00:00:00Z",
            "user": { "organization_user_id": format!("bench-person-{person}") },
            "consents": { "purposes": [{ "id": "news", "enabled": number % OF_ONE == 0 }] },
            "metadata": { "source": "another system" },
        });
        writeln!(lines, "{event}")?;
    }
    lines.flush()?;
    let mut importing = Command::new(&setup.binary)
        .args(["import", "events", "-f"])
        .arg(&file)
        .arg("--data")
        .arg(folder)
        .stdout(Stdio::null())
        .spawn()?;
    let (memory, took) = watched(&mut importing)?;
    std::fs::remove_file(&file)?;
    Ok((took, memory))
}

/// How long it takes to write what one ledger has and the other has not, in batches, with full durability.
fn bare_inserts(before: &Path, after: &Path, to: &Path) -> Result<Duration> {
    std::fs::copy(before, to)?;
    let read = Connection::open(after)?;
    read.execute(
        "ATTACH ?1 AS earlier",
        [before.to_str().context("a path in UTF-8")?],
    )?;
    let tables: Vec<String> = read
        .prepare("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut write = Connection::open(to)?;
    write.pragma_update(None, "journal_mode", "WAL")?;
    write.pragma_update(None, "synchronous", "FULL")?;
    let mut took = Duration::ZERO;
    for table in tables {
        let order = order_of(&read, &table, &CAME)?;
        let mut select = read.prepare(&format!(
            "SELECT * FROM main.{table} EXCEPT SELECT * FROM earlier.{table} {order}"
        ))?;
        let columns = select.column_count();
        let insert = format!(
            "INSERT OR REPLACE INTO {table} VALUES ({})",
            vec!["?"; columns].join(", ")
        );
        let mut rows = select.query([])?;
        loop {
            let mut batch: Vec<Vec<rusqlite::types::Value>> = Vec::with_capacity(BATCH);
            while batch.len() < BATCH {
                let Some(row) = rows.next()? else { break };
                batch.push(
                    (0..columns)
                        .map(|column| row.get(column))
                        .collect::<rusqlite::Result<_>>()?,
                );
            }
            if batch.is_empty() {
                break;
            }
            // Reading them is nobody's cost.
            let (written, time) = clock::timed(|| -> rusqlite::Result<()> {
                let transaction = write.transaction()?;
                {
                    let mut insert = transaction.prepare_cached(&insert)?;
                    for row in batch {
                        insert.execute(rusqlite::params_from_iter(row))?;
                    }
                }
                transaction.commit()
            });
            written?;
            took += time;
        }
    }
    Ok(took)
}
