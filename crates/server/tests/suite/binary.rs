//! The binary as a process: what operators and scripts rely on.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread::JoinHandle,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

/// A running demo; killed when dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) description: Value,
    pub(crate) address: SocketAddr,
    /// Reads the log until it ends; of `serve` only.
    log: Option<JoinHandle<String>>,
}

impl Running {
    /// Starts `consentry demo --json` and waits for its line.
    pub(crate) fn start(listen: SocketAddr, folder: &Path) -> Self {
        Self::start_configured(listen, folder, &[])
    }

    /// As [`Self::start`], with keys in the environment.
    pub(crate) fn start_configured(listen: SocketAddr, folder: &Path, keys: &[(&str, String)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_consentry"))
            .envs(keys.iter().map(|(key, value)| (key, value)))
            .args(["demo", "--json", "--listen", &listen.to_string(), "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let description: Value = serde_json::from_str(&line).unwrap();
        let base = description["base_url"].as_str().unwrap();
        let address = base.strip_prefix("http://").unwrap().parse().unwrap();
        Self {
            child,
            description,
            address,
            log: None,
        }
    }

    /// Starts `consentry serve` and waits until it says that it serves. It has no description of itself.
    pub(crate) fn serve(listen: SocketAddr, folder: &Path) -> Self {
        let url = format!("sqlite://{}", folder.display());
        Self::serve_configured(listen, &[("CONSENTRY__STORAGE__URL", url)])
    }

    /// As [`Self::serve`], with keys in the environment.
    pub(crate) fn serve_configured(listen: SocketAddr, keys: &[(&str, String)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_consentry"))
            .env("CONSENTRY__SERVER__LISTEN", listen.to_string())
            .envs(keys.iter().map(|(key, value)| (key, value)))
            .arg("serve")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("serving") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the server ended");
        }
        // Whoever reads no further stops the server when it next writes.
        let log = std::thread::spawn(move || {
            let mut rest = String::new();
            let _ended = log.read_to_string(&mut rest);
            rest
        });
        Self {
            child,
            description: Value::Null,
            address: listen,
            log: Some(log),
        }
    }

    /// SIGKILL, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; answers what `serve` wrote into its log since it served.
    pub(crate) fn stop_for_log(mut self) -> String {
        let log = self.log.take().unwrap();
        assert!(self.stop().success());
        log.join().unwrap()
    }

    /// SIGTERM; answers the exit status.
    pub(crate) fn stop(mut self) -> std::process::ExitStatus {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap()
    }

    /// Basic credentials of the privileged account of the records door.
    pub(crate) fn service(&self) -> String {
        let account = &self.description["records"]["service_account"];
        let pair = format!(
            "{}:{}",
            account["username"].as_str().unwrap(),
            account["password"].as_str().unwrap()
        );
        format!("Basic {}", STANDARD.encode(pair))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// A free port of this machine.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// One request over a connection of its own; none when the connection broke.
pub(crate) fn request(address: SocketAddr, head: &str, body: &str) -> Option<(u16, String)> {
    exchange(address, head, body).map(|answer| (answer.status, answer.body))
}

/// An answer as it came over the wire.
pub(crate) struct Exchange {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Exchange {
    /// All values of a header.
    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.head.lines().filter_map(move |line| {
            let (own, value) = line.split_once(':')?;
            own.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers(name).next().map(str::to_owned)
    }

    /// The value of a form field in a page.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let tag = self
            .body
            .split("<input")
            .find(|tag| tag.contains(&format!("name=\"{name}\"")))?;
        Some(tag.split("value=\"").nth(1)?.split('"').next()?.to_owned())
    }
}

/// As [`request`], with headers.
pub(crate) fn exchange(address: SocketAddr, head: &str, body: &str) -> Option<Exchange> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let length = body.len();
    let text =
        format!("{head}\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some(Exchange {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

#[test]
fn demo_json_prints_one_line_and_ends_well_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start("127.0.0.1:0".parse().unwrap(), folder.path());
    let description = &running.description;
    for member in [
        "base_url",
        "issuer",
        "start",
        "tenant",
        "users",
        "authorization",
        "records",
        "dashboard",
        "pid",
    ] {
        assert!(!description[member].is_null(), "{member}");
    }
    let (status, body) = request(running.address, "GET /health/ready HTTP/1.1", "").unwrap();
    assert_eq!((status, body.contains("ready")), (200, true));
    let (status, metrics) = request(running.address, "GET /metrics HTTP/1.1", "").unwrap();
    assert_eq!(status, 200);
    assert!(metrics.contains("consentry_http_requests_total"), "{metrics}");
    assert!(metrics.ends_with("# EOF\n") || metrics.contains("# EOF"));
    assert!(running.stop().success());
}

#[test]
fn config_check_names_what_is_wrong_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("consentry.toml");
    std::fs::write(&file, "[server]\nlisen = \"127.0.0.1:1\"\n").unwrap();
    let run = |file: &Path| {
        Command::new(env!("CARGO_BIN_EXE_consentry"))
            .args(["config", "check", "--config"])
            .arg(file)
            .output()
            .unwrap()
    };
    let output = run(&file);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "consentry: unknown key server.lisen; did you mean server.listen?\n"
    );
    std::fs::write(
        &file,
        "[server]\nlisten = \"127.0.0.1:1\"\n[telemetry]\nlog = \"debug\"\n",
    )
    .unwrap();
    assert_eq!(run(&file).status.code(), Some(0));
    let wrong_usage = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .arg("serv")
        .output()
        .unwrap();
    assert_eq!(wrong_usage.status.code(), Some(2));
}

#[test]
fn environment_overrides_the_file() {
    let output = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["config", "show"])
        .env("CONSENTRY__SERVER__LISTEN", "127.0.0.1:4242")
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    for line in [
        "listen = \"127.0.0.1:4242\" # CONSENTRY__SERVER__LISTEN\n",
        "url = \"sqlite://consentry-data\" # default\n",
    ] {
        assert!(shown.contains(line), "{line}{shown}");
    }
}

#[test]
fn a_lost_root_key_is_said_and_nothing_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        Running::start("127.0.0.1:0".parse().unwrap(), folder.path())
            .stop()
            .success()
    );
    std::fs::remove_file(folder.path().join("root.key")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["verify-ledger", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("restore the key")
    );
    assert!(!folder.path().join("root.key").exists());
}

#[test]
fn audit_prints_one_line_for_every_change() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start("127.0.0.1:0".parse().unwrap(), folder.path());
    let head = format!(
        "POST /consent/v1/consents HTTP/1.1\r\nAuthorization: {}\r\nContent-Type: application/json",
        running.service()
    );
    let body =
        r#"{"status":"pending","subject":"ada","definition":{"id":"share-my-email"},"data":{"x":"hidden"}}"#;
    let (status, _) = request(running.address, &head, body).unwrap();
    assert_eq!(status, 201);
    assert!(running.stop().success());
    let audit = |more: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_consentry"))
            .args(["audit", "--data"])
            .arg(folder.path())
            .args(more)
            .output()
            .unwrap()
    };
    let output = audit(&[]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().count() > 10 && text.lines().all(|line| line.contains("] CONSENT AUDIT ")));
    assert!(text.contains("resourceType=\"definition\" changeType=\"create\""));
    let last = text.lines().last().unwrap();
    assert!(
        last.contains("resourceType=\"consent\" changeType=\"create\"")
            && last.contains("status=\"pending\"")
    );
    assert!(!text.contains("hidden"));
    assert_eq!(audit(&["--tenant", "harbor"]).stdout, text.as_bytes());
    let unknown = audit(&["--tenant", "nobody"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(
        String::from_utf8(unknown.stderr)
            .unwrap()
            .contains("there is no tenant nobody")
    );
}
