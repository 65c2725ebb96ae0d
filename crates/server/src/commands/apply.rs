//! `consentry apply`: makes the installation what a manifest says: a ledger that no server has open, PostgreSQL, or a running server.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use consentry_egress::Egress;
use consentry_ledger::{SystemClock, SystemEntropy};
use url::Url;

use super::serve;
use crate::{
    applying::{Applying, Wishes},
    assembly,
    configuration::Configuration,
    ledger_place::LedgerPlace,
    manifest::{Manifest, Secrets},
    operating::RunningServer,
};

/// Options of `apply`.
#[derive(Debug, Args)]
pub(super) struct ApplyArguments {
    /// The manifest, in TOML or YAML, or a folder of them.
    #[arg(short, long, value_name = "FILE|FOLDER")]
    file: PathBuf,
    /// Folder of the ledger; without it the configured one. A ledger that is not there is made.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Applies to the server that runs at this address, instead of to a ledger that is here.
    #[arg(long, value_name = "URL", conflicts_with = "data", requires = "token_file")]
    server: Option<Url>,
    /// File with the token that the server's server.operator_token_file has.
    #[arg(long, value_name = "FILE", requires = "server")]
    token_file: Option<PathBuf>,
    /// Only says what would happen.
    #[arg(long)]
    dry_run: bool,
    /// Also takes away what the manifest does not name: definitions, localizations and accounts of its tenants.
    #[arg(long)]
    prune: bool,
    /// Takes away even what records refer to; they keep what was shown.
    #[arg(long, requires = "prune")]
    force: bool,
}

pub(super) fn run(file: Option<&Path>, options: &ApplyArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let manifest = Manifest::read(&options.file)?;
    let wishes = Wishes {
        dry_run: options.dry_run,
        prune: options.prune,
        force: options.force,
    };
    if let (Some(server), Some(token_file)) = (&options.server, &options.token_file) {
        let roots = configuration.egress.policy()?.extra_roots;
        let server = RunningServer::at(server, token_file, roots)?;
        let (lines, error) = serve::runtime()?.block_on(server.apply(manifest, wishes))?;
        for line in lines {
            tell(&line)?;
        }
        return error.map_or(Ok(()), |error| Err(anyhow::anyhow!(error)));
    }
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    anyhow::ensure!(
        !options.dry_run || place.has_file() != Some(false),
        "there is no ledger in {place}, so everything would be new"
    );
    let egress = Egress::new(configuration.egress.policy()?)?;
    serve::runtime()?.block_on(async {
        let ledger = assembly::open_ledger_with(
            &place,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
            &serve::ledger_options(&configuration)?,
        )
        .await?;
        let applying = Applying {
            ledger: &ledger,
            egress: &egress,
            has_mirror: configuration.nats.is_on(),
            secrets: &Secrets::Here,
            wishes,
        };
        let applied = applying.apply(&manifest, &mut |line| tell(&line)).await;
        ledger.close().await;
        applied
    })
}

fn tell(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}
