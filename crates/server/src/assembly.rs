//! Putting a ledger together: place, root key, store, first tenant.

use std::sync::Arc;

use consentry_domain::{
    locale::Locale,
    tenant::{Brand, Tenant, TenantState},
};
use consentry_ledger::{
    Caller, Clock, Entropy, Ids, Ledger, LedgerOptions, Target,
    access::{Provision, authorize},
    error::Fault,
    sealing::Key,
};

use crate::{
    ledger_place::{LedgerPlace, is_in_use},
    root_key::{KeysSection, Place},
};

/// Name of the database inside the folder of a ledger.
pub const DATABASE: &str = "ledger.db";

/// Opens the ledger of a place, making it on first use.
pub async fn open_ledger(
    place: &LedgerPlace,
    keys: &KeysSection,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> anyhow::Result<Ledger> {
    open_ledger_with(place, keys, clock, entropy, &LedgerOptions::default()).await
}

/// As [`open_ledger`], with sizes, rules and directories of this node.
pub async fn open_ledger_with(
    place: &LedgerPlace,
    keys: &KeysSection,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    options: &LedgerOptions,
) -> anyhow::Result<Ledger> {
    let key = place.key(keys)?;
    let had_file = place.has_file();
    let open = async |root: Option<Key>| {
        let store = place.open_store().await?;
        let root = match root {
            Some(root) => root,
            None => {
                let is_in_use = match had_file {
                    Some(had_file) => had_file,
                    None => is_in_use(store.as_ref()).await?,
                };
                key.load(is_in_use, entropy.as_ref())?
            }
        };
        let (clock, entropy) = (Arc::clone(&clock), Arc::clone(&entropy));
        let opened = Ledger::open(Arc::clone(&store), root, clock, entropy, options).await;
        if opened.is_err() {
            // Somebody else may try, and it may be us.
            store.close().await;
        }
        anyhow::Ok(opened)
    };
    let waiting = key.next();
    match (open(None).await?, waiting) {
        (Ok(ledger), waiting) => {
            // Somebody was interrupted before the ledger knew the other key.
            if let Some(next) = waiting {
                next.forget()?;
            }
            Ok(ledger)
        }
        (Err(Fault::Seal(_)), Some(next)) => {
            let opened = open(Some(next.load()?)).await?;
            let ledger = opened.map_err(|fault| explained(fault, &key))?;
            // Somebody was interrupted when the ledger knew the other key already.
            next.take_place()?;
            tracing::warn!(place = %key, "the key that waited beside it is the root key now");
            Ok(ledger)
        }
        (Err(fault), _) => Err(explained(fault, &key)),
    }
}

fn explained(fault: Fault, place: &Place) -> anyhow::Error {
    match fault {
        Fault::Seal(_) => anyhow::anyhow!("the root key {place} is not that of this ledger"),
        fault => fault.into(),
    }
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
        mail: consentry_domain::tenant::MailSettings::default(),
        dataspace: consentry_domain::tenant::DataspaceSettings::default(),
        preferences: consentry_domain::tenant::PreferencesSettings::default(),
    };
    ledger.provision_tenant(&permit, &tenant).await?;
    Ok(())
}
