//! `consentry audit`: every change of definitions, localizations and consent records, one line each.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use consentry_door_records::messages::audit::line;
use consentry_ledger::{Caller, Ledger, SystemClock, SystemEntropy, Target, access::ReadLog, authorize};

use super::serve;
use crate::{assembly, configuration::Configuration, ledger_place::LedgerPlace};

/// Options of the export.
#[derive(Debug, Args)]
pub(super) struct AuditArguments {
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Short name of one tenant; without it all, one after the other.
    #[arg(long)]
    tenant: Option<String>,
}

pub(super) fn run(file: Option<&Path>, options: &AuditArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    serve::runtime()?.block_on(async {
        place.require_ledger().await?;
        let ledger = assembly::open_ledger(
            &place,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
        .await?;
        let printed = print(&ledger, options.tenant.as_deref()).await;
        ledger.close().await;
        printed
    })
}

async fn print(ledger: &Ledger, only: Option<&str>) -> anyhow::Result<()> {
    let permit = authorize::<ReadLog>(&Caller::Operator, Target::Tenant)?;
    let directory = ledger.directory();
    let tenants: Vec<_> = directory
        .tenants()
        .filter(|tenant| only.is_none_or(|slug| slug == tenant.tenant.slug))
        .collect();
    anyhow::ensure!(
        only.is_none() || !tenants.is_empty(),
        "there is no tenant {}",
        only.unwrap_or_default()
    );
    let mut out = std::io::stdout().lock();
    for tenant in tenants {
        let mut reader = ledger.audit(tenant, &permit);
        while let Some(page) = reader.next_page().await? {
            for entry in &page {
                writeln!(out, "{}", line(entry))?;
            }
        }
    }
    Ok(())
}
