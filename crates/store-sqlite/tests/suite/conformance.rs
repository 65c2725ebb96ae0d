//! The suite that every engine must pass.

use std::sync::Mutex;

use consentry_store::{Store, conformance::Engine, conformance_suite};
use consentry_store_sqlite::{Options, SqliteStore};

/// Stores in folders that vanish with the engine, so at the end of a test.
#[derive(Default)]
struct Sqlite {
    folders: Mutex<Vec<tempfile::TempDir>>,
}

impl Engine for Sqlite {
    type Store = SqliteStore;

    async fn fresh(&self) -> SqliteStore {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("ledger.sqlite"), Options::default()).unwrap();
        self.folders.lock().unwrap().push(folder);
        store
    }

    async fn reopen(&self, store: SqliteStore) -> SqliteStore {
        let path = store.path().to_owned();
        store.close().await;
        SqliteStore::open(path, Options::default()).unwrap()
    }
}

conformance_suite!(Sqlite::default());
