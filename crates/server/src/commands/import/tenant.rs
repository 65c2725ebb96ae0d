//! `consentry import tenant`: a tenant from another ledger, on whatever engine either is.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use consentry_ledger::{Clock as _, Ledger, SystemClock, SystemEntropy, verify::Verdict};

use crate::{
    assembly, commands::serve, configuration::Configuration, ledger_place::LedgerPlace, root_key,
    tenant_file::TakingIn,
};

/// Options of the import.
#[derive(Debug, Args)]
pub(in crate::commands) struct TenantArguments {
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Root key of the ledger that the file comes from, where it is another one than here.
    #[arg(long, value_name = "FILE")]
    root_file: Option<PathBuf>,
    /// Folder of the ledger; without it the configured one. One that is not there yet is made.
    #[arg(long)]
    data: Option<PathBuf>,
}

pub(super) fn run(file: Option<&Path>, options: &TenantArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    let told = || options.file.display().to_string();
    let taking = TakingIn::look_through(&options.file).with_context(told)?;
    serve::runtime()?.block_on(async {
        let ledger = open(&configuration, &place).await?;
        let known = is_known(&ledger, &taking);
        ledger.close().await;
        let known = known?;
        let to = place.key(&configuration.keys)?.load(true, &SystemEntropy)?;
        let from = options
            .root_file
            .as_deref()
            .map(root_key::from_file)
            .transpose()?;
        let making = taking.known_by((from.as_ref().unwrap_or(&to), &to), &SystemEntropy)?;
        taking.put(&place, known).await?;
        let (slug, rows, sha256) = (taking.slug(), taking.rows(), taking.sha256());
        if known {
            writeln!(
                std::io::stdout(),
                "{slug} is here already, the same {rows} rows, sha256 {sha256}"
            )?;
            return Ok(());
        }
        making.write(&place, SystemClock.now()).await?;
        let ledger = open(&configuration, &place).await?;
        let proved = proved(&ledger, &taking).await;
        ledger.close().await;
        let events = proved?;
        writeln!(
            std::io::stdout(),
            "{slug} is here, the same {rows} rows, sha256 {sha256}; {events} events, chain and rows agree"
        )?;
        Ok(())
    })
}

async fn open(configuration: &Configuration, place: &LedgerPlace) -> anyhow::Result<Ledger> {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    assembly::open_ledger(place, &configuration.keys, clock, entropy).await
}

/// Whether the ledger has the tenant. Another one of its name would be mistaken for it.
fn is_known(ledger: &Ledger, taking: &TakingIn<'_>) -> anyhow::Result<bool> {
    let directory = ledger.directory();
    let named = directory.by_slug(taking.slug());
    anyhow::ensure!(
        named.is_none_or(|tenant| tenant.id() == taking.tenant()),
        "there is another tenant {} here; rename it first",
        taking.slug()
    );
    Ok(directory.tenant(taking.tenant()).is_some())
}

async fn proved(ledger: &Ledger, taking: &TakingIn<'_>) -> anyhow::Result<u64> {
    let directory = ledger.directory();
    let tenant = directory
        .tenant(taking.tenant())
        .context("the tenant is not known")?;
    match ledger.verify(tenant).await? {
        Verdict::Sound { events, .. } => Ok(events),
        Verdict::Broken { index, what } => {
            anyhow::bail!("the ledger it comes from does not hold: first difference at event {index}: {what}")
        }
    }
}
