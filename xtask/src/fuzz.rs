//! `cargo xtask fuzz`: feeds one of the readers in `fuzz` with bytes that nobody thought of, for as long as one likes.
//!
//! A reader is built so that it tells which of its branches an input reached, in a target folder of its own. The tests only
//! replay the inputs in `fuzz/corpus`; an input that broke a reader once belongs there.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::process;
use crate::workspace::Workspace;

/// Every reader.
const READERS: [&str; 3] = ["filter", "multipart", "passkey"];

/// What LLVM adds to each branch.
const INSTRUMENTED: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                            -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                            -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions";

/// What to feed.
#[derive(clap::Args)]
pub struct Arguments {
    /// Which reader.
    #[arg(value_parser = READERS)]
    reader: String,
    /// For how long.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Feeds one reader until time is up or an input breaks it, which is then kept in the target folder.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let target = workspace.target().join("fuzz");
    let binary = format!("fuzz-{}", arguments.reader);
    // Named, so that what runs while building is not instrumented.
    let machine = machine()?;
    process::run(
        workspace
            .cargo()
            .args([
                "build",
                "--release",
                "--locked",
                "--package",
                "consentry-fuzz",
                "--bin",
                &binary,
            ])
            .args(["--target", &machine, "--target-dir"])
            .arg(&target)
            .env("RUSTFLAGS", INSTRUMENTED),
    )?;
    let reader = &arguments.reader;
    let found = target.join("corpus").join(reader);
    std::fs::create_dir_all(&found)?;
    let words = workspace.root().join(format!("fuzz/dictionaries/{reader}.dict"));
    process::run(
        Command::new(target.join(machine).join("release").join(binary))
            .arg(format!("-max_total_time={}", arguments.seconds))
            .args(["-max_len=4200", "-timeout=2", "-print_final_stats=1"])
            .arg(format!("-artifact_prefix={}/broken-", target.display()))
            .arg(format!("-dict={}", words.display()))
            // New inputs go into the first folder.
            .arg(found)
            .arg(corpus(workspace, reader)),
    )
}

/// The machine that this runs on, as rustc names it.
fn machine() -> Result<String> {
    let about = process::capture(Command::new("rustc").arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .context("rustc does not say what it runs on")
}

/// Feeds every reader with the inputs that are kept, by the binaries that the tests built. Changing them blindly finds nothing: for
/// that the tests of each reader have random texts of their own.
pub fn replay(workspace: &Workspace) -> Result<()> {
    READERS.iter().try_for_each(|reader| {
        let inputs: Vec<_> = std::fs::read_dir(corpus(workspace, reader))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<std::io::Result<_>>()?;
        ensure!(!inputs.is_empty(), "no inputs for the reader {reader}");
        let binary = workspace.target().join(format!("debug/fuzz-{reader}"));
        process::run(Command::new(binary).arg("-timeout=2").args(inputs))
    })
}

fn corpus(workspace: &Workspace, reader: &str) -> PathBuf {
    workspace.root().join("fuzz/corpus").join(reader)
}
