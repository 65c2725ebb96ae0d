//! `consentry verify-ledger`: does the log hold, and do the rows follow from it?

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use consentry_ledger::{SystemClock, SystemEntropy, verify::Verdict};

use super::serve;
use crate::{assembly, configuration::Configuration};

/// Options of the check.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
}

pub(super) fn run(file: Option<&Path>, options: &VerifyArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let folder = match &options.data {
        Some(folder) => folder.clone(),
        None => configuration.folder()?,
    };
    anyhow::ensure!(
        folder.join(assembly::DATABASE).exists(),
        "there is no ledger in {}",
        folder.display()
    );
    serve::runtime()?.block_on(async {
        let ledger = assembly::open_ledger(
            &folder,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
        .await?;
        for tenant in ledger.directory().tenants() {
            let slug = &tenant.tenant.slug;
            match ledger.verify(tenant).await? {
                Verdict::Sound { events, unreadable } => {
                    println!("{slug}: {events} events, chain and rows agree, {unreadable} bodies erased");
                }
                Verdict::Broken { index, what } => {
                    anyhow::bail!("{slug}: first difference at event {index}: {what}");
                }
            }
        }
        ledger.close().await;
        Ok(())
    })
}
