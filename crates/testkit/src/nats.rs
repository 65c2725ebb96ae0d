//! A real NATS server with JetStream, as a process of the test's own on loopback. It ends with the value.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use async_nats::{
    ConnectOptions,
    jetstream::{self, Context},
};

pub use async_nats::jetstream::stream::Config as StreamConfig;
pub use consentry_server::configuration::NatsSection;

use crate::slapd::ServerCertificate;

/// The user that may do everything.
pub const USER: (&str, &str) = ("mirror", "mirror-secret-31");

/// The server.
#[derive(Debug)]
pub struct Nats {
    folder: tempfile::TempDir,
    port: u16,
    has_tls: bool,
    process: Option<Child>,
}

/// A message as the server has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its subject.
    pub subject: String,
    /// `Nats-Msg-Id`.
    pub id: String,
    /// `Consentry-Sequence`.
    pub sequence: String,
    /// `Content-Type`.
    pub content_type: String,
    /// What it says.
    pub body: String,
}

impl Nats {
    /// Starts a server without TLS.
    pub fn start() -> Self {
        Self::start_in(None)
    }

    /// Starts a server that proves who it is with this certificate and takes nobody without TLS.
    pub fn start_with(certificate: &ServerCertificate) -> Self {
        Self::start_in(Some(certificate))
    }

    fn start_in(certificate: Option<&ServerCertificate>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Nobody else takes the port in the short time until the server does, or the server says so and the test stops.
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let path = folder.path().display();
        let tls = certificate.map_or_else(String::new, |certificate| {
            fs::write(folder.path().join("server.pem"), &certificate.certificate).unwrap();
            fs::write(folder.path().join("server.key.pem"), &certificate.key).unwrap();
            format!("tls {{ cert_file: \"{path}/server.pem\", key_file: \"{path}/server.key.pem\" }}\n")
        });
        let configuration = format!(
            "listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{path}/jetstream\" }}\n{tls}\
             authorization {{ users: [ {{ user: \"{}\", password: \"{}\" }} ] }}\n",
            USER.0, USER.1
        );
        fs::write(folder.path().join("nats.conf"), configuration).unwrap();
        fs::write(folder.path().join("password"), format!("{}\n", USER.1)).unwrap();
        let mut nats = Self {
            folder,
            port,
            has_tls: certificate.is_some(),
            process: None,
        };
        nats.start_again();
        nats
    }

    /// Starts a server that was stopped, with what it had stored, at the same address.
    pub fn start_again(&mut self) {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap();
        let mut process = Command::new(program())
            .arg("--config")
            .arg(self.folder.path().join("nats.conf"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        while !self.greets() {
            let stopped = process.try_wait().unwrap();
            assert!(
                stopped.is_none(),
                "nats-server stopped:\n{}",
                fs::read_to_string(self.log()).unwrap()
            );
            std::thread::yield_now();
        }
        self.process = Some(process);
    }

    /// Ends the server at once, with a signal that it cannot catch.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Its address.
    pub fn url(&self) -> String {
        let scheme = if self.has_tls { "tls" } else { "nats" };
        format!("{scheme}://localhost:{}", self.port)
    }

    /// File with the password of [`USER`].
    pub fn password_file(&self) -> PathBuf {
        self.folder.path().join("password")
    }

    /// JetStream, as [`USER`], without TLS.
    pub async fn jetstream(&self) -> Context {
        let options = ConnectOptions::with_user_and_password(USER.0.to_owned(), USER.1.to_owned());
        jetstream::new(options.connect(self.url()).await.unwrap())
    }

    /// How many messages a stream has; 0 where it is not there.
    pub async fn count(&self, stream: &str) -> u64 {
        match self.jetstream().await.get_stream(stream).await {
            Ok(stream) => stream.cached_info().state.messages,
            Err(_) => 0,
        }
    }

    /// All messages of a stream, in its order.
    pub async fn stored(&self, stream: &str) -> Vec<Stored> {
        let stream = self.jetstream().await.get_stream(stream).await.unwrap();
        let state = &stream.cached_info().state;
        let mut all = Vec::new();
        for number in state.first_sequence..=state.last_sequence {
            let message = stream.get_raw_message(number).await.unwrap();
            let header = |name: &str| message.headers.get(name).unwrap().to_string();
            all.push(Stored {
                subject: message.subject.to_string(),
                id: header("Nats-Msg-Id"),
                sequence: header("Consentry-Sequence"),
                content_type: header("Content-Type"),
                body: String::from_utf8(message.payload.to_vec()).unwrap(),
            });
        }
        all
    }

    /// Whether somebody greets at the port as NATS does.
    #[expect(
        clippy::disallowed_methods,
        reason = "asks a process of the test's own whether it is there"
    )]
    fn greets(&self) -> bool {
        let Ok(connection) = TcpStream::connect(("127.0.0.1", self.port)) else {
            return false;
        };
        let mut line = String::new();
        BufReader::new(connection).read_line(&mut line).is_ok() && line.starts_with("INFO ")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn program() -> String {
    ["/usr/sbin", "/usr/bin"]
        .map(|folder| format!("{folder}/nats-server"))
        .into_iter()
        .find(|path| Path::new(path).exists())
        .unwrap_or_else(|| panic!("nats-server is not installed: the package is nats-server"))
}
