//! `consentry schema`: the JSON Schema of files that operators write.

use std::io::Write as _;

use clap::ValueEnum;

use crate::{manifest::Manifest, schema};

/// What has a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Of {
    /// The manifest that `apply` takes.
    Manifest,
}

pub(super) fn run(of: Of) -> anyhow::Result<()> {
    let schema = match of {
        Of::Manifest => schema::of::<Manifest>("The manifest of Consentry"),
    };
    let mut stdout = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut stdout, &schema)?;
    writeln!(stdout)?;
    Ok(())
}
