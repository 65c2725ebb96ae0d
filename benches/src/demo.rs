//! The demo bank as the product starts it, and a person with a browser in it.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use url::Url;

use crate::http::{Connection, Request};

/// Verifier of the proof key, and its S256 challenge.
pub const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";

/// Lets messages go to receivers on this machine.
const RECEIVERS: (&str, &str) = ("CONSENTRY__EGRESS__EXCEPTIONS", "127.0.0.0/8");

/// Redirects at the most until a page or the app is reached.
const REDIRECTS: usize = 8;

/// A running demo that ends with this value.
pub struct Demo {
    child: Child,
    facts: Value,
    folder: PathBuf,
}

impl Demo {
    /// Starts it on a free port of the loopback.
    pub fn start(binary: &Path, folder: &Path) -> Result<Self> {
        Self::start_at(binary, folder, "127.0.0.1:0")
    }

    /// Starts `consentry demo --json` at this address and waits for the line that says it is ready. A demo in a folder that has one stays
    /// where that was.
    pub fn start_at(binary: &Path, folder: &Path, listen: &str) -> Result<Self> {
        Self::start_with(binary, folder, &["--listen", listen])
    }

    /// Starts one with a setting of the server, as the environment says it.
    pub fn start_with_setting(binary: &Path, folder: &Path, setting: (&str, &str)) -> Result<Self> {
        Self::start_in_environment(binary, folder, &["--listen", "127.0.0.1:0"], &[setting])
    }

    /// Starts one with its ledger in a PostgreSQL database.
    pub fn start_in(binary: &Path, folder: &Path, url: &str) -> Result<Self> {
        Self::start_with(binary, folder, &["--listen", "127.0.0.1:0", "--database", url])
    }

    /// Starts `consentry serve` with these settings, and waits until it serves. It knows nothing about itself but where it is.
    pub fn serve(binary: &Path, folder: &Path, settings: &[(&str, String)]) -> Result<Self> {
        let listen = settings
            .iter()
            .find(|(name, _)| *name == "CONSENTRY__SERVER__LISTEN");
        let (_, listen) = listen.context("nothing says where it listens")?;
        let child = Command::new(binary)
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .arg("serve")
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let mut demo = Self {
            child,
            facts: serde_json::json!({ "base_url": format!("http://{listen}") }),
            folder: folder.to_owned(),
        };
        demo.wait_until_it_serves()?;
        Ok(demo)
    }

    /// Reads what `serve` says until it serves, and goes on reading.
    fn wait_until_it_serves(&mut self) -> Result<()> {
        let stderr = self.child.stderr.take();
        let mut log = BufReader::new(stderr.context("the server has no stderr")?);
        let mut line = String::new();
        while !line.contains("serving") {
            line.clear();
            ensure!(log.read_line(&mut line)? > 0, "the server ended");
        }
        // Whoever reads no further stops the server when it next writes.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Ok(())
    }

    fn start_with(binary: &Path, folder: &Path, options: &[&str]) -> Result<Self> {
        Self::start_in_environment(binary, folder, options, &[])
    }

    fn start_in_environment(
        binary: &Path,
        folder: &Path,
        options: &[&str],
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        let mut child = Command::new(binary)
            .args(["demo", "--json", "--data"])
            .arg(folder)
            .env(RECEIVERS.0, RECEIVERS.1)
            .envs(settings.iter().copied())
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let stdout = child.stdout.take();
        // Held from here on, so that the process ends on every way out of this function.
        let mut demo = Self {
            child,
            facts: Value::Null,
            folder: folder.to_owned(),
        };
        let mut line = String::new();
        BufReader::new(stdout.context("the demo has no stdout")?).read_line(&mut line)?;
        demo.facts = serde_json::from_str(&line).context("the demo did not say that it is ready")?;
        Ok(demo)
    }

    /// Ends it, moves its ledger into an empty database, and serves that with the same people and accounts.
    pub fn moved_to(mut self, binary: &Path, url: &str) -> Result<Self> {
        drop(self.child.kill());
        self.child.wait()?;
        let key = self.folder.join("root.key");
        let command = || {
            let mut command = Command::new(binary);
            command
                .env("CONSENTRY__STORAGE__URL", url)
                .env("CONSENTRY__KEYS__ROOT_FILE", &key);
            command
        };
        let moved = command()
            .args(["move-to-postgres", "--data"])
            .arg(&self.folder)
            .output()?;
        ensure!(
            moved.status.success(),
            "{}",
            String::from_utf8_lossy(&moved.stderr)
        );
        let address = self.address()?;
        self.child = command()
            .arg("serve")
            .env("CONSENTRY__SERVER__LISTEN", address.to_string())
            .stderr(Stdio::piped())
            .spawn()?;
        self.wait_until_it_serves()?;
        Ok(self)
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it says about itself, by JSON pointer.
    pub fn fact(&self, pointer: &str) -> Result<&str> {
        let fact = self.facts.pointer(pointer).and_then(Value::as_str);
        fact.with_context(|| format!("the demo says nothing about {pointer}"))
    }

    /// Where it listens.
    pub fn address(&self) -> Result<SocketAddr> {
        let base = self.fact("/base_url")?;
        Ok(base.trim_start_matches("http://").parse()?)
    }

    /// Another node on the same database.
    pub fn another_node(&self, binary: &Path, url: &str) -> Result<Node> {
        // Free a moment ago, and nobody else takes it in the short time until the node does.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut child = Command::new(binary)
            .arg("serve")
            .env("CONSENTRY__STORAGE__URL", url)
            .env("CONSENTRY__KEYS__ROOT_FILE", self.folder.join("root.key"))
            .env("CONSENTRY__SERVER__LISTEN", address.to_string())
            .env("CONSENTRY__SERVER__PUBLIC_URL", self.fact("/base_url")?)
            .env(RECEIVERS.0, RECEIVERS.1)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let log = child.stderr.take();
        let node = Node { child, address };
        let mut log = BufReader::new(log.context("the node has no stderr")?);
        let mut line = String::new();
        while !line.contains("serving") {
            line.clear();
            ensure!(log.read_line(&mut line)? > 0, "the node ended");
        }
        // Whoever reads no further stops the node when it next writes.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Ok(node)
    }

    /// Its database.
    pub fn ledger(&self) -> PathBuf {
        self.folder.join("ledger.db")
    }

    /// A request of the records door's service account.
    pub fn records(&self, method: &str, path: &str) -> Result<Request> {
        let account = "/records/service_account";
        Ok(
            Request::new(method, &format!("/consent/v1{path}"), self.address()?).basic(
                self.fact(&format!("{account}/username"))?,
                self.fact(&format!("{account}/password"))?,
            ),
        )
    }

    /// A form of Moneytrack's back end to the authorization door.
    pub fn moneytrack(&self, path: &str, fields: &[(&str, &str)]) -> Result<Request> {
        self.client_form("/authorization/third_party", path, fields)
    }

    /// The same of the bank's own back end.
    pub fn first_party(&self, path: &str, fields: &[(&str, &str)]) -> Result<Request> {
        self.client_form("/authorization/first_party", path, fields)
    }

    fn client_form(&self, client: &str, path: &str, fields: &[(&str, &str)]) -> Result<Request> {
        Request::new("POST", &format!("/cis/oidc{path}"), self.address()?)
            .basic(
                self.fact(&format!("{client}/client_id"))?,
                self.fact(&format!("{client}/client_secret"))?,
            )
            .form(fields)
    }

    /// Where Moneytrack sends users who are to be asked, whatever they agreed to before.
    pub fn question(&self) -> Result<String> {
        Ok(format!("{}&prompt=consent", self.authorization()?))
    }

    /// Where Moneytrack sends its users.
    pub fn authorization(&self) -> Result<String> {
        let client = "/authorization/third_party";
        let query = serde_urlencoded::to_string([
            ("client_id", self.fact(&format!("{client}/client_id"))?),
            ("response_type", "code"),
            (
                "scope",
                "openid offline_access accounts:balance accounts:transactions",
            ),
            (
                "redirect_uri",
                self.fact(&format!("{client}/extra_redirect_uri"))?,
            ),
            ("state", "st-51"),
            ("nonce", "n-77"),
            ("code_challenge", &challenge()),
            ("code_challenge_method", "S256"),
        ])?;
        Ok(format!("/cis/oidc/auth?{query}"))
    }

    /// The form that redeems a code.
    pub fn redemption(&self, code: &str) -> Result<Request> {
        self.moneytrack(
            "/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                (
                    "redirect_uri",
                    self.fact("/authorization/third_party/extra_redirect_uri")?,
                ),
                ("code_verifier", VERIFIER),
            ],
        )
    }
}

/// A node that serves the demo's ledger too, and ends with this value. It serves the demo's host, whatever its own address.
pub struct Node {
    child: Child,
    address: SocketAddr,
}

impl Node {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing left to do then.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn challenge() -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VERIFIER.as_bytes());
    consentry_jose::encoding::encode(digest)
}

/// The code in an address that leads back to the app.
pub fn code_in(location: &str) -> Result<String> {
    let url = Url::parse(location).with_context(|| format!("{location} is no address"))?;
    let code = url.query_pairs().find(|(name, _)| name == "code");
    Ok(code
        .with_context(|| format!("no code in {location}"))?
        .1
        .into_owned())
}

/// Ada's browser.
pub struct Visitor<'a> {
    demo: &'a Demo,
    connection: Connection,
    cookies: BTreeMap<String, String>,
}

impl<'a> Visitor<'a> {
    /// Opens a browser without cookies.
    pub async fn new(demo: &'a Demo) -> Result<Self> {
        Ok(Self {
            demo,
            connection: Connection::open(demo.address()?).await?,
            cookies: BTreeMap::new(),
        })
    }

    /// The cookies it has, as it sends them.
    pub fn cookies(&self) -> String {
        let pairs: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// Logs in, approves what Moneytrack asks for, and answers the code.
    pub async fn approve(&mut self) -> Result<String> {
        let login = self.open(&self.demo.question()?).await?;
        let interaction = field(&login, "interaction")?;
        let (username, password) = (
            self.demo.fact("/users/0/username")?,
            self.demo.fact("/users/0/password")?,
        );
        let question = self
            .submit(
                "/login",
                &[
                    ("interaction", &interaction),
                    ("username", username),
                    ("password", password),
                ],
            )
            .await?;
        let interaction = field(&question, "interaction")?;
        let back = self
            .submit(
                "/consent",
                &[("interaction", &interaction), ("decision", "approve")],
            )
            .await?;
        code_in(&back)
    }

    /// Logs in on the way to a page that asks for a data source, and agrees.
    pub async fn share(&mut self, page: &str, source: &str) -> Result<()> {
        let _asked = self.open(page).await?;
        let _login = self.submit(page, &[("decision", "login")]).await?;
        let (username, password) = (
            self.demo.fact("/users/0/username")?,
            self.demo.fact("/users/0/password")?,
        );
        let fields = [("username", username), ("password", password)];
        let question = self.submit("/login", &fields).await?;
        let token = field(&question, "token")?;
        let fields = [
            ("token", token.as_str()),
            ("decision", "grant"),
            ("source", source),
        ];
        let _ended = self.submit(page, &fields).await?;
        Ok(())
    }

    async fn open(&mut self, target: &str) -> Result<String> {
        let request = Request::new("GET", target, self.demo.address()?);
        self.land(request, "cross-site").await
    }

    async fn submit(&mut self, target: &str, fields: &[(&str, &str)]) -> Result<String> {
        let request = Request::new("POST", target, self.demo.address()?)
            .header("origin", self.demo.fact("/base_url")?)
            .form(fields)?;
        self.land(request, "same-origin").await
    }

    /// Follows redirects; answers the page where they end, or the address of somebody else.
    async fn land(&mut self, mut request: Request, mut site: &str) -> Result<String> {
        let address = self.demo.address()?;
        for _ in 0..REDIRECTS {
            let navigation = request
                .header("accept", "text/html,application/xhtml+xml")
                .header("sec-fetch-mode", "navigate")
                .header("sec-fetch-dest", "document")
                .header("sec-fetch-site", site)
                .header("cookie", &self.cookies());
            let answer = self.connection.send(&navigation.bytes()).await?;
            for line in answer.headers("set-cookie")? {
                keep(&mut self.cookies, &line);
            }
            if answer.status == 200 {
                return Ok(String::from_utf8_lossy(answer.body).into_owned());
            }
            answer.expect(303)?;
            let location = answer
                .headers("location")?
                .pop()
                .context("a redirect to nowhere")?;
            let base = self.demo.fact("/base_url")?;
            let target = location.strip_prefix(base).unwrap_or(&location);
            if !target.starts_with('/') {
                return Ok(location);
            }
            request = Request::new("GET", target, address);
            site = "same-origin";
        }
        bail!("redirected in a circle")
    }
}

fn keep(cookies: &mut BTreeMap<String, String>, line: &str) {
    let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
    if let Some((name, value)) = pair.split_once('=') {
        if value.is_empty() || attributes.contains("Max-Age=0") {
            cookies.remove(name);
        } else {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// The value of a hidden field in a page.
fn field(page: &str, name: &str) -> Result<String> {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .with_context(|| format!("no field {name} in {page}"))?;
    let value = rest.split('"').next().unwrap_or_default();
    ensure!(!value.is_empty(), "the field {name} is empty");
    Ok(value.to_owned())
}
