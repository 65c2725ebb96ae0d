//! What the machine can do to a ledger while it is open: a full disk, a foreign lock, one change that the driver refuses, values
//! that cannot be.

use std::time::Duration;

use consentry_store::{
    ChangeSet, CommitError, Row, RowChange, Seeds, Store, StoreError, TokenRow, chain, conformance::sample,
};
use consentry_store_sqlite::{Options, SqliteStore};
use rusqlite::Connection;

struct Ledger {
    store: SqliteStore,
    _folder: tempfile::TempDir,
}

fn ledger(options: Options) -> Ledger {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("ledger.sqlite"), options).unwrap();
    Ledger {
        store,
        _folder: folder,
    }
}

impl Ledger {
    /// Somebody else's connection to the same file.
    fn foreign(&self) -> Connection {
        Connection::open(self.store.path()).unwrap()
    }
}

/// A change set with an event and a token, which belong together.
fn issuing(words: &str, client: &str) -> ChangeSet {
    let mut change = ChangeSet::new(sample::tenant(1), sample::at(0));
    change.events.push(sample::event(words, sample::person(1)));
    change.rows.push(RowChange::Put(Row::Token(TokenRow {
        client: Some(client.to_owned()),
        detail: "x".repeat(1000),
        ..sample::token(words, sample::person(1))
    })));
    change
}

async fn issue(store: &SqliteStore, words: &str) -> Result<u64, CommitError> {
    let answer = store.commit(vec![issuing(words, "tpc_1")]).await.remove(0);
    answer.map(|receipt| receipt.first_index.unwrap())
}

/// The log holds together, and each event's token is there.
async fn assert_whole(store: &SqliteStore) {
    let tenant = sample::tenant(1);
    let mut value = chain::start(0);
    let events = store.events(tenant, 0, u32::MAX).await.unwrap();
    for (index, event) in (0..).zip(&events) {
        value = chain::next(&value, &chain::leaf_hash(&event.leaf));
        assert_eq!((event.index, event.chain), (index, value));
        let words = String::from_utf8(event.leaf.clone()).unwrap();
        let hash = sample::hash(words.strip_prefix("leaf of ").unwrap());
        assert!(
            store.token(tenant, hash).await.unwrap().is_some(),
            "{words} has its token"
        );
    }
    let head = store.log_head(tenant).await.unwrap();
    assert_eq!((head.size, head.chain), (events.len() as u64, value));
}

#[tokio::test]
async fn a_full_disk_is_unavailable_and_service_comes_back_when_there_is_room() {
    let ledger = ledger(Options {
        max_pages: Some(200),
        ..Options::default()
    });
    let store = &ledger.store;
    let mut issued = 0;
    let error = loop {
        match issue(store, &format!("token {issued}")).await {
            Ok(index) => assert_eq!(index, issued),
            Err(error) => break error,
        }
        issued += 1;
        assert!(issued < 10_000, "the disk never fills");
    };
    assert!(
        matches!(error, CommitError::Store(StoreError::Unavailable(_))),
        "{error:?}"
    );
    let refused = sample::hash(&format!("token {issued}"));
    assert_eq!(store.token(sample::tenant(1), refused).await.unwrap(), None);
    assert_eq!(store.log_head(sample::tenant(1)).await.unwrap().size, issued);
    assert_whole(store).await;

    assert!(
        store
            .prune(sample::tenant(1), sample::at(1000), 20)
            .await
            .unwrap()
            > 0
    );
    assert_eq!(issue(store, "room again").await, Ok(issued));
}

#[tokio::test]
async fn a_foreign_lock_is_unavailable_and_service_comes_back_when_it_goes() {
    let ledger = ledger(Options {
        busy_timeout: Duration::from_millis(20),
        ..Options::default()
    });
    let store = &ledger.store;
    assert_eq!(issue(store, "before").await, Ok(0));
    let foreign = ledger.foreign();
    foreign.execute_batch("BEGIN IMMEDIATE").unwrap();
    for answer in store
        .commit(vec![issuing("one", "tpc_1"), issuing("two", "tpc_1")])
        .await
    {
        assert!(
            matches!(answer, Err(CommitError::Store(StoreError::Unavailable(_)))),
            "{answer:?}"
        );
    }
    assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
    assert_eq!(
        store.log_head(sample::tenant(1)).await.unwrap().size,
        1,
        "reading goes on"
    );
    foreign.execute_batch("ROLLBACK").unwrap();
    store.ready().await.unwrap();
    assert_eq!(issue(store, "after").await, Ok(1));
    assert_whole(store).await;
}

#[tokio::test]
async fn a_change_that_the_driver_refuses_takes_no_other_down() {
    let ledger = ledger(Options::default());
    let store = &ledger.store;
    ledger
        .foreign()
        .execute_batch(
            "CREATE TRIGGER poison BEFORE INSERT ON token WHEN new.client = 'poison' \
             BEGIN SELECT RAISE(ABORT, 'poisoned'); END",
        )
        .unwrap();
    for poisoned in [vec![0], vec![6], vec![3, 4], vec![0, 1, 2, 3, 4, 5, 6]] {
        let before = store.log_head(sample::tenant(1)).await.unwrap().size;
        let batch = (0..7)
            .map(|number| {
                let client = if poisoned.contains(&number) {
                    "poison"
                } else {
                    "tpc_1"
                };
                issuing(&format!("{number} after {before}"), client)
            })
            .collect();
        let answers = store.commit(batch).await;
        let mut next = before;
        for (number, answer) in (0..7).zip(answers) {
            if poisoned.contains(&number) {
                assert!(
                    matches!(answer, Err(CommitError::Store(StoreError::Driver(_)))),
                    "{answer:?}"
                );
            } else {
                assert_eq!(answer.unwrap().first_index, Some(next));
                next += 1;
            }
        }
        assert_whole(store).await;
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_is_named_with_its_place() {
    let ledger = ledger(Options::default());
    let (store, tenant) = (&ledger.store, sample::tenant(1));
    let consent = sample::consent(sample::slot(sample::person(1), 1, 1), 1);
    let mut change = ChangeSet::new(tenant, sample::at(0));
    change
        .rows
        .extend(sample::every_row().into_iter().map(RowChange::Put));
    assert!(store.commit(vec![change]).await[0].is_ok());
    let foreign = ledger.foreign();
    for (table, column, value, mended) in [
        ("consent", "status", "'maybe'", "'accepted'"),
        ("consent", "actor", "'{'", r#"'{"role":"system"}'"#),
        ("consent", "version", "-1", "1"),
        ("consent", "audience_kind", "'party'", "'client'"),
        (
            "consent",
            "decision",
            "x'00'",
            "x'000102030405060708090a0b0c0d0e0f'",
        ),
    ] {
        foreign
            .execute_batch(&format!("UPDATE {table} SET {column} = {value}"))
            .unwrap();
        let error = store.consent(tenant, consent.id).await.unwrap_err();
        let StoreError::Corrupt {
            table: in_table,
            column: in_column,
            row,
        } = error
        else {
            panic!("{error:?}")
        };
        let named = if column == "audience_kind" {
            "audience"
        } else {
            column
        };
        assert_eq!((in_table, in_column), (table, named));
        assert_eq!(row, consent.id.uuid().simple().to_string());
        foreign
            .execute_batch(&format!("UPDATE {table} SET {column} = {mended}"))
            .unwrap();
        store.consent(tenant, consent.id).await.unwrap();
    }

    foreign.execute_batch("DELETE FROM consent").unwrap();
    let seeds = Seeds {
        slots: vec![consent.slot.clone()],
        ..Seeds::default()
    };
    let error = store.touched(tenant, seeds).await.unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Corrupt {
                table: "slot",
                column: "consent",
                ..
            }
        ),
        "{error:?}"
    );
    let error = store
        .record(tenant, sample::record_id(sample::person(1), 1))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Corrupt {
                table: "record",
                column: "consent",
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_journal_stays_bounded_under_writing_and_is_empty_after_closing() {
    let ledger = ledger(Options::default());
    let store = &ledger.store;
    let mut journal = store.path().as_os_str().to_owned();
    journal.push("-wal");
    let length = || std::fs::metadata(&journal).map_or(0, |file| file.len());
    let consent = sample::consent(sample::slot(sample::person(1), 1, 1), 1);
    let mut greatest = 0;
    for number in 0..160 {
        let mut record = sample::record(&consent, number);
        record.sealed = Some(vec![7; 1024 * 1024]);
        let mut change = ChangeSet::new(sample::tenant(1), sample::at(0));
        change
            .rows
            .extend([Row::Consent(consent.clone()), Row::Record(record)].map(RowChange::Put));
        assert!(store.commit(vec![change]).await[0].is_ok());
        greatest = greatest.max(length());
    }
    assert!(
        greatest < 100 * 1024 * 1024,
        "the journal grew to {greatest} bytes"
    );
    store.close().await;
    assert_eq!(length(), 0);
}
