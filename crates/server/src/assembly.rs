//! Putting a ledger together: folder, root key, store, first tenant.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use consentry_domain::{
    locale::Locale,
    tenant::{Brand, Tenant, TenantState},
};
use consentry_ledger::{
    Caller, Clock, Entropy, Ids, Ledger, LedgerOptions, Target,
    access::{Provision, authorize},
    error::Fault,
};
use consentry_store::Store as _;
use consentry_store_sqlite::{Options, SqliteStore};

use crate::root_key::{KeysSection, Place};

/// Name of the database inside the folder of a ledger.
pub const DATABASE: &str = "ledger.db";

/// Opens the ledger in a folder, making both on first use.
pub async fn open_ledger(
    folder: &Path,
    keys: &KeysSection,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> anyhow::Result<Ledger> {
    open_ledger_with(
        folder,
        keys,
        clock,
        entropy,
        Options::default(),
        &LedgerOptions::default(),
    )
    .await
}

/// As [`open_ledger`], with bounds of one's own on the database, and with sizes, rules and directories of this node.
pub async fn open_ledger_with(
    folder: &Path,
    keys: &KeysSection,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    bounds: Options,
    options: &LedgerOptions,
) -> anyhow::Result<Ledger> {
    std::fs::create_dir_all(folder).map_err(|error| anyhow::anyhow!("{}: {error}", folder.display()))?;
    let database = folder.join(DATABASE);
    let place = Place::of(keys, folder)?;
    let root = place.load(database.exists(), entropy.as_ref())?;
    let waiting = place.next();
    let open = async |root| {
        let store = Arc::new(SqliteStore::open(&database, bounds)?);
        let (clock, entropy) = (Arc::clone(&clock), Arc::clone(&entropy));
        let opened = Ledger::open(store.clone(), root, clock, entropy, options).await;
        if opened.is_err() {
            // Somebody else may try, and it may be us.
            store.close().await;
        }
        anyhow::Ok(opened)
    };
    match (open(root).await?, waiting) {
        (Ok(ledger), waiting) => {
            // Somebody was interrupted before the ledger knew the other key.
            if let Some(next) = waiting {
                next.forget()?;
            }
            Ok(ledger)
        }
        (Err(Fault::Seal(_)), Some(next)) => {
            let opened = open(next.load()?).await?;
            let ledger = opened.map_err(|fault| explained(fault, &place))?;
            // Somebody was interrupted when the ledger knew the other key already.
            next.take_place()?;
            tracing::warn!(%place, "the key that waited beside it is the root key now");
            Ok(ledger)
        }
        (Err(fault), _) => Err(explained(fault, &place)),
    }
}

fn explained(fault: Fault, place: &Place) -> anyhow::Error {
    match fault {
        Fault::Seal(_) => anyhow::anyhow!("the root key {place} is not that of this ledger"),
        fault => fault.into(),
    }
}

/// The database of a ledger that has to be there.
pub fn require_ledger(folder: &Path) -> anyhow::Result<PathBuf> {
    let database = folder.join(DATABASE);
    anyhow::ensure!(database.exists(), "there is no ledger in {}", folder.display());
    Ok(database)
}

/// Makes the first tenant of an installation that has none, with fresh keys.
pub async fn ensure_tenant(ledger: &Ledger) -> anyhow::Result<()> {
    if ledger.directory().tenants().next().is_some() {
        return Ok(());
    }
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
    let ids = Ids {
        now: ledger.now(),
        entropy: ledger.entropy(),
    };
    let tenant = Tenant {
        id: ids.tenant(),
        slug: "main".to_owned(),
        hosts: Vec::new(),
        state: TenantState::Enabled,
        brand: Brand {
            name: "Consentry".to_owned(),
            accent: None,
            help: None,
        },
        locale: Locale::parse("en")?,
        lifetimes: consentry_domain::tenant::Lifetimes::default(),
        records: consentry_domain::tenant::RecordsSettings::default(),
        dashboard: consentry_domain::tenant::DashboardSettings::default(),
        authorization: consentry_domain::tenant::AuthorizationSettings::default(),
        checks: consentry_domain::tenant::CheckSettings::default(),
    };
    ledger.provision_tenant(&permit, &tenant).await?;
    Ok(())
}
