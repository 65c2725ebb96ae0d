//! `consentry move-to-postgres`: a ledger from a folder into PostgreSQL, while it is served.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use consentry_ledger::{SystemClock, SystemEntropy};
use consentry_store_postgres::Target;
use consentry_store_sqlite::Source;
use serde_json::json;

use super::{proof, serve};
use crate::{
    assembly,
    configuration::Configuration,
    ledger_place::LedgerPlace,
    moving::{Move, Proof, progress::Progress},
    root_key::{KeysSection, Place},
};

/// Options of the move.
#[derive(Debug, Args)]
pub(super) struct MoveArguments {
    /// Folder of the ledger; without it the configured one.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Address of the empty database; without it the configured one, which is best where it holds a password.
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// One line of JSON for each step instead of a progress bar.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(file: Option<&Path>, options: &MoveArguments) -> anyhow::Result<()> {
    let mut configuration = Configuration::load(file)?;
    let source = LedgerPlace::of(&configuration, options.data.as_deref())?;
    let folder = source
        .require_folder("--data names the folder that the ledger is moved from")?
        .to_owned();
    if let Some(url) = &options.to {
        configuration.storage.url.clone_from(url);
    }
    let target = LedgerPlace::of(&configuration, None)?;
    anyhow::ensure!(
        matches!(target, LedgerPlace::Postgres { .. }),
        "--to or storage.url has to name the PostgreSQL database"
    );
    let database = folder.join(assembly::DATABASE);
    anyhow::ensure!(database.exists(), "there is no ledger in {}", folder.display());
    let key = Place::of(&configuration.keys, &folder)?;
    anyhow::ensure!(
        key.is_there(),
        "the root key {key} is not there; without it nothing can be proved"
    );
    serve::runtime()?.block_on(carry_out(&database, target, &key, options.json))
}

async fn carry_out(database: &Path, target: LedgerPlace, key: &Place, lines: bool) -> anyhow::Result<()> {
    let LedgerPlace::Postgres { url, options } = &target else {
        anyhow::bail!("the target is no PostgreSQL database");
    };
    let name = std::fs::canonicalize(database)?.display().to_string();
    let path = database.to_owned();
    let source = tokio::task::spawn_blocking(move || Source::open(&path)).await??;
    let was_moved = source.is_moved()?;
    let begun = Target::begin(url, *options, &name).await;
    let begun = begun.context(if was_moved {
        "the ledger was moved already, and this is not a database that a copy of it waits in"
    } else {
        "nothing was moved"
    })?;
    let progress = Progress::new(lines);
    if begun.is_begun_before() {
        tracing::info!("going on with a copy that was begun before");
    }
    anyhow::ensure!(
        !was_moved || begun.is_begun_before(),
        "the ledger was moved already, into another database"
    );
    let moving = Move::new(source, begun).await?;
    let proved = prove(&moving, &target, key, &progress).await;
    progress.end();
    match proved {
        Ok((proof, replayed)) => {
            moving.finish(&progress).await?;
            tell(&proof, &replayed, key, lines)
        }
        Err(error) => {
            moving.give_up().await;
            Err(error.context("nothing was moved; the ledger is served from its folder as before"))
        }
    }
}

/// Copies, catches up and proves. Nobody writes to the source when it returns.
async fn prove(
    moving: &Move,
    target: &LedgerPlace,
    key: &Place,
    progress: &Progress,
) -> anyhow::Result<(Proof, Vec<String>)> {
    moving.copy(progress).await?;
    moving.catch_up(progress).await?;
    let proof = moving.prove(progress).await?;
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let copy = target.clone().unfinished_too();
    let ledger = assembly::open_ledger(&copy, &KeysSection::at(key), clock, entropy).await?;
    let replayed = proof::of(&ledger).await;
    ledger.close().await;
    Ok((proof, replayed?))
}

fn tell(proof: &Proof, replayed: &[String], key: &Place, lines: bool) -> anyhow::Result<()> {
    let digest: String = proof
        .digest
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut stdout = std::io::stdout().lock();
    if lines {
        let line = json!({ "step": "moved", "rows": proof.rows, "sha256": digest, "replayed": replayed });
        writeln!(stdout, "{line}")?;
        return Ok(());
    }
    for line in replayed {
        writeln!(stdout, "{line}")?;
    }
    writeln!(
        stdout,
        "{} rows are the same on both sides, sha256 {digest}",
        proof.rows
    )?;
    writeln!(
        stdout,
        "moved; the root key {key} opens it there too. The folder takes no changes any more: stop its server and start nodes on \
         the database"
    )?;
    Ok(())
}
