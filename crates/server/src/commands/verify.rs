//! `consentry verify`: does this consent token count?

use std::{
    io::{Read as _, stdin},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Args;
use consentry_verify::Shown;

use super::serve;
use crate::verification::{Expectations, Verdict, read_secret};

/// Longest text that is read from the standard input, in bytes.
const MAX_INPUT: u64 = 16 * 1024;

/// Options of the verdict.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    #[command(flatten)]
    expectations: Expectations,
    /// File with the consent token; without it the standard input is read. Never an argument, since others see those.
    #[arg(long, value_name = "FILE")]
    token: Option<PathBuf>,
    /// File with the person's id token.
    #[arg(long, value_name = "FILE")]
    id_token: Option<PathBuf>,
    /// Writes every document that was asked for, so that `--offline` reaches the same verdict again.
    #[arg(long, value_name = "FILE", conflicts_with = "offline")]
    save: Option<PathBuf>,
}

/// Prints the verdict. What prevents one is told like what prevents deciding: exit code 2.
pub(super) fn run(options: &VerifyArguments) -> ExitCode {
    match judge(options) {
        Ok(verdict) => {
            println!("{}", verdict.told());
            ExitCode::from(verdict.exit_code())
        }
        Err(error) => {
            eprintln!("consentry: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn judge(options: &VerifyArguments) -> anyhow::Result<Verdict> {
    let prepared = options.expectations.prepare(options.save.is_some())?;
    let token = match &options.token {
        Some(file) => read_secret(file)?,
        None => read_input()?,
    };
    let id_token = options.id_token.as_deref().map(read_secret).transpose()?;
    let shown = Shown {
        token: Some(&token),
        id_token: id_token.as_deref(),
        dsi: None,
    };
    let verdict = Verdict::from(serve::runtime()?.block_on(prepared.verifier.verify(shown)));
    if let (Some(recorder), Some(file)) = (&prepared.recorder, &options.save) {
        recorder.save(Path::new(file))?;
    }
    Ok(verdict)
}

fn read_input() -> anyhow::Result<String> {
    let mut text = String::new();
    stdin()
        .take(MAX_INPUT)
        .read_to_string(&mut text)
        .context("cannot read the token from the standard input")?;
    Ok(text.trim().to_owned())
}
