//! `consentry export`: what is configured, as a manifest. The server is not running meanwhile, unless its ledger is in PostgreSQL.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use consentry_ledger::{Ledger, SystemClock, SystemEntropy};

use super::serve;
use crate::{assembly, configuration::Configuration, ledger_place::LedgerPlace, manifest::Manifest};

/// Options of the export.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// As a manifest, in YAML.
    #[arg(long, required = true)]
    manifest: bool,
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Short name of one tenant; without it all.
    #[arg(long)]
    tenant: Option<String>,
}

pub(super) fn run(file: Option<&Path>, options: &ExportArguments) -> anyhow::Result<()> {
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
        let written = written(&ledger, options.tenant.as_deref());
        ledger.close().await;
        std::io::stdout().write_all(written?.as_bytes())?;
        Ok(())
    })
}

fn written(ledger: &Ledger, only: Option<&str>) -> anyhow::Result<String> {
    let directory = ledger.directory();
    let tenants = directory.tenants().map(Arc::as_ref);
    let manifest = Manifest::of(tenants.filter(|tenant| only.is_none_or(|slug| slug == tenant.tenant.slug)))?;
    anyhow::ensure!(
        only.is_none() || !manifest.tenants.is_empty(),
        "there is no tenant {}",
        only.unwrap_or_default()
    );
    manifest.text()
}
