//! The ledger: whether it can be opened, with its key.

use std::sync::Arc;

use consentry_ledger::{Ledger, SystemClock, SystemEntropy};
use consentry_store_sqlite::OpenError;

use super::Found;
use crate::{assembly, configuration::Configuration, ledger_place::LedgerPlace};

/// Opens what is there; makes nothing, neither a ledger nor a key nor a newer schema.
pub(super) async fn open(configuration: &Configuration, place: &LedgerPlace) -> (Option<Ledger>, Found) {
    if place.has_file() == Some(false) {
        let found = Found::Skipped(format!(
            "there is no ledger in {place} yet; the first start makes it"
        ));
        return (None, found);
    }
    let opened = async {
        place.require_ledger().await?;
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        assembly::open_ledger(place, &configuration.keys, clock, entropy).await
    };
    match opened.await {
        Ok(ledger) => (Some(ledger), Found::Fine(format!("{place} opens with its key"))),
        Err(error) => (None, told(&error)),
    }
}

fn told(error: &anyhow::Error) -> Found {
    let what = format!("{error:#}");
    match error.downcast_ref::<OpenError>() {
        Some(OpenError::InUse { .. }) => Found::Skipped("a server has it open".to_owned()),
        Some(OpenError::SqliteTooOld { .. }) => {
            Found::wrong(what, "build this program with the SQLite that comes with it")
        }
        Some(OpenError::Moved { .. }) => {
            Found::wrong(what, "set storage.url to the database it was moved to")
        }
        _ => Found::wrong(
            what,
            "see that storage.url leads to the database, that it takes connections from here, and that the root key is this ledger's",
        ),
    }
}
