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
use consentry_store_sqlite::{Options, SqliteStore};

use crate::root_key;

/// Name of the database inside the folder of a ledger.
pub const DATABASE: &str = "ledger.db";

/// Opens the ledger in a folder, making both on first use.
pub async fn open_ledger(
    folder: &Path,
    root_file: Option<&Path>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> anyhow::Result<Ledger> {
    open_ledger_with(
        folder,
        root_file,
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
    root_file: Option<&Path>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    bounds: Options,
    options: &LedgerOptions,
) -> anyhow::Result<Ledger> {
    std::fs::create_dir_all(folder).map_err(|error| anyhow::anyhow!("{}: {error}", folder.display()))?;
    let database = folder.join(DATABASE);
    let key_file = root_key_file(folder, root_file);
    let root = root_key::load(&key_file, database.exists(), entropy.as_ref())?;
    let store = SqliteStore::open(&database, bounds)?;
    let opened = Ledger::open(Arc::new(store), root, clock, entropy, options).await;
    opened.map_err(|fault| match fault {
        Fault::Seal(_) => anyhow::anyhow!("{} is not the root key of this ledger", key_file.display()),
        fault => fault.into(),
    })
}

/// Where the root key of a ledger is.
pub fn root_key_file(folder: &Path, configured: Option<&Path>) -> PathBuf {
    configured.map_or_else(|| folder.join("root.key"), Path::to_owned)
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
