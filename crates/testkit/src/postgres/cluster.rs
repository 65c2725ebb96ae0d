//! A cluster as an operator has one: etcd, and two members of PostgreSQL that Patroni watches over, all on the loopback device. It
//! needs the Debian packages etcd-server and patroni.
//!
//! The members replicate synchronously, since only then is nothing lost with the one that was written to.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{PASSWORD, USER, free_port, process, process::Family, process::Owner, program};

/// The account of the database server itself.
const ADMINISTRATOR: &str = "administrator";

/// Seconds after which a leader that says nothing any more is none (the least that Patroni takes).
pub const LEADER_SECONDS: u64 = 20;

/// etcd and two members.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    members: Vec<Member>,
    etcd: Child,
    _guard: Child,
}

#[derive(Debug)]
struct Member {
    folder: PathBuf,
    port: u16,
    rest: u16,
    patroni: Option<Child>,
}

impl Cluster {
    /// Starts all of it; returns when one member leads, the other one follows synchronously, and there is a database of this name.
    pub fn start(database: &str) -> Self {
        let owner = Owner::find();
        let folder = tempfile::tempdir().unwrap().keep();
        owner.own(&folder);
        let guard = guard(&folder);
        let (client, peer) = (free_port(), free_port());
        let [clients, peers] = [client, peer].map(|port| format!("http://127.0.0.1:{port}"));
        let etcd = quiet(&mut owner.command("etcd"), &folder, "etcd")
            .arg("--data-dir")
            .arg(folder.join("etcd"))
            .args(["--name", "etcd", "--initial-cluster", &format!("etcd={peers}")])
            .args([
                "--listen-client-urls",
                &clients,
                "--advertise-client-urls",
                &clients,
            ])
            .args([
                "--listen-peer-urls",
                &peers,
                "--initial-advertise-peer-urls",
                &peers,
            ])
            .spawn()
            .unwrap_or_else(|error| panic!("etcd does not start ({error}): the package is etcd-server"));
        note(&folder, etcd.id());
        let mut cluster = Self {
            members: Vec::new(),
            etcd,
            _guard: guard,
            folder,
        };
        cluster.wait("etcd to answer", |_| answers(client, "/health"));
        for name in ["one", "two"] {
            let member = Member::start(owner, &cluster.folder, name, client);
            cluster.members.push(member);
            // The first one makes the database, the second one copies it.
            cluster.wait("a leader", |cluster| cluster.leader().is_some());
        }
        cluster.wait("a synchronous follower", |cluster| {
            let mut members = cluster.members.iter();
            members.any(|member| answers(member.rest, "/synchronous"))
        });
        for sql in [
            format!("CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'"),
            format!("CREATE DATABASE {database} OWNER {USER}"),
        ] {
            cluster.execute("postgres", &sql);
        }
        cluster
    }

    /// Address with both members, of which the one that can be written to is taken.
    pub fn url(&self, database: &str) -> String {
        let hosts: Vec<String> = self
            .members
            .iter()
            .map(|member| format!("127.0.0.1:{}", member.port))
            .collect();
        format!(
            "postgresql://{USER}:{PASSWORD}@{}/{database}?target_session_attrs=read-write",
            hosts.join(",")
        )
    }

    /// Kills every process of the leader at once, its Patroni first, as losing its machine would.
    pub fn kill_leader(&mut self) {
        let leader = self.leader().unwrap();
        self.members[leader].kill();
    }

    /// Whether there is a leader that takes changes.
    pub fn has_leader(&self) -> bool {
        self.leader().is_some()
    }

    /// Carries out statements at the leader, and answers what they answer.
    pub fn execute(&self, database: &str, sql: &str) -> String {
        let leader = &self.members[self.leader().unwrap()];
        let done = Command::new(program("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set", "ON_ERROR_STOP=1", "-U", ADMINISTRATOR, "-d", database])
            .args(["-h", "127.0.0.1", "-p", &leader.port.to_string(), "-c", sql])
            .env("PGPASSWORD", PASSWORD)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
    }

    fn leader(&self) -> Option<usize> {
        self.members
            .iter()
            .position(|member| member.patroni.is_some() && answers(member.rest, "/primary"))
    }

    /// Asks until something holds, for two minutes at most.
    #[expect(
        clippy::disallowed_methods,
        reason = "waits for programs of others, which tell nobody when they are ready"
    )]
    fn wait(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        for _ in 0..600 {
            if holds(self) {
                return;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        panic!("waited in vain for {what}:\n{}", self.logs());
    }

    /// What everybody said last.
    fn logs(&self) -> String {
        let mut all = String::new();
        for name in ["etcd", "one", "two"] {
            let text = fs::read_to_string(self.folder.join(format!("{name}.log"))).unwrap_or_default();
            let lines: Vec<&str> = text.lines().rev().take(15).collect();
            all.extend([name, ":\n"]);
            all.extend(lines.iter().rev().flat_map(|line| [*line, "\n"]));
        }
        all
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for member in &mut self.members {
            member.kill();
        }
        let _gone = self.etcd.kill();
        let _gone = self.etcd.wait();
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

impl Member {
    fn start(owner: Owner, folder: &Path, name: &str, etcd: u16) -> Self {
        let (port, rest) = (free_port(), free_port());
        let own = folder.join(name);
        fs::create_dir(&own).unwrap();
        owner.own(&own);
        let programs = program("postgres");
        let text = configuration(
            name,
            &own,
            port,
            rest,
            etcd,
            Path::new(&programs).parent().unwrap(),
        );
        let file = own.join("patroni.yml");
        fs::write(&file, text).unwrap();
        owner.own(&file);
        let patroni = quiet(&mut owner.command("patroni"), folder, name)
            .arg(&file)
            .env("HOME", &own)
            .spawn()
            .unwrap_or_else(|error| panic!("Patroni does not start ({error}): the package is patroni"));
        note(folder, patroni.id());
        Self {
            folder: own,
            port,
            rest,
            patroni: Some(patroni),
        }
    }

    fn kill(&mut self) {
        let Some(mut patroni) = self.patroni.take() else {
            return;
        };
        let _gone = patroni.kill();
        let _gone = patroni.wait();
        let text = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
        if let Some(Ok(server)) = text.lines().next().map(str::parse) {
            let family = Family::of(server);
            family.signal("KILL");
            family.wait_for_its_end();
        }
    }
}

/// A program that says what it says into a file of its own.
fn quiet<'c>(command: &'c mut Command, folder: &Path, name: &str) -> &'c mut Command {
    let log = fs::File::create(folder.join(format!("{name}.log"))).unwrap();
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
}

fn configuration(name: &str, own: &Path, port: u16, rest: u16, etcd: u16, programs: &Path) -> String {
    let (own, programs) = (own.display(), programs.display());
    format!(
        r"
scope: ledger
name: {name}
restapi:
  listen: 127.0.0.1:{rest}
  connect_address: 127.0.0.1:{rest}
etcd3:
  hosts: 127.0.0.1:{etcd}
bootstrap:
  dcs:
    ttl: {LEADER_SECONDS}
    loop_wait: 1
    retry_timeout: 5
    synchronous_mode: true
    postgresql:
      use_pg_rewind: false
      parameters:
        max_connections: 100
  initdb:
    - encoding: UTF8
    - locale: C.UTF-8
    - no-sync
  pg_hba:
    - host all all 127.0.0.1/32 scram-sha-256
    - host replication all 127.0.0.1/32 scram-sha-256
    - local all all trust
postgresql:
  listen: 127.0.0.1:{port}
  connect_address: 127.0.0.1:{port}
  data_dir: {own}/data
  bin_dir: {programs}
  pgpass: {own}/pgpass
  authentication:
    superuser: {{ username: {ADMINISTRATOR}, password: {PASSWORD} }}
    replication: {{ username: replicator, password: {PASSWORD} }}
  parameters:
    unix_socket_directories: {own}
"
    )
}

/// Whether a page of a program's own HTTP server answers 200.
fn answers(port: u16, path: &str) -> bool {
    status(port, path) == Some(200)
}

fn status(port: u16, path: &str) -> Option<u16> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").ok()?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).ok()?;
    std::str::from_utf8(&answer[9..]).ok()?.parse().ok()
}

fn note(folder: &Path, process: u32) {
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("processes"))
        .unwrap();
    writeln!(file, "{process}").unwrap();
}

/// Ends what is left when this process ends, in whatever way it does.
fn guard(folder: &Path) -> Child {
    const SCRIPT: &str = r#"
        cat > /dev/null
        for process in $(cat "$1/processes" 2> /dev/null); do
            case $(cat "/proc/$process/comm" 2> /dev/null) in etcd | patroni) kill -KILL "$process" ;; esac
        done
        for file in "$1"/*/data/postmaster.pid; do
            server=$(head -n 1 "$file" 2> /dev/null)
            test -n "$server" && kill -QUIT "$server" && while kill -0 "$server"; do sleep 0.1; done
        done
        rm -rf "$1"
    "#;
    process::guard(SCRIPT, folder)
}
