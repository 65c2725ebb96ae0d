//! A provider whose answers a test chooses, and which counts what it is asked. The tokens are those of the vectors.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use consentry_verify::{
    BoxFuture, ConsentSettings, ConsentVerifier, Environment, Fetch, FetchError, Request, Response, Shown,
};
use serde_json::{Value, json};

use crate::vectors::{answer_of, consent_settings, read};

pub const CONFIGURATION: &str =
    "https://consent.northbay.example/.well-known/dataspace/consent-configuration.json";
pub const JWKS: &str = "https://consent.northbay.example/.well-known/jwks.json";
pub const FEED: &str = "https://consent.northbay.example/.well-known/dataspace/consent-revocations.jwt";

/// The case of a name.
pub fn case<'f>(file: &'f Value, name: &str) -> &'f Value {
    let cases = file["cases"].as_array().unwrap();
    cases.iter().find(|case| case["name"] == name).unwrap()
}

#[derive(Clone)]
pub struct Provider(Arc<Inside>);

struct Inside {
    file: Value,
    now: AtomicI64,
    documents: Mutex<Value>,
    asked: Mutex<Vec<Request>>,
    beside: Mutex<Vec<BoxFuture<'static, ()>>>,
    gate: tokio::sync::Semaphore,
}

const OPEN: usize = 1 << 20;

impl Provider {
    pub fn new() -> Self {
        let file = read("consent-token.json");
        Self(Arc::new(Inside {
            now: AtomicI64::new(file["now"].as_i64().unwrap()),
            documents: Mutex::new(file["documents"].clone()),
            asked: Mutex::default(),
            beside: Mutex::default(),
            gate: tokio::sync::Semaphore::new(OPEN),
            file,
        }))
    }

    pub fn file(&self) -> &Value {
        &self.0.file
    }

    pub fn settings(&self) -> ConsentSettings {
        consent_settings(&self.0.file["settings"])
    }

    pub fn verifier(&self, change: impl FnOnce(&mut ConsentSettings)) -> ConsentVerifier {
        let mut settings = self.settings();
        change(&mut settings);
        let (clock, beside) = (self.clone(), self.clone());
        let environment = Environment::new(self.clone())
            .with_clock(move || clock.0.now.load(Ordering::SeqCst))
            .with_spread(0.0)
            .with_background(move |work| beside.0.beside.lock().unwrap().push(work));
        ConsentVerifier::new(settings, environment).unwrap()
    }

    pub fn advance(&self, seconds: i64) {
        self.0.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// What stands at an address from now on.
    pub fn put(&self, place: &str, document: Value) {
        self.0.documents.lock().unwrap()[place] = document;
    }

    /// Publishes these keys and no other.
    pub fn publish(&self, kids: &[&str], cache_control: &str) {
        let mut document = self.0.file["documents"][JWKS].clone();
        let set: Value = serde_json::from_str(document["body"].as_str().unwrap()).unwrap();
        let keys: Vec<&Value> = set["keys"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|key| kids.contains(&key["kid"].as_str().unwrap()))
            .collect();
        document["body"] = json!(json!({ "keys": keys }).to_string());
        document["headers"]["cache-control"] = json!(cache_control);
        self.put(JWKS, document);
    }

    /// Publishes the feed of a case.
    pub fn feed(&self, name: &str, etag: Option<&str>) {
        let mut document = case(&self.0.file, name)["documents"][FEED].clone();
        if let Some(etag) = etag {
            document["headers"]["etag"] = json!(etag);
        }
        self.put(FEED, document);
    }

    pub fn count(&self, place: &str) -> usize {
        let asked = self.0.asked.lock().unwrap();
        asked.iter().filter(|request| request.url == place).count()
    }

    pub fn asked(&self) -> Vec<Request> {
        self.0.asked.lock().unwrap().clone()
    }

    /// Answers wait until the gate is opened again.
    pub async fn close(&self) {
        let all = self.0.gate.acquire_many(u32::try_from(OPEN).unwrap());
        all.await.unwrap().forget();
    }

    pub fn open(&self) {
        self.0.gate.add_permits(OPEN);
    }

    /// How many refreshes wait to be run.
    pub fn beside(&self) -> usize {
        self.0.beside.lock().unwrap().len()
    }

    pub async fn run_beside(&self) {
        let all = std::mem::take(&mut *self.0.beside.lock().unwrap());
        for work in all {
            work.await;
        }
    }

    /// The verdict about the token of a case.
    pub async fn code(&self, verifier: &ConsentVerifier, name: &str) -> &'static str {
        let shown = Shown {
            token: case(&self.0.file, name)["token"].as_str(),
            ..Shown::default()
        };
        match verifier.verify(shown).await {
            Ok(_) => "ok",
            Err(refused) => refused.code.as_str(),
        }
    }
}

impl Fetch for Provider {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, FetchError>> {
        self.0.asked.lock().unwrap().push(request.clone());
        Box::pin(async move {
            drop(self.0.gate.acquire().await);
            let answer = answer_of(&self.0.documents.lock().unwrap()[&request.url]);
            let mut answer = answer.ok_or_else(|| FetchError("unreachable".to_owned()))?;
            let etag = answer.headers.get("etag");
            let known = request
                .headers
                .iter()
                .any(|(name, value)| name == "if-none-match" && Some(value) == etag);
            if known {
                answer.status = 304;
                answer.body.clear();
            }
            Ok(answer)
        })
    }
}
