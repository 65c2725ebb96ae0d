//! The listener over TLS: a certificate is replaced while people are connected, and nothing unsafe is listened on.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    time::Duration,
};

use consentry_testkit::slapd::Authority;
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use crate::binary::free_address;

type Connection = StreamOwned<ClientConnection, TcpStream>;

/// A server with a certificate; killed when dropped.
struct Site {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
    address: SocketAddr,
}

impl Site {
    fn start(folder: &Path) -> Self {
        let address = free_address();
        let mut child = serve(folder, address)
            .env("CONSENTRY__TLS__CERTIFICATE_FILE", folder.join("site.pem"))
            .env("CONSENTRY__TLS__KEY_FILE", folder.join("site.key"))
            .env("CONSENTRY__SERVER__PUBLIC_URL", "https://consent.example")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut site = Self { child, log, address };
        site.says("serving");
        site
    }

    /// Reads the log up to a line.
    fn says(&mut self, what: &str) -> String {
        let mut line = String::new();
        while !line.contains(what) {
            line.clear();
            assert!(
                self.log.read_line(&mut line).unwrap() > 0,
                "it ended without saying {what}"
            );
        }
        line
    }

    fn hang_up(&self) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-HUP", &pid]).status().unwrap();
        assert!(told.success());
    }

    /// A connection that believes one authority; none where it is shown another one's certificate.
    fn connect(&self, authority: &Authority) -> Option<Connection> {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap())
            .unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = ClientConnection::new(Arc::new(config), "consent.example".try_into().unwrap()).unwrap();
        let mut connection = StreamOwned::new(client, connect(self.address));
        connection.flush().ok()?;
        Some(connection)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect_timeout(&address, Duration::from_secs(5)).unwrap()
}

fn serve(folder: &Path, address: SocketAddr) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
    command
        .env("CONSENTRY__SERVER__LISTEN", address.to_string())
        .env(
            "CONSENTRY__STORAGE__URL",
            format!("sqlite://{}", folder.join("data").display()),
        )
        .arg("serve");
    command
}

fn put(folder: &Path, authority: &Authority) {
    let made = authority.certificate("consent.example");
    std::fs::write(folder.join("site.pem"), made.certificate).unwrap();
    std::fs::write(folder.join("site.key"), made.key).unwrap();
}

/// Asks whether it is alive, and leaves the connection open.
fn alive(connection: &mut Connection) -> String {
    connection
        .write_all(b"GET /health/live HTTP/1.1\r\nHost: consent.example\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"{\"status\":\"live\"}") {
        assert_eq!(
            connection.read(&mut byte).unwrap(),
            1,
            "{}",
            String::from_utf8_lossy(&answer)
        );
        answer.extend(byte);
    }
    String::from_utf8(answer).unwrap()
}

#[test]
fn a_certificate_is_replaced_while_people_are_connected_and_a_bad_one_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (Authority::new(), Authority::new());
    put(folder.path(), &first);
    let mut site = Site::start(folder.path());
    let mut open = site.connect(&first).unwrap();
    let answer = alive(&mut open);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        answer
            .to_lowercase()
            .contains("strict-transport-security: max-age="),
        "{answer}"
    );
    assert!(site.connect(&second).is_none());

    std::fs::write(folder.path().join("site.key"), "no key").unwrap();
    site.hang_up();
    let said = site.says("the certificate stays the one before");
    assert!(said.contains("site.key has no private key in PEM"), "{said}");
    alive(&mut site.connect(&first).unwrap());

    put(folder.path(), &second);
    site.hang_up();
    site.says("new connections are shown another certificate");
    alive(&mut open);
    assert!(site.connect(&first).is_none());
    alive(&mut site.connect(&second).unwrap());

    // Whoever speaks plainly gets no answer, and is in nobody's way.
    let mut plain = connect(site.address);
    plain
        .write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    let _cut = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/"));
    alive(&mut open);
}

#[test]
fn what_other_machines_reach_is_not_served_without_https() {
    let folder = tempfile::tempdir().unwrap();
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let refused = |output: Output| {
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let told = refused(serve(folder.path(), everywhere).output().unwrap());
    assert!(
        told.contains("tls.certificate_file") && told.contains("server.trusted_proxies"),
        "{told}"
    );
    assert!(!folder.path().join("data").exists(), "nothing was made");
    let told = refused(
        serve(folder.path(), everywhere)
            .env("CONSENTRY__TLS__CERTIFICATE_FILE", folder.path().join("site.pem"))
            .output()
            .unwrap(),
    );
    assert!(
        told.contains("tls.certificate_file and tls.key_file go together"),
        "{told}"
    );

    // Behind a proxy that ends TLS it is served.
    let mut child = serve(folder.path(), everywhere)
        .env("CONSENTRY__SERVER__PUBLIC_URL", "https://consent.example")
        .env("CONSENTRY__SERVER__TRUSTED_PROXIES", "10.0.0.1")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("serving") {
        line.clear();
        assert!(log.read_line(&mut line).unwrap() > 0, "the server ended");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
