//! Opening, closing and copying.

use consentry_store::{ChangeSet, RowChange, Store, conformance::sample};
use consentry_store_sqlite::{OpenError, Options, SqliteStore};
use rusqlite::Connection;

#[tokio::test]
async fn one_ledger_has_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not there yet").join("ledger.sqlite");
    let first = SqliteStore::open(&path, Options::default()).unwrap();
    let second = SqliteStore::open(&path, Options::default());
    assert!(
        matches!(second, Err(OpenError::InUse { path: ref used }) if *used == path),
        "{second:?}"
    );
    first.close().await;
    let third = SqliteStore::open(&path, Options::default()).unwrap();
    drop(third);
    SqliteStore::open(
        &path,
        Options {
            readers: 0,
            ..Options::default()
        },
    )
    .unwrap()
    .ready()
    .await
    .unwrap();
}

#[test]
fn a_schema_of_a_newer_program_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    drop(SqliteStore::open(&path, Options::default()).unwrap());
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
             VALUES (9999, 'future', '2030-01-01T00:00:00Z', '1')",
        )
        .unwrap();
    let opened = SqliteStore::open(&path, Options::default());
    let refused = opened.unwrap_err();
    assert!(matches!(refused, OpenError::SchemaTooNew(_)), "{refused:?}");
    assert_eq!(
        refused.to_string(),
        "the ledger's schema has V9999__future, which this program does not know: start the newer one that made it"
    );
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    std::fs::write(&path, "a letter to my bank ".repeat(100)).unwrap();
    let opened = SqliteStore::open(&path, Options::default());
    assert!(matches!(opened, Err(OpenError::Database(_))), "{opened:?}");
    let beneath_a_file = path.join("ledger.sqlite");
    let opened = SqliteStore::open(&beneath_a_file, Options::default());
    assert!(matches!(opened, Err(OpenError::Folder { .. })), "{opened:?}");
}

#[tokio::test]
async fn a_backup_is_a_ledger_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (
        folder.path().join("ledger.sqlite"),
        folder.path().join("copy.sqlite"),
    );
    let store = SqliteStore::open(&path, Options::default()).unwrap();
    let mut change = ChangeSet::new(sample::tenant(1), sample::at(0));
    change
        .rows
        .extend(sample::every_row().into_iter().map(RowChange::Put));
    change.events.push(sample::event("kept", sample::person(1)));
    assert!(store.commit(vec![change]).await[0].is_ok());
    store.backup_to(&copy).await.unwrap();
    assert!(
        store.backup_to(&copy).await.is_err(),
        "a backup is never written over"
    );
    let restored = SqliteStore::open(&copy, Options::default()).unwrap();
    let tenant = sample::tenant(1);
    assert_eq!(
        restored.projection(tenant).await.unwrap(),
        store.projection(tenant).await.unwrap()
    );
    assert_eq!(
        restored.events(tenant, 0, 10).await.unwrap(),
        store.events(tenant, 0, 10).await.unwrap()
    );
    assert_eq!(
        restored.log_head(tenant).await.unwrap(),
        store.log_head(tenant).await.unwrap()
    );
}
