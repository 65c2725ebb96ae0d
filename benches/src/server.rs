//! A PostgreSQL server of the run's own, with full durability, on the disk that is measured. It ends with the value.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

/// The account that owns the database.
const USER: &str = "ledger";

/// Where Debian puts the programs of a version; the oldest first.
const VERSIONS: [&str; 4] = ["15", "16", "17", "18"];

/// The server.
#[derive(Debug)]
pub struct Server {
    process: Child,
    folder: TempDir,
    port: u16,
}

impl Server {
    /// Starts it in a folder of its own below this one, with an empty database of this name.
    pub fn start(below: &Path, database: &str) -> Result<Self> {
        let folder = tempfile::tempdir_in(below)?;
        let owner = Owner::find()?;
        owner.own(folder.path())?;
        let data = folder.path().join("data");
        let made = owner
            .command(&program("initdb")?)
            .args(["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust"])
            .args(["--username", USER, "-D"])
            .arg(&data)
            .current_dir(folder.path())
            .output()?;
        ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = fs::File::create(folder.path().join("log"))?;
        let process = owner
            .command(&program("postgres")?)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-p", &port.to_string(), "-c", "listen_addresses="])
            // Room for a round, so that no checkpoint falls into one of the two that are compared.
            .args(["-c", "max_wal_size=4GB", "-c", "shared_buffers=256MB"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let mut server = Self {
            process,
            folder,
            port,
        };
        while !server.is_ready() {
            if let Some(status) = server.process.try_wait()? {
                let log = fs::read_to_string(server.folder.path().join("log"))?;
                bail!("postgres ended with {status}: {log}");
            }
            std::thread::yield_now();
        }
        server.execute("postgres", &format!("CREATE DATABASE {database}"))?;
        Ok(server)
    }

    fn is_ready(&self) -> bool {
        fs::read_to_string(self.folder.path().join("data/postmaster.pid"))
            .is_ok_and(|text| text.lines().nth(7).map(str::trim) == Some("ready"))
    }

    /// Address of a database.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgresql://{USER}@/{database}?host={}&port={}",
            self.folder.path().display(),
            self.port
        )
    }

    /// Carries out statements; answers what they answer, a line for each row.
    pub fn execute(&self, database: &str, sql: &str) -> Result<String> {
        self.run("psql", database, &["-qtAX", "-v", "ON_ERROR_STOP=1", "-c", sql])
    }

    /// Runs one of the programs that come with the server.
    pub fn run(&self, name: &str, database: &str, arguments: &[&str]) -> Result<String> {
        let done = Command::new(program(name)?)
            .arg("-h")
            .arg(self.folder.path())
            .args(["-p", &self.port.to_string(), "-U", USER])
            .args(arguments)
            .arg(database)
            .output()?;
        ensure!(
            done.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        Ok(String::from_utf8(done.stdout)?.trim_end().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A quick shutdown; the folder goes anyhow.
        let told = Command::new("kill")
            .args(["-QUIT", &self.process.id().to_string()])
            .status();
        if told.is_ok_and(|status| status.success()) {
            drop(self.process.wait());
        }
    }
}

/// A program of the oldest server that is installed.
fn program(name: &str) -> Result<PathBuf> {
    VERSIONS
        .iter()
        .map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin/{name}")))
        .find(|path| path.exists())
        .with_context(|| format!("{name} is not installed: the Debian package is postgresql"))
}

/// Whose the server's processes are: it refuses to be started by root.
struct Owner(Option<(u32, u32)>);

impl Owner {
    fn find() -> Result<Self> {
        let id = |arguments: &[&str]| -> Result<u32> {
            let output = Command::new("id").args(arguments).output()?;
            ensure!(output.status.success(), "there is no account postgres");
            Ok(String::from_utf8(output.stdout)?.trim().parse()?)
        };
        Ok(Self(if id(&["-u"])? == 0 {
            Some((id(&["-u", "postgres"])?, id(&["-g", "postgres"])?))
        } else {
            None
        }))
    }

    fn own(&self, folder: &Path) -> Result<()> {
        if let Some((user, group)) = self.0 {
            std::os::unix::fs::chown(folder, Some(user), Some(group))?;
        }
        Ok(())
    }

    fn command(&self, program: &Path) -> Command {
        let Some((user, group)) = self.0 else {
            return Command::new(program);
        };
        let mut command = Command::new("setpriv");
        command
            .args([format!("--reuid={user}"), format!("--regid={group}")])
            .args(["--clear-groups", "--"])
            .arg(program);
        command
    }
}
