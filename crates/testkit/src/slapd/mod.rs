//! A real OpenLDAP server with a small tree, as a process of the test's own on loopback. It ends with the value.

mod authority;

use std::{
    fs,
    io::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use consentry_server::configuration::LdapSection;

pub use authority::{Authority, ServerCertificate};

/// Name of the tree.
pub const SUFFIX: &str = "dc=example,dc=net";

/// The account that may search, and nobody else.
pub const READER: (&str, &str) = ("cn=reader,dc=example,dc=net", "reader-secret-51");

/// The account that may change everything.
const ADMIN: (&str, &str) = ("cn=admin,dc=example,dc=net", "admin-secret-77");

/// Schemas that come with the server.
const SCHEMAS: [&str; 3] = ["core", "cosine", "inetorgperson"];

/// The tree: dora and eli; `sam1` and `sam2` with one name; `twin` twice; an account with a space in its name; one whose names need
/// every escape; one that left.
const TREE: &str = include_str!("tree.ldif");

/// The server.
#[derive(Debug)]
pub struct Slapd {
    folder: tempfile::TempDir,
    plain: u16,
    tls: u16,
    process: Option<Child>,
}

impl Slapd {
    /// Starts a server whose certificate is for `localhost`, under a fresh authority.
    pub fn start() -> Self {
        Self::start_with(&Authority::new().certificate("localhost"))
    }

    /// Starts a server with this certificate.
    pub fn start_with(certificate: &ServerCertificate) -> Self {
        Self::start_in(certificate, true)
    }

    /// Starts a server that knows no TLS.
    pub fn start_without_tls() -> Self {
        Self::start_in(&Authority::new().certificate("localhost"), false)
    }

    fn start_in(certificate: &ServerCertificate, knows_tls: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tree")).unwrap();
        for (name, text) in [
            ("ca.pem", &certificate.authority),
            ("server.pem", &certificate.certificate),
            ("server.key.pem", &certificate.key),
            ("tree.ldif", &TREE.to_owned()),
            ("slapd.conf", &configuration(folder.path(), knows_tls)),
            ("reader.password", &format!("{}\n", READER.1)),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let added = Command::new(program("slapadd"))
            .arg("-f")
            .arg(folder.path().join("slapd.conf"))
            .arg("-l")
            .arg(folder.path().join("tree.ldif"))
            .output()
            .unwrap();
        assert!(
            added.status.success(),
            "{}",
            String::from_utf8_lossy(&added.stderr)
        );
        // Nobody else takes a port in the short time until the server does, or the server says so and the test stops.
        let free = || {
            TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
                .port()
        };
        let mut slapd = Self {
            plain: free(),
            tls: free(),
            folder,
            process: None,
        };
        slapd.start_again();
        slapd
    }

    /// Starts a server that was stopped, with the same tree at the same addresses.
    pub fn start_again(&mut self) {
        let addresses = format!("ldap://127.0.0.1:{} ldaps://127.0.0.1:{}", self.plain, self.tls);
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap();
        // 256: one line for each operation. It also keeps the server in the foreground.
        let mut process = Command::new(program("slapd"))
            .args(["-d", "256", "-h", &addresses, "-f"])
            .arg(self.folder.path().join("slapd.conf"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        while !(listens(self.plain) && listens(self.tls)) {
            let stopped = process.try_wait().unwrap();
            assert!(
                stopped.is_none(),
                "slapd stopped:\n{}",
                fs::read_to_string(self.log()).unwrap()
            );
            std::thread::yield_now();
        }
        self.process = Some(process);
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Ends the server at once; connections break.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Holds the server: it takes connections and says nothing.
    pub fn hold(&self) {
        self.signal("STOP");
        while !self.is_held() {
            std::thread::yield_now();
        }
    }

    /// Whether every thread of it stands still: the signal is on its way to each for a moment after it was sent.
    fn is_held(&self) -> bool {
        let id = self.process.as_ref().unwrap().id();
        std::fs::read_dir(format!("/proc/{id}/task"))
            .unwrap()
            .all(|task| {
                let status = std::fs::read_to_string(task.unwrap().path().join("stat"));
                status.is_ok_and(|status| {
                    status
                        .rsplit_once(") ")
                        .is_some_and(|(_, state)| state.starts_with('T'))
                })
            })
    }

    /// Lets a held server go on.
    pub fn go_on(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let id = self.process.as_ref().unwrap().id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Carries out changes (LDIF) in the running server.
    pub fn change(&self, ldif: &str) {
        let mut client = Command::new(program("ldapmodify"))
            .args(["-x", "-H", &self.url(), "-D", ADMIN.0, "-w", ADMIN.1])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        client.stdin.take().unwrap().write_all(ldif.as_bytes()).unwrap();
        assert!(client.wait().unwrap().success());
    }

    /// How many lines of the server's log hold all of these texts. A line is written before its answer is sent.
    pub fn count(&self, texts: &[&str]) -> usize {
        let log = fs::read_to_string(self.log()).unwrap();
        let holds_all = |line: &&str| texts.iter().all(|text| line.contains(text));
        log.lines().filter(holds_all).count()
    }

    /// Address without encryption, or for StartTLS.
    pub fn url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.plain)
    }

    /// Address for StartTLS by the name of the certificate.
    pub fn named_url(&self) -> String {
        format!("ldap://localhost:{}", self.plain)
    }

    /// Address with TLS from the first byte.
    pub fn tls_url(&self) -> String {
        format!("ldaps://localhost:{}", self.tls)
    }

    /// What an operator writes to ask this server, over TLS.
    pub fn section(&self) -> LdapSection {
        LdapSection {
            url: self.tls_url(),
            ca_file: Some(self.folder.path().join("ca.pem")),
            base: SUFFIX.to_owned(),
            filter: Some("(!(employeeType=left))".to_owned()),
            bind_dn: Some(READER.0.to_owned()),
            bind_password_file: Some(self.folder.path().join("reader.password")),
            customer_attribute: Some("employeeNumber".to_owned()),
            ..LdapSection::default()
        }
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.stop();
    }
}

fn configuration(folder: &Path, knows_tls: bool) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for schema in SCHEMAS {
        let _ = writeln!(text, "include /etc/ldap/schema/{schema}.schema");
    }
    let folder = folder.display();
    if knows_tls {
        let _ = write!(
            text,
            "TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key.pem
"
        );
    }
    let (admin, secret) = ADMIN;
    let reader = READER.0;
    let _ = write!(
        text,
        "pidfile {folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix \"{SUFFIX}\"
rootdn \"{admin}\"
rootpw {secret}
directory {folder}/tree
maxsize 10485760
index objectClass,uid,cn,entryUUID eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact=\"{reader}\" read by * none
"
    );
    text
}

/// Whether somebody listens on a port, by the system's own list: a connection would be seen in the log.
fn listens(port: u16) -> bool {
    const LISTENING: &str = "0A";
    let address = format!("0100007F:{port:04X}");
    fs::read_to_string("/proc/net/tcp").unwrap().lines().any(|line| {
        let mut columns = line.split_whitespace().skip(1);
        columns.next() == Some(&address) && columns.nth(1) == Some(LISTENING)
    })
}

/// Debian puts servers where people do not look for programs.
fn program(name: &str) -> String {
    ["/usr/sbin", "/usr/bin"]
        .map(|folder| format!("{folder}/{name}"))
        .into_iter()
        .find(|path| Path::new(path).exists())
        .unwrap_or_else(|| panic!("{name} is not installed: the packages are slapd and ldap-utils"))
}
