//! `cargo xtask bench`: builds the release binary, starts it itself, measures, and prints one JSON line per scenario
//! and one table at the end.
//!
//! What lives here: which scenarios there are, how they are started and how figures are shown. Each scenario is a file
//! of its own. What may not: a limit or a figure that was not measured in the same run.

mod report;
mod scenarios;

use anyhow::{Result, bail};

use self::report::Report;
use self::scenarios::SCENARIOS;
use crate::process;
use crate::workspace::Workspace;

/// What to measure.
#[derive(clap::Args)]
pub struct Arguments {
    /// Names of scenarios; all of them when none is given.
    scenarios: Vec<String>,
}

/// Measures the scenarios asked for.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
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
    process::run(
        workspace
            .cargo()
            .args(["build", "--release", "--bin", "consentry", "--locked"]),
    )?;
    let binary = workspace.target().join("release/consentry");
    let mut report = Report::default();
    for scenario in SCENARIOS {
        let asked =
            arguments.scenarios.is_empty() || arguments.scenarios.iter().any(|name| name == scenario.name);
        if asked {
            for figure in (scenario.measure)(&binary)? {
                println!("{}", serde_json::to_string(&figure)?);
                report.add(figure);
            }
        }
    }
    print!("\n{}", report.table());
    Ok(())
}
