//! `cargo xtask bench`: builds the release binary and the program that measures it, and runs that.
//!
//! The scenarios, the load and the raw limits are in the crate `consentry-bench`, since they need what this crate may not have.

use anyhow::Result;

use crate::process;
use crate::test::needs;
use crate::tools;
use crate::workspace::Workspace;

/// The scenario that runs the SDKs in other languages.
const SDKS: &str = "verify-sdk";

/// What to measure.
#[derive(clap::Args)]
pub struct Arguments {
    /// Names of scenarios; all of them when none is given.
    scenarios: Vec<String>,
}

/// Measures the scenarios asked for.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    process::run(workspace.cargo().args([
        "build",
        "--release",
        "--bin",
        "consentry",
        "--bin",
        "consentry-bench",
        "--package",
        "consentry-server",
        "--package",
        "consentry-bench",
        "--locked",
    ]))?;
    measure(workspace, "release", &[], &arguments.scenarios)
}

/// Shows that every scenario works, with the binaries that the tests run with. What it prints means nothing.
pub fn smoke(workspace: &Workspace) -> Result<()> {
    measure(workspace, "debug", &["--smoke"], &[])
}

fn measure(workspace: &Workspace, profile: &str, options: &[&str], scenarios: &[String]) -> Result<()> {
    let built = workspace.target().join(profile);
    let folder = workspace.target().join("bench");
    std::fs::create_dir_all(&folder)?;
    let mut bench = std::process::Command::new(built.join("consentry-bench"));
    bench
        .arg("--binary")
        .arg(built.join("consentry"))
        .arg("--folder")
        .arg(folder)
        .args(options)
        .args(scenarios);
    if scenarios.is_empty() || scenarios.iter().any(|name| name == SDKS) {
        let node = needs::node(workspace)?;
        needs::packages(workspace, &node)?;
        bench
            .env("PATH", node.path())
            .env("CONSENTRY_SDK_PYTHON", tools::sdk_python(workspace)?);
    }
    process::run(&mut bench)
}
