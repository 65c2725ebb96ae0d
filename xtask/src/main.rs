//! The project's own tasks: `cargo xtask check | test | ci | layers | docs | migrations | pictures | package |
//! bench`.
//!
//! What lives here: everything that judges, tests or measures the workspace from outside. What may not: anything
//! the product needs. The crate stays light, so that the first `cargo xtask` of a fresh clone starts within seconds;
//! work that needs a heavy dependency belongs in a program of its own that a task starts.

mod bench;
mod check;
mod fuzz;
mod metadata;
mod package;
mod process;
mod report;
mod sbom;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// The command line of `cargo xtask`.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Checks, tests and measures Consentry"
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

/// One task.
#[derive(Subcommand)]
enum Task {
    /// Everything that can be judged without running the product: format, layers, lints, docs, supply chain, texts.
    ///
    /// Example: cargo xtask check --only clippy
    Check {
        /// Only these steps, by name.
        #[arg(long, value_name = "STEP", value_delimiter = ',')]
        only: Vec<String>,
        /// Also ask the advisory database, which needs the network.
        #[arg(long)]
        advisories: bool,
    },
    /// Installs what the tests need and runs all of them, browser tests included.
    ///
    /// Example: cargo xtask test sdk
    Test {
        /// Only this one.
        only: Option<Alone>,
        /// Leaves the browser tests out.
        #[arg(long)]
        no_browser: bool,
    },
    /// `check`, then `test`: what the continuous integration runs.
    Ci,
    /// Fails when a crate imports what its layer may not.
    Layers,
    /// Fails when a document links to nothing, or names a test that is not there or a command that nothing proves.
    Docs,
    /// Fails when a migration that has landed was changed.
    ///
    /// Example: cargo xtask migrations --accept
    Migrations {
        /// Writes new migrations down as landed. Those already written down stay as they are.
        #[arg(long)]
        accept: bool,
    },
    /// Fails when what schemas and references say of members is not what the code says.
    ///
    /// Example: cargo xtask described --accept
    Described {
        /// Gathers it from the code.
        #[arg(long)]
        accept: bool,
    },
    /// Takes the pictures of the README anew, from the demo in a browser.
    ///
    /// Example: cargo xtask pictures
    Pictures,
    /// Makes the Debian package.
    ///
    /// Example: cargo xtask package
    Package,
    /// Measures the release binary, each figure beside the raw limit of the same run.
    ///
    /// Example: cargo xtask bench start memory
    Bench(bench::Arguments),
    /// Feeds one of the readers in `fuzz` with changed inputs until one breaks it or time is up.
    ///
    /// Example: cargo xtask fuzz filter --seconds 3600
    Fuzz(fuzz::Arguments),
}

/// Tests that can be asked for by themselves.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Alone {
    /// The pages in a browser; among all tests too. Alone it also takes screenshots, into `target/screenshots`.
    Browser,
    /// The leader of a PostgreSQL cluster is lost under load; installs etcd and Patroni.
    Cluster,
    /// Client libraries of others take part in the code flow, unmodified; among all tests too.
    Clients,
    /// The Debian package is installed, started, upgraded and removed; among all tests too.
    Package,
    /// The SDKs are packed, installed into clean folders, and tested there; among all tests too.
    Sdk,
    /// What runs beside other tests where all run: it takes one core, and the binary as it was built.
    Beside,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    match task {
        Task::Check { only, advisories } => check::run(&workspace, &only, advisories),
        Task::Test {
            only: Some(Alone::Browser),
            ..
        } => test::browser(&workspace),
        Task::Test {
            only: Some(Alone::Cluster),
            ..
        } => test::cluster(&workspace),
        Task::Test {
            only: Some(Alone::Clients),
            ..
        } => test::clients(&workspace),
        Task::Test {
            only: Some(Alone::Package),
            ..
        } => test::package(&workspace),
        Task::Test {
            only: Some(Alone::Sdk),
            ..
        } => test::sdk(&workspace),
        Task::Test {
            only: Some(Alone::Beside),
            ..
        } => test::beside(&workspace),
        Task::Test {
            only: None,
            no_browser,
        } => test::run(&workspace, no_browser),
        Task::Ci => {
            check::run(&workspace, &[], false)?;
            test::run(&workspace, false)
        }
        Task::Layers => check::layers::check(&workspace),
        Task::Docs => {
            check::links::check(&workspace)?;
            check::chapters::check(&workspace)?;
            check::named_tests::check(&workspace)?;
            check::documented_commands::check(&workspace)
        }
        Task::Migrations { accept } => {
            if accept {
                check::migrations::accept(&workspace)
            } else {
                check::migrations::check(&workspace)
            }
        }
        Task::Described { accept } => {
            if accept {
                check::described::accept(&workspace)
            } else {
                check::described::check(&workspace)
            }
        }
        Task::Pictures => test::pictures(&workspace),
        Task::Package => package::run(&workspace),
        Task::Bench(arguments) => bench::run(&workspace, &arguments),
        Task::Fuzz(arguments) => fuzz::run(&workspace, &arguments),
    }
}
