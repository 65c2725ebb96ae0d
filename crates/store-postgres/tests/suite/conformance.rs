//! The suite that every engine must pass.

use std::sync::Mutex;

use consentry_store::{Store, conformance::Engine, conformance_suite};
use consentry_store_postgres::{Options, PostgresStore};
use consentry_testkit::postgres::Postgres;

/// Stores in databases of the server that all tests share.
#[derive(Default)]
struct Databases {
    last: Mutex<Option<String>>,
}

impl Engine for Databases {
    type Store = PostgresStore;

    async fn fresh(&self) -> PostgresStore {
        let server = Postgres::shared();
        let url = server.url(&server.ledger().await);
        let store = PostgresStore::open(&url, Options::default()).await.unwrap();
        *self.last.lock().unwrap() = Some(url);
        store
    }

    async fn reopen(&self, store: PostgresStore) -> PostgresStore {
        store.close().await;
        let url = self.last.lock().unwrap().clone().unwrap();
        PostgresStore::open(&url, Options::default()).await.unwrap()
    }
}

conformance_suite!(Databases::default());
