//! A server of somebody else on this machine: it answers what it is told to, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, response::IntoResponse};
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;

/// The peer; gone when dropped.
pub struct Peer {
    /// Its address, without slash at the end.
    pub address: String,
    shared: Arc<Mutex<Shared>>,
    serving: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    status: u16,
    body: String,
    asked: Vec<Asked>,
}

/// One request it got.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: String,
}

impl Peer {
    /// Answers 200 with this body.
    pub async fn start(body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Mutex::new(Shared {
            status: 200,
            body: body.to_owned(),
            asked: Vec::new(),
        }));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            shared,
            serving,
        }
    }

    /// Answers something else from now on.
    pub fn answers(&self, status: u16, body: &str) {
        let mut shared = self.shared.lock().unwrap();
        shared.status = status;
        shared.body = body.to_owned();
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.lock().unwrap().asked.clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(
    State(shared): State<Arc<Mutex<Shared>>>,
    headers: HeaderMap,
    body: String,
) -> impl IntoResponse {
    let mut shared = shared.lock().unwrap();
    shared.asked.push(Asked { headers, body });
    (StatusCode::from_u16(shared.status).unwrap(), shared.body.clone())
}
