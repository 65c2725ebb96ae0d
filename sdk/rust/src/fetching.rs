//! What leaves the process: one request, within limits, to addresses that somebody configured.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher as _, Hasher as _};
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::error::{Code, Refused};
use crate::json::{Malformed, read_object};
use crate::parsing::MAX_URI;

/// Most bytes of a document.
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1024;

/// A future that somebody else runs.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A request. Whoever sends it follows no redirect and reads no more than `max_bytes` of the answer.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where to.
    pub url: String,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Beyond those that the sender adds itself.
    pub headers: Vec<(String, String)>,
    /// What is posted.
    pub body: Option<Vec<u8>>,
    /// Most bytes of the answer.
    pub max_bytes: usize,
}

impl Request {
    pub(crate) fn get(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            method: "GET",
            headers: Vec::new(),
            body: None,
            max_bytes: MAX_DOCUMENT_BYTES,
        }
    }

    pub(crate) fn post(url: &str, kind: &str, body: String, headers: Vec<(String, String)>) -> Self {
        let mut sent = vec![("content-type".to_owned(), kind.to_owned())];
        sent.extend(headers);
        Self {
            method: "POST",
            headers: sent,
            body: Some(body.into_bytes()),
            ..Self::get(url)
        }
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// By names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

/// From 1 for what is kept shortest to what is kept longest, in seconds, and what holds where nothing is said.
#[derive(Clone, Copy)]
pub(crate) struct Kept {
    pub standard: i64,
    pub least: i64,
    pub most: i64,
}

impl Response {
    /// Its media type without parameters, in lower case.
    pub(crate) fn media_type(&self) -> String {
        let whole = self.headers.get("content-type").map_or("", String::as_str);
        whole
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    }

    /// Its JSON object.
    pub(crate) fn json(&self) -> Result<Map<String, Value>, Malformed> {
        let kind = self.media_type();
        let is_json = kind == "application/json"
            || kind
                .split_once('/')
                .is_some_and(|(top, sub)| !top.is_empty() && sub.len() > 5 && sub.ends_with("+json"));
        if !is_json {
            return Err("not JSON by its type".into());
        }
        read_object(&self.body)
    }

    /// For how many seconds it may be kept.
    pub(crate) fn max_age(&self, kept: Kept) -> i64 {
        let control = self
            .headers
            .get("cache-control")
            .map_or(String::new(), |value| value.to_ascii_lowercase());
        let mut directives = control.split([',', ' ', '\t']);
        if control.contains("no-store") || control.contains("no-cache") {
            return kept.least;
        }
        directives
            .find_map(|directive| directive.strip_prefix("max-age="))
            .and_then(|seconds| seconds.trim_matches('"').parse().ok())
            .map_or(kept.standard, |seconds: i64| seconds.clamp(kept.least, kept.most))
    }
}

/// No answer came, or it was larger than allowed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct FetchError(pub String);

/// Sends requests: no redirects, no more of an answer than asked for, and not for ever.
pub trait Fetch: Send + Sync + 'static {
    /// Sends one.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, FetchError>>;
}

/// Seconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Runs a refresh beside the request that noticed that it is due.
pub type Background = Arc<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>;

/// Headers that authenticate, made for each request.
pub type Headers = Arc<dyn Fn() -> Vec<(String, String)> + Send + Sync>;

/// What a verifier takes from outside.
#[derive(Clone)]
pub struct Environment {
    fetch: Arc<dyn Fetch>,
    clock: Clock,
    spread: f64,
    background: Background,
}

impl Environment {
    /// With the clock of the system and tasks of tokio.
    pub fn new(fetch: impl Fetch) -> Self {
        let drawn = std::hash::RandomState::new().build_hasher().finish();
        Self {
            fetch: Arc::new(fetch),
            clock: Arc::new(system_seconds),
            spread: f64::from(u8::try_from(drawn >> 56).unwrap_or_default()) / 255.0,
            background: Arc::new(|work| drop(tokio::spawn(work))),
        }
    }

    /// With another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// How early this process refreshes keys, from 0 (at 80 % of their freshness) to 1 (at 75 %), so that not all do at once.
    #[must_use]
    pub fn with_spread(mut self, spread: f64) -> Self {
        self.spread = spread.clamp(0.0, 1.0);
        self
    }

    /// With another way to run refreshes beside requests.
    #[must_use]
    pub fn with_background(mut self, run: impl Fn(BoxFuture<'static, ()>) + Send + Sync + 'static) -> Self {
        self.background = Arc::new(run);
        self
    }

    pub(crate) fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Which part of their freshness keys are used before they are refreshed.
    pub(crate) fn refresh_at(&self) -> f64 {
        0.8 - 0.05 * self.spread
    }

    pub(crate) fn run_beside(&self, work: BoxFuture<'static, ()>) {
        (self.background)(work);
    }

    /// Sends a request and holds the sender to the limits.
    pub(crate) async fn ask(&self, request: Request) -> Result<Response, FetchError> {
        let most = request.max_bytes;
        let response = self.fetch.send(request).await?;
        if response.body.len() > most {
            return Err(FetchError("the answer is too large".to_owned()));
        }
        Ok(response)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Environment").finish_non_exhaustive()
    }
}

#[expect(clippy::disallowed_methods, reason = "the clock of whoever gives no other")]
fn system_seconds() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Whether an address may be asked: https, or http on this very machine; no user, no fragment.
pub(crate) fn is_secure(url: &str) -> bool {
    let plain =
        url.len() <= MAX_URI && url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains(['#', '\\']);
    let Some((scheme, rest)) = url.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let local = ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| {
        authority
            .strip_prefix(host)
            .is_some_and(|port| port.is_empty() || port.starts_with(':'))
    });
    let named = !authority.is_empty() && !authority.starts_with(':') && !authority.contains('@');
    plain && named && (scheme == "https" || (scheme == "http" && local))
}

/// The same, for an address in a document.
pub(crate) fn require_secure(url: Option<&str>) -> Result<&str, Refused> {
    url.filter(|url| is_secure(url))
        .ok_or_else(|| Refused::because(Code::Configuration, "an address is missing or not https"))
}
