//! `consentry verify-ledger`: does the log hold, and do the rows follow from it?

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use consentry_ledger::{SystemClock, SystemEntropy};

use super::{proof, serve};
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
    let folder = configuration.folder_or(options.data.as_deref())?;
    assembly::require_ledger(&folder)?;
    serve::runtime()?.block_on(async {
        let ledger = assembly::open_ledger(
            &folder,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
        .await?;
        for line in proof::of(&ledger).await? {
            println!("{line}");
        }
        ledger.close().await;
        Ok(())
    })
}
