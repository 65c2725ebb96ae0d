//! What the tests need and cargo does not bring: Debian packages, and packages of npm: the browser tests' own, and peers that other tests start.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use crate::{process, tools};

/// The oldest Node that the browser driver runs on.
const OLDEST_NODE: u32 = 20;

/// A program, the Debian package that brings it, and what needs it.
struct Need {
    program: &'static str,
    package: &'static str,
    by: By,
}

/// What needs a program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The tests that always run.
    Tests,
    /// The tests in a browser.
    Browser,
    /// The test of a cluster.
    Cluster,
    /// The clients that others wrote.
    Clients,
}

/// What packages ask while they are installed, answered before. A directory server of the system's own is nothing the tests need:
/// without a configuration it is never started, not now and not with the machine.
const ANSWERS: &str = "slapd slapd/no_configuration boolean true\n";

const NEEDS: [Need; 16] = [
    Need {
        program: "buildah",
        package: "buildah",
        by: By::Tests,
    },
    Need {
        program: "cc",
        package: "build-essential",
        by: By::Tests,
    },
    Need {
        program: "slapd",
        package: "slapd",
        by: By::Tests,
    },
    Need {
        program: "ldapmodify",
        package: "ldap-utils",
        by: By::Tests,
    },
    Need {
        program: "initdb",
        package: "postgresql",
        by: By::Tests,
    },
    Need {
        program: "nats-server",
        package: "nats-server",
        by: By::Tests,
    },
    Need {
        program: "dpkg-shlibdeps",
        package: "dpkg-dev",
        by: By::Tests,
    },
    Need {
        program: "systemd-analyze",
        package: "systemd",
        by: By::Tests,
    },
    Need {
        program: "node",
        package: "nodejs",
        by: By::Tests,
    },
    Need {
        program: "npm",
        package: "npm",
        by: By::Tests,
    },
    Need {
        program: "chromium",
        package: "chromium",
        by: By::Browser,
    },
    Need {
        program: "etcd",
        package: "etcd-server",
        by: By::Cluster,
    },
    Need {
        program: "patroni",
        package: "patroni",
        by: By::Cluster,
    },
    Need {
        program: "openssl",
        package: "openssl",
        by: By::Clients,
    },
    Need {
        // Brings the server itself, and no service that would be started.
        program: "mod_auth_openidc.so",
        package: "libapache2-mod-auth-openidc",
        by: By::Clients,
    },
    Need {
        program: "nginx",
        package: "nginx",
        by: By::Clients,
    },
];

/// A database server of the system's own is nothing the tests need either: with this beside its package's settings, installing it
/// makes none.
const NO_CLUSTER: (&str, &str) = (
    "/etc/postgresql-common/createcluster.d/consentry-tests.conf",
    "create_main_cluster = false\n",
);

/// Packages that start a server with the machine, and their units. With nothing in place of the unit, they do not.
const NO_UNITS: [(&str, &str); 2] = [
    ("nats-server", "/etc/systemd/system/nats-server.service"),
    ("nginx", "/etc/systemd/system/nginx.service"),
];

/// Where Debian puts servers; not everybody has it on the path.
const SERVERS: &str = "/usr/sbin";

/// Where Debian puts what Apache loads.
const APACHE_MODULES: &str = "/usr/lib/apache2/modules";

/// Where Debian puts the versions of PostgreSQL, each with its programs in `bin`.
const POSTGRES_VERSIONS: &str = "/usr/lib/postgresql";

/// Where the tests find Node and npm.
pub struct Node {
    path: OsString,
}

impl Node {
    /// A path of programs that begins with it, for tests that start it themselves.
    pub fn path(&self) -> &OsStr {
        &self.path
    }

    /// A program of Node's, run in a folder.
    pub fn command(&self, program: &str, folder: &Path) -> Command {
        // Searched for by `env`, which looks at the path it is given and not at ours.
        let mut command = Command::new("env");
        command.arg(program).current_dir(folder).env("PATH", &self.path);
        command
    }
}

/// Installs the programs that are missing, where that is possible; otherwise says in one sentence which they are.
pub fn programs(needed_by: &[By]) -> Result<()> {
    let missing: Vec<&str> = NEEDS
        .iter()
        .filter(|need| needed_by.contains(&need.by))
        .filter(|need| !is_there(need.program))
        .map(|need| need.package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let Some(rights) = Rights::of_ours() else {
        bail!(
            "the tests need the Debian packages {} and may not install them here",
            missing.join(", ")
        );
    };
    process::run(rights.command("apt-get").arg("update"))?;
    let answers = tempfile::NamedTempFile::new()?;
    fs::write(answers.path(), ANSWERS)?;
    process::run(rights.command("debconf-set-selections").arg(answers.path()))?;
    if missing.contains(&"postgresql") {
        fs::write(answers.path(), NO_CLUSTER.1)?;
        process::run(
            rights
                .command("install")
                .args(["-D", "--mode=644"])
                .arg(answers.path())
                .arg(NO_CLUSTER.0),
        )?;
    }
    for (_, unit) in NO_UNITS.iter().filter(|(package, _)| missing.contains(package)) {
        process::run(rights.command("mkdir").args(["-p", "/etc/systemd/system"]))?;
        process::run(rights.command("ln").args(["-sfn", "/dev/null", unit]))?;
    }
    process::run(
        rights
            .command("apt-get")
            .args(["install", "--yes", "--no-install-recommends"])
            .args(&missing),
    )
    .with_context(|| format!("the tests need the Debian packages {}", missing.join(", ")))
}

/// The system's Node when it is new enough, else one below the target folder.
pub fn node(workspace: &Workspace) -> Result<Node> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let version = process::capture(Command::new("node").arg("--version")).unwrap_or_default();
    if major(&version).is_some_and(|major| major >= OLDEST_NODE) {
        return Ok(Node { path });
    }
    let Some(folder) = tools::node_folder(workspace) else {
        bail!(
            "the tests need Node {OLDEST_NODE} or newer, and here is {}",
            version.trim()
        );
    };
    let path = std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&path)))?;
    Ok(Node { path })
}

/// Where packages of npm are needed.
const NPM_FOLDERS: [&str; 2] = ["e2e", "sdk/js"];

/// Installs the packages as the lock files have them, unless they are there.
pub fn packages(workspace: &Workspace, node: &Node) -> Result<()> {
    NPM_FOLDERS
        .iter()
        .try_for_each(|folder| packages_of(&workspace.root().join(folder), node))
}

fn packages_of(folder: &Path, node: &Node) -> Result<()> {
    let lock = fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("cannot read the lock file in {}", folder.display()))?;
    let installed = folder.join("node_modules/.installed-lock.json");
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    process::run(
        node.command("npm", folder)
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]),
    )?;
    fs::write(installed, lock).context("cannot note which packages are installed")
}

/// `v20.20.2` is 20.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn is_there(program: &str) -> bool {
    if program == "chromium" && std::env::var_os("CHROMIUM").is_some() {
        return true;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([SERVERS, APACHE_MODULES].map(PathBuf::from))
        .chain(postgres_folders())
        .any(|folder| folder.join(program).is_file())
}

fn postgres_folders() -> impl Iterator<Item = PathBuf> {
    fs::read_dir(POSTGRES_VERSIONS)
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
}

/// How this process may install Debian packages.
enum Rights {
    Root,
    Sudo,
}

impl Rights {
    /// `None` where it may not, or where the system is not Debian's kind.
    fn of_ours() -> Option<Self> {
        if !Path::new("/usr/bin/apt-get").is_file() {
            return None;
        }
        if process::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0") {
            return Some(Self::Root);
        }
        process::succeeds(Command::new("sudo").args(["--non-interactive", "true"])).then_some(Self::Sudo)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = match self {
            Self::Root => Command::new(program),
            Self::Sudo => {
                let mut sudo = Command::new("sudo");
                sudo.args(["--non-interactive", "--preserve-env=DEBIAN_FRONTEND", program]);
                sudo
            }
        };
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    }
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn a_version_is_read_by_its_first_number() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("20.20.2"), None);
        assert_eq!(major(""), None);
    }
}
