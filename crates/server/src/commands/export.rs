//! `consentry export`: what is configured, as a manifest, or everything of a tenant, as one file. For the manifest a server with a folder is
//! not running.

use std::{
    fs::OpenOptions,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use consentry_ledger::{Ledger, SystemClock, SystemEntropy};

use super::serve;
use crate::{
    assembly, configuration::Configuration, ledger_place::LedgerPlace, manifest::Manifest, tenant_file,
};

/// Options of the export.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// As a manifest, in YAML.
    #[arg(long, required_unless_present = "to")]
    manifest: bool,
    /// Everything of one tenant, its ledger included, into this file, which may not be there yet. The server may run meanwhile.
    #[arg(long, value_name = "FILE", conflicts_with = "manifest")]
    to: Option<PathBuf>,
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Short name of one tenant; without it all, or for a file the only one.
    #[arg(long)]
    tenant: Option<String>,
}

pub(super) fn run(file: Option<&Path>, options: &ExportArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    if let Some(to) = &options.to {
        return serve::runtime()?.block_on(into_file(&place, options.tenant.as_deref(), to));
    }
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

/// A tenant as one file, which only its owner can read.
async fn into_file(place: &LedgerPlace, tenant: Option<&str>, to: &Path) -> anyhow::Result<()> {
    place.require_there().await?;
    let mut opening = OpenOptions::new();
    opening.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut opening, 0o600);
    let file = opening.open(to).with_context(|| to.display().to_string())?;
    let taken = tenant_file::take_out(place, tenant, BufWriter::new(file)).await;
    let (taken, file) = match taken {
        Ok(taken) => taken,
        Err(error) => {
            // Half a file is none.
            drop(std::fs::remove_file(to));
            return Err(error);
        }
    };
    file.into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    let (rows, name) = (taken.rows, to.display());
    writeln!(
        std::io::stdout(),
        "{rows} rows in {name}, sha256 {}; the root key is not in it, and is needed to take it in",
        taken.sha256
    )?;
    Ok(())
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
