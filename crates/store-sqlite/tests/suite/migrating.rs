//! A migration that is interrupted, and one that begins with any older schema: in the end there is the schema that is made at once, and
//! what was stored is there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use consentry_store::{ChangeSet, RowChange, Store, conformance::sample};
use consentry_store_sqlite::{OpenError, Options, SqliteStore};
use rusqlite::Connection;

const LEDGER: &str = "CONSENTRY_TEST_LEDGER";

/// Pages of a ledger that nothing was written into, at the most.
const MOST_PAGES: u32 = 400;

/// Opens a ledger that nobody else has open. Tests start processes, which hold the locks of this one between fork and exec.
fn open(path: &Path, options: Options) -> Result<SqliteStore, OpenError> {
    loop {
        match SqliteStore::open(path, options) {
            Err(OpenError::InUse { .. }) => std::thread::yield_now(),
            opened => return opened,
        }
    }
}

/// What the schema is, and which migrations made it.
fn schema(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut all = Vec::new();
    for sql in [
        "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
        "SELECT version || ' ' || name || ' ' || checksum FROM refinery_schema_history ORDER BY version",
    ] {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        all.extend(rows.map(Result::unwrap));
    }
    all
}

fn whole(folder: &Path) -> Vec<String> {
    let path = folder.join("whole.sqlite");
    drop(open(&path, Options::default()).unwrap());
    schema(&path)
}

/// Migrations, in the order of their numbers.
fn files() -> Vec<(u32, String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut all: Vec<(u32, String, PathBuf)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .map(|path| {
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let (number, name) = stem.strip_prefix('V').unwrap().split_once("__").unwrap();
            (number.parse().unwrap(), name.to_owned(), path)
        })
        .collect();
    all.sort();
    all
}

/// A database that has no room for more at any moment of its migration is left as a whole step before it.
#[test]
fn a_migration_that_fails_anywhere_is_made_again_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let whole = whole(folder.path());
    let mut failed = 0;
    for pages in 1..MOST_PAGES {
        let path = folder.path().join(format!("{pages}.sqlite"));
        let small = Options {
            max_pages: Some(pages),
            ..Options::default()
        };
        let done = match open(&path, small) {
            Ok(store) => {
                drop(store);
                true
            }
            Err(OpenError::Schema(_)) => false,
            Err(error) => panic!("{pages}: {error}"),
        };
        if !done {
            failed += 1;
            drop(open(&path, Options::default()).unwrap());
        }
        assert_eq!(schema(&path), whole, "{pages}");
        if done {
            assert!(failed > 10, "only {failed} of them were interrupted");
            return;
        }
    }
    panic!("no number of pages was enough");
}

#[test]
#[ignore = "the other half of the next test, which runs it in a process of its own"]
fn migrates_until_killed() {
    println!("begins");
    drop(SqliteStore::open(std::env::var_os(LEDGER).unwrap(), Options::default()).unwrap());
    println!("migrated");
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the moment at which another process is killed, which is a different one each time"
)]
fn a_migration_that_is_killed_is_made_again_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let whole = whole(folder.path());
    let mut interrupted = 0;
    for round in 0..60_u64 {
        let path = folder.path().join(format!("{round}.sqlite"));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "--nocapture",
                "migrating::migrates_until_killed",
            ])
            .env(LEDGER, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        while !path.exists() {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_micros(round * 400));
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let journal = path.with_extension("sqlite-wal");
        interrupted += usize::from(ended.is_none() && journal.exists());
        drop(open(&path, Options::default()).unwrap());
        assert_eq!(schema(&path), whole, "{round}");
    }
    assert!(interrupted > 5, "only {interrupted} were killed in their middle");
}

#[tokio::test]
async fn a_schema_that_was_migrated_from_any_version_is_the_one_that_is_made_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let whole = whole(folder.path());
    let files = files();
    let known = Connection::open(folder.path().join("whole.sqlite")).unwrap();
    let history: String = known
        .query_row(
            "SELECT sql FROM sqlite_schema WHERE name = 'refinery_schema_history'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    for count in 1..=files.len() {
        let path = folder.path().join(format!("{count}.sqlite"));
        let older = Connection::open(&path).unwrap();
        older.execute_batch(&history).unwrap();
        for (number, name, file) in files.iter().take(count) {
            older.execute_batch(&fs::read_to_string(file).unwrap()).unwrap();
            let (applied_on, checksum): (String, String) = known
                .query_row(
                    "SELECT applied_on, checksum FROM refinery_schema_history WHERE version = ?1",
                    [number],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .unwrap();
            older
                .execute(
                    "INSERT INTO refinery_schema_history VALUES (?1, ?2, ?3, ?4)",
                    (number, name, applied_on, checksum),
                )
                .unwrap();
        }
        older
            .execute(
                "INSERT INTO tenant_log (tenant, size, chain) VALUES (zeroblob(16), 7, zeroblob(32))",
                [],
            )
            .unwrap();
        drop(older);
        let store = open(&path, Options::default()).unwrap();
        let mut change = ChangeSet::new(sample::tenant(1), sample::at(0));
        let rows = sample::every_row().into_iter().map(RowChange::Put);
        change.rows.extend(rows);
        assert!(store.commit(vec![change]).await[0].is_ok(), "from {count}");
        store.close().await;
        assert_eq!(schema(&path), whole, "from {count}");
        let kept: i64 = Connection::open(&path)
            .unwrap()
            .query_row(
                "SELECT size FROM tenant_log WHERE tenant = zeroblob(16)",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(kept, 7, "from {count}");
    }
}
