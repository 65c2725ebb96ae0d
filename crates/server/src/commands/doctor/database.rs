//! The ledger: whether it can be opened, with its key.

use std::sync::Arc;

use consentry_ledger::{Ledger, SystemClock, SystemEntropy};
use consentry_store_postgres::PostgresStore;
use consentry_store_sqlite::OpenError;

use super::Found;
use crate::{assembly, configuration::Configuration, ledger_place::LedgerPlace};

/// Opens what is there; makes neither a ledger nor a key. A database that several nodes share keeps its schema; a folder is one process's,
/// which opens it as a start does.
pub(super) async fn open(configuration: &Configuration, place: &LedgerPlace) -> (Option<Ledger>, Found) {
    let place = &with_its_schema(place);
    match is_there(place).await {
        Ok(true) => {}
        Ok(false) => {
            let what = format!("there is no ledger in {place} yet; the first start makes it");
            return (None, Found::Skipped(what));
        }
        Err(error) => return (None, told(&error)),
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

fn with_its_schema(place: &LedgerPlace) -> LedgerPlace {
    let mut place = place.clone();
    if let LedgerPlace::Postgres { options, .. } = &mut place {
        options.migrate = false;
    }
    place
}

async fn is_there(place: &LedgerPlace) -> anyhow::Result<bool> {
    Ok(match place {
        LedgerPlace::Folder { .. } => place.has_file() == Some(true),
        LedgerPlace::Postgres { url, options } => PostgresStore::is_there(url, *options).await?,
    })
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
