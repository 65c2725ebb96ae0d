//! `consentry key`: the key that opens a ledger, and the keys that sign. A server with a folder is not running meanwhile.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use consentry_ledger::{
    Caller, Ledger, SystemClock, SystemEntropy, Target, access::Provision, authorize, key_ring::KeyState,
};

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
    /// Lists the keys that sign, of every tenant.
    ///
    /// Example: consentry key list
    #[command(verbatim_doc_comment)]
    List(ListArguments),
    /// Takes a signing key out at once, because somebody else has it. Nothing that it signed counts any more.
    ///
    /// Example: consentry key revoke --now --kid 2yq0EYV0F9Ys6YVjK5D2o1sYc6bP3hYw4fE7cXzQm1A
    #[command(verbatim_doc_comment)]
    Revoke(RevokeArguments),
}

/// Options of `key list`.
#[derive(Debug, Args)]
pub(super) struct ListArguments {
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// Options of `key revoke`.
#[derive(Debug, Args)]
pub(super) struct RevokeArguments {
    /// Without waiting for verifiers: those that keep keys trust it for as long as they keep them.
    #[arg(long, required = true)]
    now: bool,
    /// The key, as `key list` names it.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    kid: String,
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
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
    match command {
        KeyCommand::Rotate(options) => rotate(file, options),
        KeyCommand::List(options) => list(file, options),
        KeyCommand::Revoke(options) => revoke(file, options),
    }
}

fn list(file: Option<&Path>, options: &ListArguments) -> anyhow::Result<()> {
    with_ledger(file, options.data.as_deref(), async |ledger| {
        let mut told = std::io::stdout().lock();
        for tenant in ledger.directory().tenants() {
            for key in tenant.key_ring.stored() {
                let state = match key.state {
                    KeyState::Next => "next",
                    KeyState::Active => "signs",
                    KeyState::Retiring => "retiring",
                };
                let (slug, since) = (&tenant.tenant.slug, key.in_state_since());
                let algorithm = key.algorithm.as_str();
                writeln!(told, "{slug}  {}  {algorithm}  {state} since {since}", key.kid)?;
            }
        }
        Ok(())
    })
}

fn revoke(file: Option<&Path>, options: &RevokeArguments) -> anyhow::Result<()> {
    with_ledger(file, options.data.as_deref(), async |ledger| {
        let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
        let directory = ledger.directory();
        let mut tenants = directory.tenants();
        let tenant = tenants
            .find(|tenant| tenant.key_ring.stored().any(|key| key.kid == options.kid))
            .context("no tenant has this key; `consentry key list` lists them")?;
        let mut told = std::io::stdout().lock();
        match ledger.revoke_key(tenant, &permit, &options.kid).await? {
            Some(next) => writeln!(told, "{} is gone; {next} signs from now on", options.kid)?,
            None => writeln!(told, "{} is gone; it did not sign", options.kid)?,
        }
        Ok(())
    })
}

/// Opens the ledger, and closes it when something was done with it.
fn with_ledger(
    file: Option<&Path>,
    data: Option<&Path>,
    act: impl AsyncFnOnce(&Ledger) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, data)?;
    serve::runtime()?.block_on(async {
        place.require_ledger().await?;
        let ledger = assembly::open_ledger(
            &place,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
        .await?;
        let done = act(&ledger).await;
        ledger.close().await;
        done
    })
}

fn rotate(file: Option<&Path>, options: &RotateArguments) -> anyhow::Result<()> {
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
