//! What an operator does to a running server: applying a manifest, and having what is configured written as one.
//!
//! What lives here: the route, who may use it, and asking it. What may not: what applying and writing do. The route is there only where a
//! file with a token is configured: whoever has the token decides everything.

use std::{collections::BTreeMap, fmt, path::Path, sync::Arc};

use anyhow::Context as _;
use aws_lc_rs::{
    constant_time,
    digest::{SHA256, digest},
};
use axum::{
    extract::{Query, Request, State},
    response::{IntoResponse as _, Response},
};
use consentry_egress::{Answer, Egress, EgressPolicy};
use consentry_web::{
    body,
    error::{ApiError, Problem, registry},
    house::House,
    routes::{Cors, RouteTable},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::{
    applying::{Applying, Wishes},
    manifest::{Manifest, Secrets, Tree},
};

/// Where a manifest is sent, and asked for.
const PATH: &str = "/operator/v1/manifest";

/// Largest manifest, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Shortest token, in characters: only its digest is compared, so it must not be guessable.
const SHORTEST: usize = 32;

/// Who may apply, and to what. Debugging it shows neither.
#[derive(Clone)]
pub struct Operator(Arc<Inner>);

struct Inner {
    /// SHA-256 of the token.
    token: Vec<u8>,
    house: House,
    egress: Arc<Egress>,
    /// Whether slugs have to fit into subjects of NATS.
    has_mirror: bool,
    /// One manifest at a time.
    turn: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operator(…)")
    }
}

impl Operator {
    /// Whoever has the token in a file.
    pub fn of(file: &Path, house: House, egress: Arc<Egress>, has_mirror: bool) -> anyhow::Result<Self> {
        let token = digest(&SHA256, token(file)?.as_bytes()).as_ref().to_vec();
        Ok(Self(Arc::new(Inner {
            token,
            house,
            egress,
            has_mirror,
            turn: tokio::sync::Mutex::new(()),
        })))
    }

    fn admit(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        if self.admits(headers) {
            return Ok(());
        }
        let challenge = HeaderValue::from_static("Bearer");
        Err(ApiError::new(&registry::UNAUTHENTICATED).challenge(challenge))
    }

    fn admits(&self, headers: &HeaderMap) -> bool {
        let shown = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let shown = shown
            .and_then(|shown| shown.strip_prefix("Bearer "))
            .unwrap_or_default();
        constant_time::verify_slices_are_equal(digest(&SHA256, shown.as_bytes()).as_ref(), &self.0.token)
            .is_ok()
    }
}

/// The token in a file; a line break at its end does not count.
fn token(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let text = text.trim_end();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    anyhow::ensure!(
        text.len() >= SHORTEST && is_plain,
        "{}: a token is {SHORTEST} characters or more, without spaces",
        file.display()
    );
    Ok(text.to_owned())
}

/// What is sent.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent<M> {
    manifest: M,
    secrets: BTreeMap<String, String>,
    wishes: Wishes,
}

/// What is answered.
#[derive(Debug, Serialize, Deserialize)]
struct Answered {
    /// What happened, as the command tells it.
    lines: Vec<String>,
    /// Why it ended early; what came before it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// What is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    /// What is configured, as the command writes it.
    Manifest(String),
    /// Why it cannot be written.
    Error(String),
}

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Short name of the only tenant that is wanted.
    tenant: Option<String>,
}

/// The route, which reads nothing when it is asked with `HEAD`.
pub fn routes() -> RouteTable<Operator> {
    RouteTable::new("server")
        .owns("/operator", |_, error| Problem(error).into_response())
        .get(PATH, Cors::Never, write)
        .post(PATH, Cors::Never, apply)
}

async fn write(State(operator): State<Operator>, request: Request) -> Response {
    match written(&operator, &request) {
        Ok(response) => response,
        Err(error) => Problem(error).into_response(),
    }
}

fn written(operator: &Operator, request: &Request) -> Result<Response, ApiError> {
    operator.admit(request.headers())?;
    let Query(asked) = Query::<Asked>::try_from_uri(request.uri())
        .map_err(|error| ApiError::new(&registry::INVALID_REQUEST).detail(error.body_text()))?;
    let directory = operator.0.house.ledger().directory();
    let (status, answered) = match Manifest::configured(&directory, asked.tenant.as_deref()) {
        Ok(text) => (StatusCode::OK, Written::Manifest(text)),
        Err(error) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Written::Error(format!("{error:#}")),
        ),
    };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((status, headers, axum::Json(answered)).into_response())
}

async fn apply(State(operator): State<Operator>, request: Request) -> Response {
    match taken(operator, request).await {
        Ok(response) => response,
        Err(error) => Problem(error).into_response(),
    }
}

async fn taken(operator: Operator, request: Request) -> Result<Response, ApiError> {
    let (parts, content) = request.into_parts();
    operator.admit(&parts.headers)?;
    body::require_media_type(&parts.headers, &["application/json"])?;
    let content = body::read(content, LARGEST).await?;
    let wrong = |why: &dyn fmt::Display| ApiError::new(&registry::INVALID_REQUEST).detail(why.to_string());
    let sent: Sent<Tree> = serde_json::from_slice(&content).map_err(|error| wrong(&error))?;
    let manifest: Manifest = sent.manifest.meaning().map_err(|error| wrong(&error))?;
    // It goes on when whoever asked goes away: half a manifest helps nobody.
    let done = tokio::spawn(async move {
        let _turn = operator.0.turn.lock().await;
        let mut lines = Vec::new();
        let applying = Applying {
            ledger: operator.0.house.ledger(),
            egress: &operator.0.egress,
            has_mirror: operator.0.has_mirror,
            secrets: &Secrets::Sent(sent.secrets),
            wishes: sent.wishes,
        };
        let applied = match manifest.check() {
            Ok(()) => {
                let mut tell = |line| {
                    lines.push(line);
                    Ok(())
                };
                applying.apply(&manifest, &mut tell).await
            }
            Err(error) => Err(error),
        };
        Answered {
            lines,
            error: applied.err().map(|error| format!("{error:#}")),
        }
    });
    let answered = done.await.map_err(ApiError::internal)?;
    let status = if answered.error.is_none() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((status, headers, axum::Json(answered)).into_response())
}

/// A server that runs, and the token that it takes.
#[derive(Debug)]
pub struct RunningServer<'a> {
    address: &'a Url,
    token_file: &'a Path,
    token: secrecy::SecretString,
    egress: Egress,
}

impl<'a> RunningServer<'a> {
    /// The server at an address, whose certificate a root of the system or one of these vouches for (PEM).
    pub fn at(address: &'a Url, token_file: &'a Path, extra_roots: String) -> anyhow::Result<Self> {
        let is_here = match address.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        anyhow::ensure!(
            address.scheme() == "https" || is_here,
            "{address} is not https: the token and all secrets would cross the network in the clear"
        );
        // The operator chose that address, so every network may be reached.
        let everywhere = ["0.0.0.0/0", "::/0"].map(str::parse);
        Ok(Self {
            address,
            token_file,
            token: token(token_file)?.into(),
            egress: Egress::new(EgressPolicy {
                exceptions: everywhere.into_iter().flatten().collect(),
                deadline: PATIENCE,
                max_answer_len: 4 * LARGEST,
                extra_roots,
            })?,
        })
    }

    /// Sends a manifest with its secrets; answers what came of it, and why it ended early.
    pub async fn apply(
        &self,
        manifest: Manifest,
        wishes: Wishes,
    ) -> anyhow::Result<(Vec<String>, Option<String>)> {
        let (manifest, secrets) = manifest.with_secrets()?;
        let sent = Sent {
            manifest,
            secrets,
            wishes,
        };
        let address = self.address.join(PATH)?;
        let answer = self
            .answer(self.egress.post_json(address.as_str(), &sent))
            .await?;
        let answered: Answered = self.understood(&answer)?;
        Ok((answered.lines, answered.error))
    }

    /// What is configured there, of one tenant or of all, as a manifest.
    pub async fn written(&self, tenant: Option<&str>) -> anyhow::Result<String> {
        let mut address = self.address.join(PATH)?;
        if let Some(tenant) = tenant {
            address.query_pairs_mut().append_pair("tenant", tenant);
        }
        let answer = self.answer(self.egress.get(address.as_str())).await?;
        match self.understood(&answer)? {
            Written::Manifest(text) => Ok(text),
            Written::Error(error) => Err(anyhow::anyhow!(error)),
        }
    }

    fn understood<T: serde::de::DeserializeOwned>(&self, answer: &Answer) -> anyhow::Result<T> {
        let told = || format!("{} answers something else", self.address);
        answer.json().with_context(told)
    }

    /// The answer to what is asked with the token, or why there is none.
    async fn answer(&self, request: consentry_egress::Request<'_>) -> anyhow::Result<Answer> {
        let server = self.address;
        let answer = request.bearer_auth(self.token.expose_secret()).send().await;
        let answer = answer.with_context(|| server.to_string())?;
        match answer.status.as_u16() {
            200 | 422 => Ok(answer),
            401 => anyhow::bail!(
                "{server} does not take the token in {}",
                self.token_file.display()
            ),
            404 => {
                anyhow::bail!("{server} takes no manifests: server.operator_token_file names no token there")
            }
            413 => anyhow::bail!(
                "the manifest with its secrets is larger than {LARGEST} bytes; apply it in parts"
            ),
            503 => anyhow::bail!(
                "{server} cannot apply it now, or it takes longer than server.deadline_seconds there and goes on; apply it again later"
            ),
            status => anyhow::bail!("{server} answers with status {status}"),
        }
    }
}

/// How long applying may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(2);
