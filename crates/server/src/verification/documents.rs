//! Documents of providers from a file, and into one: so that a verdict can be reached again without a network, years later.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use consentry_verify::{BoxFuture, Fetch, FetchError, Request, ReqwestFetch, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What was answered at an address.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// HTTP status.
    #[serde(default = "found")]
    status: u16,
    /// By names in lower case.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// A text as it was, or JSON.
    body: Value,
}

const fn found() -> u16 {
    200
}

impl Document {
    fn of(response: &Response) -> Self {
        Self {
            status: response.status,
            headers: response
                .headers
                .iter()
                .filter(|(name, _)| ["content-type", "cache-control", "etag"].contains(&name.as_str()))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            body: Value::String(String::from_utf8_lossy(&response.body).into_owned()),
        }
    }

    fn response(&self) -> Response {
        let mut headers = self.headers.clone();
        let (kind, body) = match &self.body {
            Value::String(text) if text.starts_with("ey") => ("application/jwt", text.clone()),
            Value::String(text) => ("application/json", text.clone()),
            json => ("application/json", json.to_string()),
        };
        headers
            .entry("content-type".to_owned())
            .or_insert_with(|| kind.to_owned());
        Response {
            status: self.status,
            headers,
            body: body.into_bytes(),
        }
    }
}

/// Documents by where they are: the address, for what is posted with `POST ` before it.
#[derive(Clone, Debug, Default)]
pub struct Documents(Arc<BTreeMap<String, Document>>);

impl Documents {
    /// Reads a file of documents. Fails where it is none.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let named = || format!("cannot read documents from {}", file.display());
        let text = fs::read(file).with_context(named)?;
        let documents = serde_json::from_slice(&text).with_context(named)?;
        Ok(Self(Arc::new(documents)))
    }
}

impl Fetch for Documents {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, FetchError>> {
        let place = place_of(&request);
        let answer = self.0.get(&place).map(Document::response);
        Box::pin(async move {
            answer.ok_or_else(|| FetchError(format!("there is no document of {place} in the file")))
        })
    }
}

/// Asks the network, and keeps what it answers.
#[derive(Clone, Debug)]
pub struct Recorder {
    fetch: ReqwestFetch,
    seen: Arc<Mutex<BTreeMap<String, Document>>>,
}

impl Recorder {
    /// Asks with this sender.
    pub fn new(fetch: ReqwestFetch) -> Self {
        Self {
            fetch,
            seen: Arc::default(),
        }
    }

    /// Writes what was answered until now.
    pub fn save(&self, file: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(&*self.seen.lock().unwrap_or_else(PoisonError::into_inner))?;
        fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
    }
}

impl Fetch for Recorder {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, FetchError>> {
        let place = place_of(&request);
        Box::pin(async move {
            let response = self.fetch.send(request).await?;
            self.seen
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(place, Document::of(&response));
            Ok(response)
        })
    }
}

fn place_of(request: &Request) -> String {
    match request.method {
        "GET" => request.url.clone(),
        method => format!("{method} {}", request.url),
    }
}
