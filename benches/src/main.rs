//! `consentry-bench`: starts the binary itself, measures it from outside, and prints one JSON line per figure and one
//! table at the end. `cargo xtask bench` builds both and runs it.
//!
//! What lives here: the scenarios, what makes load, and the raw limits that figures are compared with. What may not: a limit or a
//! figure that was not measured in the same run, and any part of the product but its keys.

mod clock;
mod demo;
mod grown;
mod http;
mod limits;
mod load;
mod postgres;
mod receiver;
mod report;
mod scenarios;
mod server;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};

use crate::{
    report::Report,
    scenarios::{SCENARIOS, Setup},
};

/// The command line.
#[derive(Parser)]
#[command(
    name = "consentry-bench",
    about = "Measures the consentry binary from outside"
)]
struct Arguments {
    /// The binary to measure.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Folder on the disk to measure; without it the system's for temporary files.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// How long one measurement takes, in seconds; longer ones are good for looking at what the binary does meanwhile.
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    /// Records that the large ledger of `growth` holds; ten million need some 20 GB of disk.
    #[arg(long, default_value_t = 1_000_000)]
    records: u64,
    /// Only shows that every scenario works: a moment each, its figures mean nothing.
    #[arg(long)]
    smoke: bool,
    /// Names of scenarios; all of them when none is given.
    scenarios: Vec<String>,
    #[command(subcommand)]
    part: Option<Part>,
}

/// Parts of this program that it starts itself.
#[derive(Subcommand)]
enum Part {
    /// Answers every request with a JSON text of a size.
    #[command(hide = true)]
    BareHttp {
        /// Size in bytes.
        size: usize,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("consentry-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    if let Some(Part::BareHttp { size }) = arguments.part {
        return limits::bare_http::serve(size);
    }
    let Some(binary) = &arguments.binary else {
        bail!("--binary says which binary to measure");
    };
    if let Some(unknown) = arguments
        .scenarios
        .iter()
        .find(|name| SCENARIOS.iter().all(|scenario| scenario.name != **name))
    {
        let known: Vec<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        bail!(
            "there is no scenario `{unknown}`; the scenarios are {}",
            known.join(", ")
        );
    }
    let (window, rounds) = if arguments.smoke {
        (Duration::from_millis(100), 1)
    } else {
        (Duration::from_secs(arguments.seconds), 5)
    };
    let setup = Setup {
        binary: binary.clone(),
        folder: arguments.folder.clone().unwrap_or_else(std::env::temp_dir),
        window,
        rounds,
        records: arguments.records,
    };
    let mut report = Report::default();
    for scenario in SCENARIOS {
        let asked =
            arguments.scenarios.is_empty() || arguments.scenarios.iter().any(|name| name == scenario.name);
        if asked {
            for figure in (scenario.measure)(&setup)? {
                println!("{}", serde_json::to_string(&figure)?);
                report.add(figure);
            }
        }
    }
    print!("\n{}", report.table());
    Ok(())
}
