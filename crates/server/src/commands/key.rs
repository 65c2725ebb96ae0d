//! `consentry key`: the key that opens a ledger. The server is not running meanwhile.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, Subcommand};
use consentry_ledger::{Caller, SystemClock, SystemEntropy, Target, access::Provision, authorize};

use super::serve;
use crate::{
    assembly,
    configuration::Configuration,
    ledger_place::LedgerPlace,
    root_key::{self, NextKey, Place},
};

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Gives the ledger another root key. Copies that were made before need the old one.
    ///
    /// Example: consentry key rotate --root
    #[command(verbatim_doc_comment)]
    Rotate(RotateArguments),
}

/// Options of `key rotate`.
#[derive(Debug, Args)]
pub(super) struct RotateArguments {
    /// The root key, which opens all others.
    #[arg(long, required = true)]
    root: bool,
    /// File with the new key, where the key in use is told and not in a file.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
}

pub(super) fn run(file: Option<&Path>, command: &KeyCommand) -> anyhow::Result<()> {
    let KeyCommand::Rotate(options) = command;
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    let key = place.key(&configuration.keys)?;
    serve::runtime()?.block_on(async {
        place.require_ledger().await?;
        let ledger = assembly::open_ledger(
            &place,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
        .await?;
        let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
        let told = match (&key, &options.to) {
            (Place::File(path), None) => {
                let (next, key) = NextKey::make(path, &SystemEntropy)?;
                ledger.rotate_root(&permit, &key).await?;
                next.take_place()?;
                format!("{} is another key now", path.display())
            }
            (Place::Told(_), Some(to)) => {
                ledger.rotate_root(&permit, &root_key::from_file(to)?).await?;
                format!("from now on the root key is the one in {}", to.display())
            }
            (Place::Told(_), None) => {
                anyhow::bail!("the root key is told, so --to has to say which one is the next")
            }
            (Place::File(path), Some(_)) => {
                anyhow::bail!("the root key is in {}, and so is the next one", path.display())
            }
        };
        ledger.close().await;
        writeln!(
            std::io::stdout(),
            "{told}; keep it, and keep the old one as long as copies are there that were made with it"
        )?;
        Ok(())
    })
}
