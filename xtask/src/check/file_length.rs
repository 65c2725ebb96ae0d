//! One rule, one file: a source file past 600 lines wants to be two, past 700 it has to.

use anyhow::{Result, bail};

use crate::workspace::{Workspace, has_extension};

const WANTED: usize = 600;
const LIMIT: usize = 700;

/// Names files above the wanted length, and fails when one is above the limit.
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut too_long = Vec::new();
    for path in workspace
        .files()?
        .into_iter()
        .filter(|path| has_extension(path, "rs"))
    {
        let lines = workspace.text(&path)?.map_or(0, |text| text.lines().count());
        if lines > WANTED {
            println!("{path}: {lines} lines, {WANTED} wanted");
        }
        if lines > LIMIT {
            too_long.push(path);
        }
    }
    if too_long.is_empty() {
        return Ok(());
    }
    bail!(
        "longer than {LIMIT} lines, so split by rule: {}",
        too_long.join(", ")
    )
}
