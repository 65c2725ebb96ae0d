//! The SDKs as others get them: packed, installed into a clean folder, and tested there with the shared vectors.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::needs::Node;
use crate::process;
use crate::tools;
use crate::workspace::Workspace;

/// All three.
pub fn published(workspace: &Workspace, node: &Node) -> Result<()> {
    process::run(
        node.command("node", &workspace.root().join("sdk/vectors"))
            .args(["make.mjs", "--check"]),
    )?;
    javascript(workspace, node)?;
    python(workspace)?;
    rust(workspace)
}

fn javascript(workspace: &Workspace, node: &Node) -> Result<()> {
    let home = tempfile::tempdir()?;
    let clean = with_tests(workspace, home.path(), "js")?;
    process::run(
        node.command("npm", &workspace.root().join("sdk/js"))
            .args(["pack", "--silent", "--pack-destination"])
            .arg(home.path()),
    )?;
    let manifest = r#"{"name":"clean","private":true,"type":"module"}"#;
    fs::write(clean.join("package.json"), manifest).context("cannot write a manifest")?;
    // What the lock file says of `jose` is what `npm ci` has fetched before.
    process::run(
        node.command("npm", &clean)
            .args([
                "install",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--prefer-offline",
            ])
            .arg(packed(home.path(), ".tgz")?),
    )?;
    // In the second round without what Node alone has, as in a browser.
    for options in [
        &[][..],
        &["--import", "data:text/javascript,delete process.getBuiltinModule"],
    ] {
        process::run(node.command("node", &clean).args(options).args([
            "--test",
            "--test-reporter=dot",
            "tests/caches.test.js",
            "tests/check.test.js",
            "tests/express.test.js",
            "tests/fetching.test.js",
            "tests/vectors.test.js",
        ]))?;
    }
    Ok(())
}

fn python(workspace: &Workspace) -> Result<()> {
    let python = tools::sdk_python(workspace)?;
    let home = tempfile::tempdir()?;
    let clean = with_tests(workspace, home.path(), "python")?;
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(&python);
        command
            .args(arguments)
            .current_dir(workspace.root().join("sdk/python"));
        command
    };
    process::run(
        run(&["-m", "build", "--no-isolation", "--outdir"])
            .arg(home.path())
            .arg("."),
    )?;
    process::run(
        run(&["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--no-deps", "--no-index", "--target"])
            .arg(clean.join("installed"))
            .arg(packed(home.path(), ".whl")?),
    )?;
    packed(home.path(), ".tar.gz")?;
    if !clean.join("installed/consentry_verify/py.typed").is_file() {
        bail!("the wheel does not say that it is typed");
    }
    process::run(
        run(&["-W", "error", "-m", "unittest", "discover", "--quiet"])
            .current_dir(clean.join("tests"))
            .env("PYTHONPATH", clean.join("installed")),
    )
}

/// What a project that uses the crate says. It is a workspace of its own, and builds what the crate stands on as ours is built, the
/// feature of `aws-lc-rs` included: what is compiled already is not compiled again.
const RUST_PROJECT: &str = r#"[package]
name = "installed"
edition = "2024"

[workspace]

[dependencies]
consentry-verify = { path = "PACKAGE", default-features = false, features = ["tower"] }

[dev-dependencies]
aws-lc-rs = { version = "1", default-features = false, features = ["alloc", "prebuilt-nasm"] }
http = "1"
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread", "sync", "time"] }
tower = { version = "0.5", features = ["util"] }

[profile.dev]
debug = "line-tables-only"

[profile.dev.package."*"]
opt-level = 2
debug = false
"#;

/// The sender of the feature `reqwest` stands on more than all the rest; it is tested in the workspace alone.
const OF_REQWEST: &str = "mod sending;\n";

fn rust(workspace: &Workspace) -> Result<()> {
    process::run(workspace.cargo().args([
        "package",
        "--package",
        "consentry-verify",
        "--locked",
        "--allow-dirty",
        "--no-verify",
        "--quiet",
    ]))?;
    // Always the same place, so that its builds take each other's.
    let home = workspace.target().join("installed");
    if home.exists() {
        fs::remove_dir_all(&home).context("cannot clear the clean folder")?;
    }
    let clean = with_tests(workspace, &home, "rust")?;
    let package = format!("consentry-verify-{}", env!("CARGO_PKG_VERSION"));
    process::run(
        workspace
            .command("tar")
            .arg("--extract")
            .arg("--file")
            .arg(
                workspace
                    .target()
                    .join("package")
                    .join(format!("{package}.crate")),
            )
            .arg("--directory")
            .arg(&clean),
    )?;
    fs::write(
        clean.join("Cargo.toml"),
        RUST_PROJECT.replace("PACKAGE", &package),
    )?;
    fs::copy(workspace.root().join("Cargo.lock"), clean.join("Cargo.lock"))?;
    fs::create_dir_all(clean.join("src"))?;
    fs::write(clean.join("src/lib.rs"), "//! Uses the verifiers.\n")?;
    let suite = clean.join("tests/suite/main.rs");
    let tests = fs::read_to_string(&suite)?;
    fs::write(&suite, tests.replace(OF_REQWEST, ""))?;
    process::run(
        workspace
            .cargo()
            .current_dir(&clean)
            .args(["test", "--offline", "--quiet", "--test", "suite", "--target-dir"])
            .arg(workspace.target()),
    )
}

/// A clean folder that has the tests of an SDK and, beside it, the vectors.
fn with_tests(workspace: &Workspace, home: &Path, language: &str) -> Result<std::path::PathBuf> {
    let clean = home.join(language);
    copy(
        &workspace.root().join(format!("sdk/{language}/tests")),
        &clean.join("tests"),
    )?;
    copy(&workspace.root().join("sdk/vectors"), &home.join("vectors"))?;
    Ok(clean)
}

/// Copies the files of a folder and of those in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

/// The file that packing made.
fn packed(folder: &Path, ending: &str) -> Result<std::path::PathBuf> {
    fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.to_string_lossy().ends_with(ending))
        .with_context(|| format!("packing made no {ending}"))
}
