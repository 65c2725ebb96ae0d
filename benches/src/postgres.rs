//! A PostgreSQL server of the run's own, with its durability on, where one is installed.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// Where Debian puts the programs of a version.
const VERSIONS: [&str; 4] = ["18", "17", "16", "15"];

/// The account that owns the database.
const USER: &str = "ledger";

/// A running server that ends with this value.
pub struct Postgres {
    process: Child,
    folder: TempDir,
    port: u16,
}

impl Postgres {
    /// Starts one; none where no server is installed. Its folder is the system's for temporary files, since the server's own account has
    /// to get there.
    pub fn start() -> Result<Option<Self>> {
        let Some(programs) = programs() else {
            return Ok(None);
        };
        let folder = tempfile::tempdir()?;
        let owner = Owner::find()?;
        owner.own(folder.path())?;
        let data = folder.path().join("data");
        let made = owner
            .command(&programs.join("initdb"))
            .args(["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust"])
            .args(["--username", USER, "-D"])
            .arg(&data)
            .current_dir(folder.path())
            .output()?;
        ensure!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let process = owner
            .command(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-k"])
            .arg(folder.path())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut own = Self {
            process,
            folder,
            port,
        };
        own.wait_until_ready()?;
        Ok(Some(own))
    }

    /// The address of its one database.
    pub fn url(&self) -> String {
        format!("postgresql://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let file = self.folder.path().join("data/postmaster.pid");
        loop {
            let told = fs::read_to_string(&file).unwrap_or_default();
            if told.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            ensure!(self.process.try_wait()?.is_none(), "the database server stopped");
            std::thread::yield_now();
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // An immediate end: its children go with it, and nothing of the data is wanted any more.
        let id = self.process.id().to_string();
        drop(Command::new("kill").args(["-s", "QUIT", &id]).status());
        drop(self.process.wait());
    }
}

/// Whose processes the server's are: it refuses to be started by root.
enum Owner {
    Ourselves,
    Account(u32, u32),
}

impl Owner {
    fn find() -> Result<Self> {
        if id(&["-u"])? == 0 {
            Ok(Self::Account(id(&["-u", "postgres"])?, id(&["-g", "postgres"])?))
        } else {
            Ok(Self::Ourselves)
        }
    }

    fn command(&self, program: &Path) -> Command {
        match self {
            Self::Ourselves => Command::new(program),
            Self::Account(user, group) => {
                let mut command = Command::new("setpriv");
                command
                    .arg(format!("--reuid={user}"))
                    .arg(format!("--regid={group}"))
                    .args(["--clear-groups", "--"])
                    .arg(program);
                command
            }
        }
    }

    fn own(&self, folder: &Path) -> Result<()> {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        if let Self::Account(user, group) = self {
            chown(folder, Some(*user), Some(*group))?;
        }
        Ok(())
    }
}

fn id(arguments: &[&str]) -> Result<u32> {
    let told = Command::new("id").args(arguments).output()?;
    let text = String::from_utf8(told.stdout)?;
    text.trim()
        .parse()
        .context("there is no account postgres, which the package makes")
}

fn programs() -> Option<PathBuf> {
    let mut folders = VERSIONS
        .iter()
        .map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")));
    folders.find(|folder| folder.join("postgres").exists())
}
