//! `consentry completions` and `consentry man`: what the definitions of the commands say, for shells and for `man`.

use std::{io::Write as _, path::PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;

/// Options of `man`.
#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// Folder for the pages; it is made where it is not there.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

pub(super) fn completions(command: &mut Command, shell: Shell) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, command, "consentry", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(())
}

pub(super) fn write(command: Command, options: &ManArguments) -> anyhow::Result<()> {
    let folder = &options.to;
    let failed = |error: std::io::Error| anyhow::anyhow!("{}: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(command.disable_help_subcommand(true), folder).map_err(failed)?;
    writeln!(std::io::stdout(), "the pages are in {}", folder.display())?;
    Ok(())
}
