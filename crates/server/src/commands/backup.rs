//! `consentry backup` and `consentry restore`: a ledger as one file, and back. The root key is never in it.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use consentry_ledger::{SystemClock, SystemEntropy, erasure::Erased};

use super::{proof, serve};
use crate::{
    assembly,
    configuration::Configuration,
    erasures,
    ledger_place::LedgerPlace,
    root_key::{KeysSection, Place},
};

/// Options of `backup`.
#[derive(Debug, Args)]
pub(super) struct BackupArguments {
    /// The file to write; it may not be there yet.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// Options of `restore`.
#[derive(Debug, Args)]
pub(super) struct RestoreArguments {
    /// The file that `backup` wrote.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Folder of the ledger, which may hold none yet; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The journal of erasures; without it the configured one, which is `erasures.ndjson` in the folder.
    #[arg(long, value_name = "FILE")]
    erasures: Option<PathBuf>,
    /// Goes on without a journal: whoever was deleted after the copy was made is there again.
    #[arg(long, conflicts_with = "erasures")]
    accept_unknown_erasures: bool,
}

/// Copies the ledger as it is now. The server may run meanwhile.
pub(super) fn backup(file: Option<&Path>, options: &BackupArguments) -> anyhow::Result<()> {
    let (configuration, folder) = places(file, options.data.as_deref(), COPY)?;
    let database = folder.join(assembly::DATABASE);
    anyhow::ensure!(database.exists(), "there is no ledger in {}", folder.display());
    consentry_store_sqlite::backup(&database, &options.to)?;
    let bytes = std::fs::metadata(&options.to)?.len();
    let key = Place::of(&configuration.keys, &folder)?;
    writeln!(
        std::io::stdout(),
        "{bytes} bytes in {}; the root key is not in it: keep the one {key} too, and elsewhere",
        options.to.display()
    )?;
    Ok(())
}

/// Puts a copy in the place of a ledger that is not there, once it is proved to be whole.
pub(super) fn restore(file: Option<&Path>, options: &RestoreArguments) -> anyhow::Result<()> {
    let (configuration, folder) = places(file, options.data.as_deref(), BRING_BACK)?;
    let database = folder.join(assembly::DATABASE);
    anyhow::ensure!(
        !database.exists(),
        "there is a ledger in {}; move it away first",
        folder.display()
    );
    let key = Place::of(&configuration.keys, &folder)?;
    anyhow::ensure!(
        key.is_there(),
        "the root key {key} is not there; nothing can be read without it"
    );
    let own = erasures::place(&configuration, &LedgerPlace::folder(&folder))
        .unwrap_or_else(|| folder.join(erasures::JOURNAL));
    let journal = options.erasures.as_ref().unwrap_or(&own);
    let erased = if journal.exists() {
        erasures::read(journal)?
    } else {
        anyhow::ensure!(
            options.accept_unknown_erasures,
            "the journal of erasures {} is not there, and whoever was deleted after the copy was made would be back; put it there, or \
             say --accept-unknown-erasures",
            journal.display()
        );
        Vec::new()
    };
    std::fs::create_dir_all(&folder)?;
    // Beside its place, so that putting it there is a rename.
    let beside = tempfile::Builder::new()
        .prefix(".restoring-")
        .tempdir_in(&folder)?;
    let copy = beside.path().join(assembly::DATABASE);
    std::fs::copy(&options.from, &copy).with_context(|| options.from.display().to_string())?;
    serve::runtime()?.block_on(prove(beside.path(), &KeysSection::at(&key), &erased))?;
    std::fs::File::open(&copy)?.sync_all()?;
    std::fs::rename(&copy, &database)?;
    std::fs::File::open(&folder)?.sync_all()?;
    if journal != &own && !own.exists() {
        std::fs::copy(journal, &own).with_context(|| own.display().to_string())?;
    }
    writeln!(std::io::stdout(), "restored into {}", folder.display())?;
    Ok(())
}

/// What copies a ledger that is in a database.
const COPY: &str = "`pg_dump --format=custom` copies the database, or `pg_basebackup` its server, while nodes serve. The root key is \
    in neither: keep it too, and elsewhere";

/// What brings such a copy back.
const BRING_BACK: &str = "stop its nodes and bring the copy back with `pg_restore` into an empty database, or start a server on what \
    `pg_basebackup` made. Put the root key in its place, and run `consentry verify-ledger` and `consentry erase-again` before a \
    node starts";

fn places(
    file: Option<&Path>,
    data: Option<&Path>,
    instead: &str,
) -> anyhow::Result<(Configuration, PathBuf)> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, data)?;
    let folder = place.require_folder(instead)?;
    Ok((configuration, folder.to_owned()))
}

/// The chain of every tenant holds, and the rows follow from it. Then whoever was deleted is deleted again.
async fn prove(folder: &Path, keys: &KeysSection, erased: &[Erased]) -> anyhow::Result<()> {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let ledger = assembly::open_ledger(&LedgerPlace::folder(folder), keys, clock, entropy).await?;
    let proved = proof::of(&ledger).await.context("nothing was restored");
    let again = match &proved {
        Ok(_) => erasures::apply(&ledger, erased)
            .await
            .context("nothing was restored"),
        Err(_) => Ok(0),
    };
    ledger.close().await;
    let mut stdout = std::io::stdout().lock();
    proved?.iter().try_for_each(|line| writeln!(stdout, "{line}"))?;
    let again = again?;
    if again > 0 {
        writeln!(stdout, "{again} people deleted again")?;
    }
    Ok(())
}

/// Options of `erase-again`.
#[derive(Debug, Args)]
pub(super) struct EraseAgainArguments {
    /// The journal of erasures.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// Deletes everybody again whom a journal names, in a ledger that something else brought back.
pub(super) fn erase_again(file: Option<&Path>, options: &EraseAgainArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    let erased = erasures::read(&options.from)?;
    let again = serve::runtime()?.block_on(async {
        place.require_ledger().await?;
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        let ledger = assembly::open_ledger(&place, &configuration.keys, clock, entropy).await?;
        let again = erasures::apply(&ledger, &erased).await;
        ledger.close().await;
        again
    })?;
    writeln!(
        std::io::stdout(),
        "{again} people deleted again, of {} deletions in the journal",
        erased.len()
    )?;
    Ok(())
}
