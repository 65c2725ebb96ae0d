//! Looking into the log of the ledger, as an auditor with a copy of the database would.

use consentry_server::assembly::DATABASE;
use consentry_store::Store;
use consentry_store_sqlite::{Options, SqliteStore};

use crate::TestApp;

impl TestApp {
    /// Kinds of all events of the seeded tenant, in order. Reads a copy: a ledger belongs to one process.
    pub async fn event_kinds(&self) -> Vec<String> {
        let copy = tempfile::tempdir().unwrap();
        for suffix in ["", "-wal"] {
            let name = format!("{DATABASE}{suffix}");
            if self.folder().join(&name).exists() {
                std::fs::copy(self.folder().join(&name), copy.path().join(&name)).unwrap();
            }
        }
        let store = SqliteStore::open(copy.path().join(DATABASE), Options::default()).unwrap();
        let events = store.events(self.tenant().id(), 0, 10_000).await.unwrap();
        store.close().await;
        events.into_iter().map(|event| event.kind).collect()
    }
}
