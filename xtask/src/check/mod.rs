//! `cargo xtask check`: what can be judged without running the product. Every step runs, so that one run names all
//! that is wrong; the last lines say which steps failed and how long each took.

pub mod chapters;
pub mod described;
pub mod documented_commands;
mod file_length;
pub mod layers;
pub mod links;
mod markdown;
pub mod migrations;
pub mod named_tests;
mod names;
mod places;

use anyhow::{Result, bail};

use crate::report::Report;
use crate::workspace::Workspace;
use crate::{process, tools};

/// A step and what it is called on the command line.
struct Step {
    name: &'static str,
    run: fn(&Workspace) -> Result<()>,
}

/// Cheap steps first, so that a person at a terminal sees them fail at once.
const STEPS: [Step; 16] = [
    Step {
        name: "fmt",
        run: format,
    },
    Step {
        name: "layers",
        run: layers::check,
    },
    Step {
        name: "file-length",
        run: file_length::check,
    },
    Step {
        name: "names",
        run: names::check,
    },
    Step {
        name: "places",
        run: places::check,
    },
    Step {
        name: "migrations",
        run: migrations::check,
    },
    Step {
        name: "described",
        run: described::check,
    },
    Step {
        name: "links",
        run: links::check,
    },
    Step {
        name: "chapters",
        run: chapters::check,
    },
    Step {
        name: "named-tests",
        run: named_tests::check,
    },
    Step {
        name: "commands",
        run: documented_commands::check,
    },
    Step {
        name: "lock",
        run: lock,
    },
    Step {
        name: "typos",
        run: typos,
    },
    Step {
        name: "deny",
        run: deny,
    },
    Step {
        name: "clippy",
        run: clippy,
    },
    Step {
        name: "doc",
        run: doc,
    },
];

/// Runs the steps named, all of them when none is named.
pub fn run(workspace: &Workspace, only: &[String], with_advisories: bool) -> Result<()> {
    if let Some(unknown) = only
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != **name))
    {
        let known: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!("there is no step `{unknown}`; the steps are {}", known.join(", "));
    }
    let mut report = Report::default();
    for step in STEPS
        .iter()
        .filter(|step| only.is_empty() || only.iter().any(|name| name == step.name))
    {
        report.add(step.name, || (step.run)(workspace));
    }
    if with_advisories {
        report.add("advisories", || advisories(workspace));
    }
    report.conclude()
}

fn format(workspace: &Workspace) -> Result<()> {
    process::run(workspace.cargo().args(["fmt", "--all", "--check"]))
}

/// The lock file says what the manifests say; otherwise every later step would change it.
fn lock(workspace: &Workspace) -> Result<()> {
    process::capture(
        workspace
            .cargo()
            .args(["metadata", "--format-version", "1", "--locked", "--no-deps"]),
    )
    .map(drop)
}

fn clippy(workspace: &Workspace) -> Result<()> {
    process::run(workspace.cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "--deny",
        "warnings",
    ]))
}

fn doc(workspace: &Workspace) -> Result<()> {
    process::run(
        workspace
            .cargo()
            .args(["doc", "--workspace", "--no-deps", "--locked"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )
}

fn typos(workspace: &Workspace) -> Result<()> {
    process::run(&mut tools::typos(workspace)?)
}

fn deny(workspace: &Workspace) -> Result<()> {
    process::run(tools::cargo_deny(workspace)?.args(["--locked", "check", "bans", "licenses", "sources"]))
}

fn advisories(workspace: &Workspace) -> Result<()> {
    process::run(tools::cargo_deny(workspace)?.args(["--locked", "check", "advisories"]))
}

#[cfg(test)]
mod tests {
    use super::{STEPS, run};
    use crate::workspace::Workspace;

    #[test]
    fn every_step_can_be_asked_for_by_name() {
        for asked in ["clippy", "doc"] {
            assert!(STEPS.iter().any(|step| step.name == asked), "{asked}");
        }
    }

    #[test]
    fn an_unknown_step_is_named_with_the_known_ones() {
        let error = run(&Workspace::find().unwrap(), &["clipy".to_owned()], false)
            .unwrap_err()
            .to_string();
        assert!(error.contains("`clipy`") && error.contains("clippy"), "{error}");
    }
}
