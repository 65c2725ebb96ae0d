//! The doors' own tests once more, with every ledger in PostgreSQL. Tests that look into a file of SQLite choose that themselves.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::needs::Node;
use crate::process;
use crate::workspace::Workspace;

/// Tells the test kit which engine its applications have.
const ENGINE: (&str, &str) = ("CONSENTRY_TEST_ENGINE", "postgres");

/// What cargo says of something it built (`--message-format=json`).
#[derive(Deserialize)]
struct Built {
    #[serde(default)]
    manifest_path: PathBuf,
    executable: Option<PathBuf>,
}

/// Runs the suite of each door. The programs are those of the workspace's tests: another choice of packages would be built anew.
pub(super) fn on_postgres(workspace: &Workspace, node: &Node) -> Result<()> {
    let told = process::capture(workspace.cargo().args([
        "test",
        "--workspace",
        "--test",
        "suite",
        "--no-run",
        "--locked",
        "--message-format=json",
    ]))?;
    let doors = workspace.root().join("crates/doors");
    let suites = suites(&told, &doors)?;
    let mut failed = Vec::new();
    for (folder, program) in &suites {
        let run = process::run(
            workspace
                .command(&program.display().to_string())
                .current_dir(folder)
                .env(ENGINE.0, ENGINE.1)
                .env("PATH", node.path()),
        );
        if run.is_err() {
            failed.push(folder.display().to_string());
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "))
}

/// Folder and program of each suite below a folder. There is one for each of its packages.
fn suites(told: &str, below: &Path) -> Result<Vec<(PathBuf, PathBuf)>> {
    let mut suites = Vec::new();
    for line in told.lines().filter(|line| line.starts_with('{')) {
        let built: Built = serde_json::from_str(line).context("cargo says something else than before")?;
        if let (Some(program), Some(folder)) = (built.executable, built.manifest_path.parent())
            && folder.starts_with(below)
        {
            suites.push((folder.to_owned(), program));
        }
    }
    if suites.is_empty() {
        bail!("no suite of a door was built");
    }
    Ok(suites)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_of_doors_are_found_among_what_cargo_says_and_none_is_an_error() {
        let told = concat!(
            "{\"reason\":\"compiler-artifact\",\"manifest_path\":\"/w/crates/doors/records/Cargo.toml\",\"executable\":\"/t/a\"}\n",
            "{\"reason\":\"compiler-artifact\",\"manifest_path\":\"/w/crates/doors/records/Cargo.toml\",\"executable\":null}\n",
            "{\"reason\":\"compiler-artifact\",\"manifest_path\":\"/w/crates/server/Cargo.toml\",\"executable\":\"/t/b\"}\n",
            "{\"reason\":\"build-finished\",\"success\":true}\n",
        );
        let found = suites(told, Path::new("/w/crates/doors")).unwrap();
        assert_eq!(
            found,
            [(PathBuf::from("/w/crates/doors/records"), PathBuf::from("/t/a"))]
        );
        assert!(suites(told, Path::new("/w/elsewhere")).is_err());
        assert!(suites("{broken", Path::new("/w")).is_err());
    }
}
