//! `consentry migrate`: the schema of the ledger, brought to this program's state before any node of it starts.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::Args;

use super::serve;
use crate::{configuration::Configuration, ledger_place::LedgerPlace};

/// Options of `migrate`.
#[derive(Debug, Args)]
pub(super) struct MigrateArguments {
    /// Folder of the ledger; without it the configured place.
    #[arg(long)]
    data: Option<PathBuf>,
}

pub(super) fn run(file: Option<&Path>, options: &MigrateArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    serve::runtime()?.block_on(place.migrate())?;
    writeln!(std::io::stdout(), "the schema in {place} is that of this program")?;
    Ok(())
}
