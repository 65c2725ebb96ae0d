//! Looking into the log of the ledger, as an auditor with access to the database would.

use consentry_server::{assembly::DATABASE, ledger_place::LedgerPlace};
use consentry_store::EventRow;

use crate::TestApp;

impl TestApp {
    /// Kinds of all events of the seeded tenant, in order.
    pub async fn event_kinds(&self) -> Vec<String> {
        self.log().await.into_iter().map(|event| event.kind).collect()
    }

    /// All events of the seeded tenant, in order. Reads a copy of a folder: its ledger belongs to one process.
    pub async fn log(&self) -> Vec<EventRow> {
        let copy = tempfile::tempdir().unwrap();
        let place = match self.place() {
            LedgerPlace::Folder { folder, .. } => {
                for suffix in ["", "-wal"] {
                    let name = format!("{DATABASE}{suffix}");
                    if folder.join(&name).exists() {
                        std::fs::copy(folder.join(&name), copy.path().join(&name)).unwrap();
                    }
                }
                LedgerPlace::folder(copy.path())
            }
            shared @ LedgerPlace::Postgres { .. } => shared.clone(),
        };
        let store = place.open_store().await.unwrap();
        let events = store.events(self.tenant().id(), 0, 10_000).await.unwrap();
        store.close().await;
        events
    }
}
