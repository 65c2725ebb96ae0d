//! `cargo xtask test`: installs what the tests need, then runs all of them: Rust's, the documented commands, the
//! description of the API against the server, and the browser's against the development binary. Each runner's closing
//! lines are left as they are.

mod aside;
mod container;
mod doors;
mod image;
pub mod needs;
mod openapi;
mod package;
mod sdk;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use self::needs::{By, Node};
use crate::bench;
use crate::check::documented_commands;
use crate::fuzz;
use crate::process;
use crate::report::Report;
use crate::tools;
use crate::workspace::Workspace;

/// Installs, builds and runs. Later kinds of tests run even when earlier ones failed.
pub fn run(workspace: &Workspace, no_browser: bool) -> Result<()> {
    needs::programs(if no_browser {
        &[By::Tests, By::Cluster, By::Clients]
    } else {
        &[By::Tests, By::Cluster, By::Clients, By::Browser]
    })?;
    let node = needs::node(workspace)?;
    needs::packages(workspace, &node)?;
    let mut report = Report::default();
    let mut built = false;
    report.add("build", || build(workspace).inspect(|()| built = true));
    if !built {
        // Whatever ran now would be what was built before.
        return report.conclude();
    }
    // Both sides need it, and it is installed once.
    tools::sdk_python(workspace)?;
    let aside = aside::Aside::start(workspace)?;
    report.add("tests of the workspace", || rust(workspace, &node));
    report.add("the doors on PostgreSQL", || doors::on_postgres(workspace, &node));
    report.add("documented commands", || documented_commands::run(workspace));
    report.add("readers of strange bytes", || fuzz::replay(workspace));
    report.add("what ran beside them", || aside.conclude());
    // What counts on answers in time, and what is measured, has the machine for itself.
    report.add("a cluster that loses its leader", || lose_the_leader(workspace));
    report.add("benchmarks, a moment each", || bench::smoke(workspace));
    if !no_browser {
        report.add("browser tests", || in_a_browser(workspace, &node, None));
    }
    report.conclude()
}

/// What [`run`] runs beside other tests, when everything is built.
pub fn beside(workspace: &Workspace) -> Result<()> {
    let node = needs::node(workspace)?;
    let mut report = Report::default();
    report.add("the API against its description", || openapi::run(workspace));
    report.add("clients of others", || clients_of_others(workspace, &node));
    report.add("SDKs as they are published", || sdk::published(workspace, &node));
    report.add("the Debian package", || package::lives(workspace));
    report.add("the last stage of the container", || container::runs(workspace));
    report.add("the Helm chart", || chart(workspace));
    report.conclude()
}

/// Loses the leader of a PostgreSQL cluster under load, and nothing else.
pub fn cluster(workspace: &Workspace) -> Result<()> {
    needs::programs(&[By::Tests, By::Cluster])?;
    lose_the_leader(workspace)
}

/// It takes a minute, and counts what is answered in time: other tests beside it would make it late.
fn lose_the_leader(workspace: &Workspace) -> Result<()> {
    const NAME: &str = "cluster::architecture_5";
    let test = |options: &[&str]| {
        let mut command = workspace.cargo();
        command
            .args(["test", "--workspace", "--test", "suite", "--locked", NAME])
            .args(["--", "--ignored"])
            .args(options);
        command
    };
    // No test of this name would be a success too.
    if !process::capture(&mut test(&["--list"]))?.contains(NAME) {
        bail!("there is no test {NAME}");
    }
    process::run(&mut test(&["--nocapture"]))
}

/// Lets the clients of others take part, and nothing else.
pub fn clients(workspace: &Workspace) -> Result<()> {
    needs::programs(&[By::Tests, By::Clients])?;
    let node = needs::node(workspace)?;
    needs::packages(workspace, &node)?;
    build_binary(workspace)?;
    clients_of_others(workspace, &node)
}

fn clients_of_others(workspace: &Workspace, node: &Node) -> Result<()> {
    let folder = workspace.root().join("e2e");
    process::run(
        node.command("node", &folder)
            .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
            .args(node_tests(&folder, "clients")?)
            .env("CONSENTRY_BIN", workspace.target().join("debug/consentry"))
            .env("CONSENTRY_CLIENTS_PYTHON", tools::clients_python(workspace)?),
    )
}

/// Lints the Helm chart and renders it with Helm itself, with the values of small and large installations.
fn chart(workspace: &Workspace) -> Result<()> {
    let Some(python) = tools::helm_python(workspace)? else {
        println!("the chart is not judged: Helm is not published for Python on this machine");
        return Ok(());
    };
    process::run(Command::new(python).arg(workspace.root().join("packaging/helm/judge.py")))
}

/// Installs, starts, upgrades and removes the Debian package, runs the binary as the container does, judges the chart, and nothing else.
pub fn package(workspace: &Workspace) -> Result<()> {
    needs::programs(&[By::Tests])?;
    build_binary(workspace)?;
    package::lives(workspace)?;
    container::runs(workspace)?;
    chart(workspace)
}

/// Tests the SDKs alone, as they are published.
pub fn sdk(workspace: &Workspace) -> Result<()> {
    needs::programs(&[By::Tests])?;
    let node = needs::node(workspace)?;
    needs::packages(workspace, &node)?;
    sdk::published(workspace, &node)
}

/// Tests the pages alone, and takes each of them in every width, light and dark, to be looked at.
pub fn browser(workspace: &Workspace) -> Result<()> {
    needs::programs(&[By::Tests, By::Browser])?;
    let node = needs::node(workspace)?;
    needs::packages(workspace, &node)?;
    build_binary(workspace)?;
    in_a_browser(workspace, &node, Some(&workspace.target().join("screenshots")))
}

/// Takes the pictures of the README, with what the browser tests need.
pub fn pictures(workspace: &Workspace) -> Result<()> {
    needs::programs(&[By::Tests, By::Browser])?;
    let node = needs::node(workspace)?;
    needs::packages(workspace, &node)?;
    build_binary(workspace)?;
    process::run(
        node.command("node", &workspace.root().join("e2e"))
            .arg("pictures.mjs")
            .env("CONSENTRY_BIN", workspace.target().join("debug/consentry")),
    )
}

fn build_binary(workspace: &Workspace) -> Result<()> {
    process::run(
        workspace
            .cargo()
            .args(["build", "--bin", "consentry", "--locked"]),
    )
}

/// Builds the binary together with the tests, so that both share every crate: cargo chooses the features of a
/// dependency for all that is built at once, and another choice would be compiled again.
fn build(workspace: &Workspace) -> Result<()> {
    process::run(workspace.cargo().args([
        "build",
        "--workspace",
        "--tests",
        "--bin",
        "consentry",
        "--bin",
        "consentry-bench",
        "--bin",
        "fuzz-filter",
        "--bin",
        "fuzz-multipart",
        "--bin",
        "fuzz-passkey",
        "--locked",
    ]))
}

fn rust(workspace: &Workspace, node: &Node) -> Result<()> {
    process::run(
        workspace
            .cargo()
            .args(["test", "--workspace", "--no-fail-fast", "--locked"])
            .env("PATH", node.path())
            .env("CONSENTRY_WEBHOOKS_PYTHON", tools::webhooks_python(workspace)?)
            .env("CONSENTRY_MAIL_PYTHON", tools::mail_python(workspace)?)
            .env("CONSENTRY_TELEMETRY_PYTHON", tools::telemetry_python(workspace)?)
            .env("CONSENTRY_SDK_PYTHON", tools::sdk_python(workspace)?),
    )
}

fn in_a_browser(workspace: &Workspace, node: &Node, screenshots: Option<&Path>) -> Result<()> {
    let folder = workspace.root().join("e2e");
    let tests = node_tests(&folder, "tests")?;
    // What an earlier run noted is no proof that this one looked.
    let judged = workspace.target().join("judged");
    if judged.exists() {
        std::fs::remove_dir_all(&judged).context("cannot remove what was judged before")?;
    }
    // One file at a time: two browsers on two cores only make each other late.
    let run = |files: &[String]| {
        let mut command = node.command("node", &folder);
        command
            .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
            .args(files)
            .env("CONSENTRY_BIN", workspace.target().join("debug/consentry"))
            .env("CONSENTRY_JUDGED", &judged);
        if let Some(folder) = screenshots {
            command.env("CONSENTRY_SCREENSHOTS", folder);
        }
        process::run(&mut command)
    };
    run(&tests)?;
    // Afterwards, since it reads what the others noted: that every page was judged.
    run(&["coverage.test.mjs".to_owned()])
}

/// The files of tests in a folder below `e2e`, from which Node is run. None would be a success too.
fn node_tests(e2e: &Path, within: &str) -> Result<Vec<String>> {
    let mut tests: Vec<_> = std::fs::read_dir(e2e.join(within))
        .with_context(|| format!("no tests in e2e/{within}"))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs"))
        .map(|name| format!("{within}/{name}"))
        .collect();
    if tests.is_empty() {
        bail!("no tests in e2e/{within}");
    }
    tests.sort_unstable();
    Ok(tests)
}
