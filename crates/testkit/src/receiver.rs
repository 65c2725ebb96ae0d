//! A receiver of webhooks on this machine, which answers as a test wants it to and remembers what came.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use tokio::sync::Notify;

/// How long a test waits for what has to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A message that came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// How many came before it.
    pub nth: usize,
}

impl Received {
    /// The text of a header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap_or_default())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The type of the event, without prefix.
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().replace("consentry.", "")
    }
}

/// How a receiver answers.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// Status; 0 is 204.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// How long it takes.
    pub delay: Duration,
    /// What it says.
    pub body: String,
}

impl Reply {
    /// With a status, at once.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = if self.status == 0 { 204 } else { self.status };
        let mut answer = (StatusCode::from_u16(status).unwrap(), self.body).into_response();
        if let Some(when) = self.retry_after {
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, when.parse().unwrap());
        }
        answer
    }
}

/// The receiver; gone with the test.
#[derive(Debug)]
pub struct Receiver {
    /// Its address.
    pub url: String,
    came: Arc<Mutex<Vec<Received>>>,
    news: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

impl Receiver {
    /// Takes everything.
    pub async fn start() -> Self {
        Self::answering(|_| Reply::default()).await
    }

    /// Answers each message as `answer` says.
    #[expect(
        clippy::disallowed_methods,
        reason = "a receiver that is slow is what a test asks for"
    )]
    pub async fn answering(answer: impl Fn(&Received) -> Reply + Clone + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let came: Arc<Mutex<Vec<Received>>> = Arc::default();
        let news = Arc::new(Notify::new());
        let (kept, told) = (Arc::clone(&came), Arc::clone(&news));
        let router = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            let (kept, told, answer) = (Arc::clone(&kept), Arc::clone(&told), answer.clone());
            async move {
                let reply = {
                    let mut kept = kept.lock().unwrap();
                    let received = Received {
                        headers,
                        body,
                        nth: kept.len(),
                    };
                    let reply = answer(&received);
                    kept.push(received);
                    reply
                };
                told.notify_waiters();
                tokio::time::sleep(reply.delay).await;
                reply
            }
        });
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            came,
            news,
            task,
        }
    }

    /// What came until now, in the order in which it came.
    pub fn all(&self) -> Vec<Received> {
        self.came.lock().unwrap().clone()
    }

    /// Waits until so many came, and gives them. Panics when they do not come.
    pub async fn first(&self, count: usize) -> Vec<Received> {
        let waiting = async {
            loop {
                let news = self.news.notified();
                let all = self.all();
                if all.len() >= count {
                    return all;
                }
                news.await;
            }
        };
        let came = tokio::time::timeout(PATIENCE, waiting).await;
        came.unwrap_or_else(|_| panic!("{} of {count} messages came", self.all().len()))
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}
