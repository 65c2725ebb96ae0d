//! The SDKs as others get them: packed, installed into a clean folder, and tested there with the shared vectors. The tests of the one
//! in Rust are among those of the workspace; here it is packed, which fails when it leans on what is not published.

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

fn rust(workspace: &Workspace) -> Result<()> {
    // Compiling it once more, apart from the workspace, would compile all that it stands on once more.
    process::run(workspace.cargo().args([
        "package",
        "--package",
        "consentry-verify",
        "--locked",
        "--allow-dirty",
        "--no-verify",
        "--quiet",
    ]))?;
    let listed = process::capture(workspace.cargo().args([
        "package",
        "--package",
        "consentry-verify",
        "--locked",
        "--allow-dirty",
        "--list",
    ]))?;
    for entry in fs::read_dir(workspace.root().join("sdk/rust/src"))? {
        let name = format!("src/{}", entry?.file_name().to_string_lossy());
        if !listed.lines().any(|line| line == name) {
            bail!("the package lacks {name}");
        }
    }
    Ok(())
}

/// A clean folder that has the tests of an SDK and, beside it, the vectors.
fn with_tests(workspace: &Workspace, home: &Path, language: &str) -> Result<std::path::PathBuf> {
    let clean = home.join(language);
    for (from, to) in [
        (format!("sdk/{language}/tests"), clean.join("tests")),
        ("sdk/vectors".to_owned(), home.join("vectors")),
    ] {
        fs::create_dir_all(&to)?;
        for entry in fs::read_dir(workspace.root().join(from))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
    }
    Ok(clean)
}

/// The file that packing made.
fn packed(folder: &Path, ending: &str) -> Result<std::path::PathBuf> {
    fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.to_string_lossy().ends_with(ending))
        .with_context(|| format!("packing made no {ending}"))
}
