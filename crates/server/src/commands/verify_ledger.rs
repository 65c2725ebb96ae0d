//! `consentry verify-ledger`: does the log hold, and do the rows follow from it?

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use consentry_ledger::{SystemClock, SystemEntropy};

use super::{proof, serve};
use crate::{assembly, configuration::Configuration, ledger_place::LedgerPlace};

/// Options of the check.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
}

pub(super) fn run(file: Option<&Path>, options: &VerifyArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    serve::runtime()?.block_on(async {
        place.require_ledger().await?;
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        let opened = assembly::open_ledger(&place, &configuration.keys, clock, entropy).await;
        let ledger = opened.with_context(|| place.to_string())?;
        let proved = proof::of(&ledger).await;
        ledger.close().await;
        for line in proved.with_context(|| place.to_string())? {
            println!("{line}");
        }
        Ok(())
    })
}
