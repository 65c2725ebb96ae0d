//! `consentry demo`: `serve` plus Harbor Bank.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use consentry_ledger::SystemEntropy;
use tokio::net::TcpListener;
use url::Url;

use super::serve;
use crate::{
    assembly,
    configuration::Configuration,
    demo::{self, Demo, clock::DemoClock, seed},
    erasures::{self, FileJournal},
    ledger_place::LedgerPlace,
    root_key::{KeysSection, ROOT_KEY},
    telemetry::Telemetry,
};

/// Options of the demo.
#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Folder to keep the ledger in; without it the folder vanishes at exit.
    #[arg(long)]
    data: Option<PathBuf>,
    /// PostgreSQL database to keep the ledger in, empty or of the demo in this folder; `consentry serve` with the folder's root key makes
    /// more nodes on it.
    #[arg(long, value_name = "URL", requires = "data")]
    database: Option<String>,
    /// Prints one JSON line with everything a script needs, then serves until told to stop.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(file: Option<&Path>, options: &DemoArguments) -> anyhow::Result<()> {
    let mut configuration = Configuration::load(file)?;
    if options.json && file.is_none() {
        configuration.telemetry.log = "warn".to_owned();
    }
    // The parties of the demo's dataspace publish their keys on this machine.
    configuration.egress.exceptions.push("127.0.0.1/32".to_owned());
    let runtime = serve::runtime()?;
    let telemetry = Telemetry::begin(&configuration.telemetry, runtime.handle())?;
    let vanishing = match &options.data {
        Some(_) => None,
        None => Some(tempfile::Builder::new().prefix("consentry-demo-").tempdir()?),
    };
    let folder = match (&options.data, &vanishing) {
        (Some(folder), _) => folder.clone(),
        (None, Some(folder)) => folder.path().to_owned(),
        (None, None) => return Err(anyhow::anyhow!("no folder for the demo")),
    };
    let served = runtime.block_on(start(&configuration, options, &folder));
    telemetry.end();
    served
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long starting took, for the line that says so"
)]
async fn start(configuration: &Configuration, options: &DemoArguments, folder: &Path) -> anyhow::Result<()> {
    let started = std::time::Instant::now();
    let listener = TcpListener::bind(options.listen).await?;
    let port = listener.local_addr()?.port();
    let addresses = seed::Addresses {
        base_url: format!("http://127.0.0.1:{port}"),
        bank_url: format!("http://localhost:{port}"),
    };
    let mut ledger_options = serve::ledger_options(configuration)?;
    let (clock, entropy) = (Arc::new(DemoClock::default()), Arc::new(SystemEntropy));
    let (place, keys) = match &options.database {
        None => (LedgerPlace::folder(folder), KeysSection::default()),
        Some(url) => {
            std::fs::create_dir_all(folder)?;
            let keys = KeysSection {
                root_file: Some(folder.join(ROOT_KEY)),
                root: None,
            };
            (LedgerPlace::database(url, &configuration.storage)?, keys)
        }
    };
    if let Some(file) = erasures::place(configuration, &place) {
        ledger_options.erasures = Some(Arc::new(FileJournal::open(&file)?));
    }
    let ledger = assembly::open_ledger_with(&place, &keys, clock.clone(), entropy, &ledger_options).await?;
    let (bank, keys_ms) = demo::bank_in(folder, &ledger, &addresses).await?;
    let (outbox, mailer) = match configuration.mail.outbox()? {
        Some((outbox, mailer)) => (Some(outbox), Some(mailer)),
        None => (None, configuration.mail.mailer()?),
    };
    let mut demo = Demo::new(bank, addresses.clone(), Arc::new(SystemEntropy))?;
    if let Some(outbox) = outbox {
        demo = demo.with_outbox(outbox);
    }
    let demo = Arc::new(if options.data.is_none() {
        demo.with_movable_clock(clock)
    } else {
        demo
    });
    let public = Url::parse(&addresses.base_url)?;
    let shown = Some(Arc::clone(&demo));
    let listening = serve::Listening {
        listener,
        certificates: None,
    };
    let ready = serve::prepare(configuration, listening, ledger, public, shown, mailer).await?;
    let started_in = started.elapsed().as_millis();
    if options.json {
        println!("{}", demo.description(std::process::id(), started_in));
    } else {
        println!("Harbor Bank is open: {}/demo", addresses.base_url);
        println!(
            "Log in as {} with the password {}",
            demo.bank().customers[0].username,
            demo.bank().customers[0].password
        );
        match keys_ms {
            Some(keys) => println!(
                "Ready in {started_in} ms, of which {keys} ms made keys and customers. Stop with Ctrl-C."
            ),
            None => println!("Ready in {started_in} ms. Stop with Ctrl-C."),
        }
    }
    ready.until_told().await;
    Ok(())
}
