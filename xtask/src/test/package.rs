//! The Debian package: installed into a folder of its own, started, upgraded and removed, with the system's own dpkg.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::package::{self, BILL, CONFIGURATION, NAME, UNIT};
use crate::process;
use crate::workspace::Workspace;

/// Most that a unit may be exposed, of 100, in the eyes of systemd.
const EXPOSED: &str = "--threshold=20";

/// How long the server may take for an answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Packages the development binary twice, as one version and the next, and does with them what a machine's life does.
pub fn lives(workspace: &Workspace) -> Result<()> {
    let folder = workspace.target().join("package-test");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    // What a debugger reads is most of it, and never installed.
    let binary = folder.join(NAME);
    process::run(
        Command::new("strip")
            .arg(workspace.target().join("debug").join(NAME))
            .arg("-o")
            .arg(&binary),
    )?;
    let machine = Machine::new(folder.join("machine"))?;
    let pack = |version: &str| package::debian(workspace, &binary, version, &folder.join(version));
    machine.dpkg(&["--install"], Some(&pack("1.0")?))?;
    machine.holds("usr/bin/consentry")?;
    machine.holds("usr/share/man/man1/consentry.1.gz")?;
    machine.holds("usr/share/bash-completion/completions/consentry")?;
    machine.holds(BILL)?;
    machine.judge_unit()?;
    machine.serves()?;

    let own = machine.at(CONFIGURATION);
    let text = format!("{}\n# Ours.\n", fs::read_to_string(&own)?);
    fs::write(&own, &text)?;
    machine.dpkg(&["--force-confold", "--install"], Some(&pack("1.1")?))?;
    ensure!(
        fs::read_to_string(&own)? == text,
        "an upgrade changed what the operator wrote"
    );
    machine.serves()?;

    machine.dpkg(&["--remove", NAME], None)?;
    machine.lacks("usr/bin/consentry")?;
    machine.holds(CONFIGURATION)?;
    machine.holds("var/lib/consentry/ledger.db")?;
    machine.dpkg(&["--purge", NAME], None)?;
    machine.lacks(CONFIGURATION)?;
    machine.holds("var/lib/consentry/ledger.db")?;
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// A folder in which packages are installed as if it were a machine.
struct Machine {
    root: PathBuf,
}

impl Machine {
    fn new(root: PathBuf) -> Result<Self> {
        let database = root.join("var/lib/dpkg");
        for folder in ["info", "updates"] {
            fs::create_dir_all(database.join(folder))?;
        }
        fs::write(database.join("status"), "")?;
        fs::create_dir_all(root.join("var/lib/consentry"))?;
        Ok(Self { root })
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn holds(&self, path: &str) -> Result<()> {
        ensure!(self.at(path).exists(), "/{path} is not there");
        Ok(())
    }

    fn lacks(&self, path: &str) -> Result<()> {
        ensure!(!self.at(path).exists(), "/{path} is still there");
        Ok(())
    }

    /// The system's dpkg, for this folder. Its database knows no other package, so nothing that ours needs.
    fn dpkg(&self, arguments: &[&str], package: Option<&Path>) -> Result<()> {
        let path = std::env::var("PATH").unwrap_or_default();
        process::run(
            Command::new("dpkg")
                .env("PATH", format!("{path}:/usr/sbin:/sbin"))
                .arg(format!("--instdir={}", self.root.display()))
                .arg(format!("--admindir={}", self.at("var/lib/dpkg").display()))
                .arg(format!("--log={}", self.at("dpkg.log").display()))
                .args(["--force-not-root", "--force-script-chrootless", "--force-depends"])
                .args(arguments)
                .args(package),
        )
    }

    /// systemd reads the unit without a complaint, and finds it shut in.
    fn judge_unit(&self) -> Result<()> {
        let unit = self.at(UNIT);
        let security = ["security", "--no-pager", "--offline=true", EXPOSED];
        let judged = Command::new("systemd-analyze")
            .args(security)
            .arg(&unit)
            .output()
            .context("cannot start systemd-analyze")?;
        let said = String::from_utf8_lossy(&judged.stdout);
        ensure!(judged.status.success(), "the unit is not shut in: {said}");

        // It is judged beside the units of this machine, whose binary is elsewhere.
        let here = self.at("consentry.service");
        let program = format!("={}", self.at("usr/bin/consentry").display());
        fs::write(
            &here,
            fs::read_to_string(&unit)?.replace("=/usr/bin/consentry", &program),
        )?;
        let checked = Command::new("systemd-analyze")
            .args(["verify", "--man=no"])
            .arg(&here)
            .output()
            .context("cannot start systemd-analyze")?;
        let said = String::from_utf8_lossy(&checked.stderr);
        let ours: Vec<_> = said.lines().filter(|line| line.contains(NAME)).collect();
        ensure!(ours.is_empty(), "systemd says of the unit: {}", ours.join("; "));
        Ok(())
    }

    /// The server starts with the installed configuration, says that it is ready, and ends when told.
    fn serves(&self) -> Result<()> {
        let mut server = Command::new(self.at("usr/bin/consentry"))
            .args(["serve", "--config"])
            .arg(self.at(CONFIGURATION))
            // What is another on this machine: the folder, and a port that nobody else has.
            .env(
                "CONSENTRY__STORAGE__URL",
                format!("sqlite://{}", self.at("var/lib/consentry").display()),
            )
            .env("CONSENTRY__SERVER__LISTEN", "127.0.0.1:0")
            .stderr(Stdio::piped())
            .spawn()
            .context("the installed binary does not start")?;
        let ready = ready(&mut server);
        process::run(Command::new("kill").arg(server.id().to_string()))?;
        let ended = server.wait()?;
        ready?;
        ensure!(ended.success(), "the server ended with {ended}");
        Ok(())
    }
}

fn ready(server: &mut Child) -> Result<()> {
    let mut log = BufReader::new(server.stderr.take().context("the server has no log")?);
    let mut line = String::new();
    let address = loop {
        line.clear();
        ensure!(log.read_line(&mut line)? > 0, "the server ended before it served");
        if line.contains("serving")
            && let Some((_, rest)) = line.split_once("address=")
        {
            break rest.split_whitespace().next().unwrap_or_default().to_owned();
        }
    };
    let at: SocketAddr = address.parse().with_context(|| line.clone())?;
    let mut stream =
        TcpStream::connect_timeout(&at, TIMEOUT).with_context(|| format!("nobody is at {at}"))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(
        stream,
        "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "it is not ready: {answer}");
    // Whoever writes into a log that nobody reads waits.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    Ok(())
}
