//! A real PostgreSQL server as processes of the test's own, in a temporary folder. It ends with the value, and also when the test
//! process ends in whatever way.
//!
//! What lives here: starting, stopping, killing, holding it, and addresses of its databases. What may not: a driver; what is
//! asked of a database besides the engine goes through `psql`, which comes with the server.

pub mod cluster;
mod process;

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use consentry_store_postgres::{Options, PostgresStore};
use tokio::sync::OnceCell;

use self::process::{Family, Owner};
use crate::slapd::ServerCertificate;

/// The account that owns every database.
const USER: &str = "ledger";

/// Its password, which only connections over the network need.
const PASSWORD: &str = "ledger-secret-83";

/// Where Debian puts the programs of a version; the oldest first, since that is the one that must do.
const VERSIONS: [&str; 4] = ["15", "16", "17", "18"];

/// The server.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    owner: Owner,
    settings: Vec<String>,
    process: Option<Child>,
    /// Ends the server and removes the folder when its input ends, so when this process does.
    _guard: Child,
    databases: AtomicU32,
    /// The database that others are made like.
    template: OnceCell<String>,
}

impl Postgres {
    /// The one server of this test process, without durability. Its tests share it, each with a database of its own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&["fsync=off", "max_connections=400"]))
    }

    /// Starts a server of the test's own with these settings (`name=value`).
    pub fn start(settings: &[&str]) -> Self {
        Self::start_in(settings, None)
    }

    /// Starts a server that speaks TLS on its port.
    pub fn start_with_tls(certificate: &ServerCertificate) -> Self {
        Self::start_in(&["fsync=off", "ssl=on"], Some(certificate))
    }

    fn start_in(settings: &[&str], certificate: Option<&ServerCertificate>) -> Self {
        let owner = Owner::find();
        let folder = tempfile::tempdir().unwrap().keep();
        let guard = guard(&folder);
        fs::write(folder.join("password"), PASSWORD).unwrap();
        owner.own(&folder);
        owner.own(&folder.join("password"));
        let made = owner
            .command(&program("initdb"))
            .args([
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--username",
                USER,
            ])
            .args(["--auth-local=trust", "--auth-host=scram-sha-256"])
            .arg("--pwfile")
            .arg(folder.join("password"))
            .arg("-D")
            .arg(folder.join("data"))
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        if let Some(certificate) = certificate {
            for (name, text) in [
                ("server.crt", &certificate.certificate),
                ("server.key", &certificate.key),
            ] {
                let path = folder.join("data").join(name);
                fs::write(&path, text).unwrap();
                owner.own(&path);
            }
            fs::write(folder.join("ca.pem"), &certificate.authority).unwrap();
        }
        // Nobody else takes the port in the short time until the server does, or the server says so and the test stops.
        let port = free_port();
        let mut postgres = Self {
            folder,
            port,
            owner,
            settings: settings.iter().map(|setting| (*setting).to_owned()).collect(),
            process: None,
            _guard: guard,
            databases: AtomicU32::new(0),
            template: OnceCell::new(),
        };
        postgres.start_again();
        postgres
    }

    /// Starts a server that was stopped or killed, with the same data at the same addresses.
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "it runs already");
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap();
        let mut command = self.owner.command(&program("postgres"));
        command
            .arg("-D")
            .arg(self.folder.join("data"))
            .arg("-k")
            .arg(&self.folder)
            .args(["-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1"]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        let mut process = command
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        while !self.is_ready(process.id()) {
            let stopped = process.try_wait().unwrap();
            assert!(
                stopped.is_none(),
                "postgres stopped:\n{}",
                fs::read_to_string(self.log()).unwrap()
            );
            std::thread::yield_now();
        }
        self.process = Some(process);
    }

    /// What the server says of itself: its process, and that it takes connections.
    fn is_ready(&self, process: u32) -> bool {
        fs::read_to_string(self.folder.join("data/postmaster.pid")).is_ok_and(|text| {
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            lines.first() == Some(&process.to_string().as_str()) && lines.get(7) == Some(&"ready")
        })
    }

    /// Ends the server in order: connections are cut, and what was committed is written down.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let family = Family::of(process.id());
            process::signal(&[process.id()], "INT");
            process.wait().unwrap();
            family.wait_for_its_end();
        }
    }

    /// Kills every process of the server at once, as a power failure of the program would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let family = Family::of(process.id());
            process.kill().unwrap();
            family.signal("KILL");
            process.wait().unwrap();
            family.wait_for_its_end();
        }
    }

    /// Holds every process of the server: it takes connections and says nothing.
    pub fn hold(&self) {
        self.family().signal("STOP");
    }

    /// Lets a held server go on.
    pub fn go_on(&self) {
        self.family().signal("CONT");
    }

    fn family(&self) -> Family {
        Family::of(self.process.as_ref().unwrap().id())
    }

    /// A new database with nothing in it; answers its name.
    pub fn database(&self) -> String {
        let name = format!("ledger_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// A new database with a ledger's tables and nothing in them; answers its name. It is copied from one that was migrated once, which
    /// takes a fraction of migrating.
    pub async fn ledger(&self) -> String {
        let template = self.template.get_or_init(async || {
            let name = self.database();
            let url = self.url(&name);
            // In a runtime of its own, whose end closes the connection: a database that somebody is in cannot be copied, and the
            // caller's runtime may stand still while it is.
            let migrating = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(PostgresStore::migrate(&url, Options::default()))
            });
            migrating.join().unwrap().unwrap();
            name
        });
        let template = template.await;
        let name = format!("ledger_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        name
    }

    /// Address over the socket in the server's folder.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgresql://{USER}@/{database}?host={}&port={}",
            self.folder.display(),
            self.port
        )
    }

    /// Address over the loopback device, with the password.
    pub fn network_url(&self, database: &str) -> String {
        self.url_through(self.port, database)
    }

    /// As [`Self::network_url`], where something listens on another port and passes on what it hears.
    pub fn url_through(&self, port: u16, database: &str) -> String {
        format!("postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/{database}")
    }

    /// Address with TLS, by the name of the certificate.
    pub fn tls_url(&self, host: &str, database: &str) -> String {
        format!(
            "postgresql://{USER}:{PASSWORD}@{host}:{}/{database}?sslmode=verify-full&sslrootcert={}",
            self.port,
            self.folder.join("ca.pem").display()
        )
    }

    /// Makes a folder of the test the server's own.
    pub fn own(&self, folder: &Path) {
        self.owner.own(folder);
    }

    /// Keeps what the server writes ahead in another folder, which is the server's own and empty, as where it has a disk for that.
    pub fn write_ahead_in(&mut self, folder: &Path) {
        self.stop();
        let usual = self.folder.join("data/pg_wal");
        let moved = self
            .owner
            .command("cp")
            .arg("--archive")
            .arg(usual.join("."))
            .arg(folder)
            .status()
            .unwrap();
        assert!(
            moved.success(),
            "what was written ahead fits into {}",
            folder.display()
        );
        fs::remove_dir_all(&usual).unwrap();
        std::os::unix::fs::symlink(folder, &usual).unwrap();
        self.start_again();
    }

    /// The structure of a database as `pg_dump` writes it, without what differs from dump to dump.
    pub fn structure(&self, database: &str) -> String {
        let text = self.carry_out("pg_dump", &["--schema-only", "-d", database]);
        let lines = text.lines().filter(|line| {
            // A random word that keeps the restoring program to itself.
            !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Copies a database into a file, as operators do.
    pub fn dump(&self, database: &str, file: &Path) {
        let file = format!("--file={}", file.display());
        self.carry_out("pg_dump", &["--format=custom", &file, "-d", database]);
    }

    /// Brings such a file back into an empty database.
    pub fn restore(&self, database: &str, file: &Path) {
        self.carry_out(
            "pg_restore",
            &["--exit-on-error", "-d", database, file.to_str().unwrap()],
        );
    }

    /// Runs one of the server's own programs; answers what it says.
    fn carry_out(&self, name: &str, arguments: &[&str]) -> String {
        let done = Command::new(program(name))
            .args(["-U", USER, "-p", &self.port.to_string(), "-h"])
            .arg(&self.folder)
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8(done.stdout).unwrap()
    }

    /// Port on the loopback device.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Carries out statements, and answers what they answer: one line for each row, columns separated by `|`.
    pub fn execute(&self, database: &str, sql: &str) -> String {
        let done = self.psql(database).args(["-c", sql]).output().unwrap();
        assert!(
            done.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
    }

    /// A session of somebody else, which stays open: what is written to its input is carried out.
    pub fn psql(&self, database: &str) -> Command {
        let mut command = Command::new(program("psql"));
        command
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set", "ON_ERROR_STOP=1", "-U", USER, "-d", database, "-h"])
            .arg(&self.folder)
            .args(["-p", &self.port.to_string()]);
        command
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Waits for the end of this process and cleans up behind it. A killed test process runs no destructors, and a value that is
/// shared by all tests is never dropped.
fn guard(folder: &Path) -> Child {
    const SCRIPT: &str = r#"
        cat > /dev/null
        server=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null)
        test -n "$server" && kill -QUIT "$server" && while kill -0 "$server"; do sleep 0.1; done
        rm -rf "$1"
    "#;
    process::guard(SCRIPT, folder)
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A program of the oldest server that is installed.
fn program(name: &str) -> String {
    VERSIONS
        .map(|version| format!("/usr/lib/postgresql/{version}/bin/{name}"))
        .into_iter()
        .find(|path| Path::new(path).exists())
        .unwrap_or_else(|| panic!("{name} is not installed: the package is postgresql"))
}
