//! A database whose journal is written in few pieces, as its connections see it and as it is in the file.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::path::Path;

use consentry_sqlite_vfs::{NAME, register};
use rusqlite::{Connection, OpenFlags, Result};

fn open(path: &Path) -> Connection {
    register().unwrap();
    let connection = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), NAME).unwrap();
    settings(&connection).unwrap();
    connection
}

fn settings(connection: &Connection) -> Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)
}

fn count(connection: &Connection) -> i64 {
    connection
        .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
        .unwrap()
}

fn is_sound(connection: &Connection) -> bool {
    connection
        .query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))
        .is_ok_and(|said| said == "ok")
}

/// Rows of a page each, so that a commit has many frames.
fn fill(connection: &Connection, rows: i64) {
    connection
        .execute_batch(&format!(
            "BEGIN IMMEDIATE; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
             INSERT INTO t (v) SELECT randomblob(3000) FROM n; COMMIT;"
        ))
        .unwrap();
}

#[test]
fn what_is_committed_is_seen_by_others_and_is_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let writer = open(&path);
    writer
        .execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)")
        .unwrap();
    let reader = open(&path);
    // One of the system's, without ours.
    let stranger = Connection::open(&path).unwrap();
    for (rows, sum) in [(1, 1), (3, 4), (500, 504)] {
        fill(&writer, rows);
        assert_eq!(count(&reader), sum);
        assert_eq!(count(&stranger), sum);
    }
    // As after a crash: the files as they are, opened elsewhere.
    let copies = tempfile::tempdir().unwrap();
    for name in ["a.db", "a.db-wal"] {
        std::fs::copy(folder.path().join(name), copies.path().join(name)).unwrap();
    }
    let copy = Connection::open(copies.path().join("a.db")).unwrap();
    assert_eq!(count(&copy), 504);
    assert!(is_sound(&copy));
}

#[test]
fn a_commit_larger_than_what_memory_keeps_is_read_within_it_and_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut writer = open(&path);
    writer
        .execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)")
        .unwrap();
    fill(&writer, 10);
    // So few pages in memory that frames are written, and read again, before the commit.
    writer.pragma_update(None, "cache_size", 10).unwrap();
    let reader = open(&path);
    let transaction = writer.transaction().unwrap();
    for _ in 0..400 {
        transaction
            .execute("INSERT INTO t (v) VALUES (randomblob(3000))", [])
            .unwrap();
    }
    transaction
        .execute("UPDATE t SET v = randomblob(2999) WHERE id % 3 = 0", [])
        .unwrap();
    assert_eq!(count(&transaction), 410);
    assert_eq!(count(&reader), 10);
    transaction.rollback().unwrap();
    assert_eq!(count(&writer), 10);
    fill(&writer, 200);
    assert_eq!(count(&reader), 210);
    assert!(is_sound(&writer));
}

#[test]
fn a_journal_that_begins_anew_and_one_that_is_cut_are_written_from_their_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let writer = open(&path);
    writer
        .execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)")
        .unwrap();
    let (checkpoint, reader) = (open(&path), open(&path));
    let mut sum = 0;
    for mode in ["PASSIVE", "RESTART", "TRUNCATE", "PASSIVE", "FULL"] {
        fill(&writer, 100);
        sum += 100;
        let missed: i64 = checkpoint
            .query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get(0))
            .unwrap();
        assert_eq!(missed, 0, "{mode}");
        fill(&writer, 7);
        sum += 7;
        assert_eq!(count(&reader), sum, "{mode}");
    }
    drop((checkpoint, reader, writer));
    assert!(!folder.path().join("a.db-wal").exists());
    let stranger = Connection::open(&path).unwrap();
    assert_eq!(count(&stranger), sum);
    assert!(is_sound(&stranger));
}

#[test]
fn a_commit_that_does_not_fit_is_refused_and_later_ones_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let writer = open(&path);
    writer
        .execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)")
        .unwrap();
    writer
        .pragma_update_and_check(None, "max_page_count", 20, |_| Ok(()))
        .unwrap();
    let refused = writer.execute("INSERT INTO t (v) VALUES (randomblob(300000))", []);
    assert!(refused.is_err());
    fill(&writer, 3);
    assert_eq!(count(&open(&path)), 3);
    assert!(is_sound(&writer));
}

#[test]
fn registering_again_changes_nothing() {
    assert_eq!(register(), Ok(()));
    assert_eq!(register(), Ok(()));
}
