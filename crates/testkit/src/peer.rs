//! A server of somebody else on this machine: it answers what it is told to, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri, header};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
};

use crate::receiver::PATIENCE;

/// The peer; gone when dropped.
#[derive(Debug)]
pub struct Peer {
    /// Its address, without slash at the end.
    pub address: String,
    shared: Arc<Shared>,
    serving: tokio::task::JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    status: Mutex<(u16, String)>,
    asked: Mutex<Vec<Asked>>,
    /// Somebody asked.
    news: Notify,
    /// Whether answers wait.
    held: watch::Sender<bool>,
}

/// One request it got.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its path and query, as they were written.
    pub path: String,
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
        let shared = Arc::new(Shared {
            status: Mutex::new((200, body.to_owned())),
            asked: Mutex::default(),
            news: Notify::new(),
            held: watch::Sender::new(false),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            shared,
            serving,
        }
    }

    /// Answers something else from now on. A redirect leads to `/elsewhere`.
    pub fn answers(&self, status: u16, body: &str) {
        *self.shared.status.lock().unwrap() = (status, body.to_owned());
    }

    /// Whether it keeps those waiting who asked, until it does so no more.
    pub fn holds(&self, held: bool) {
        self.shared.held.send_replace(held);
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Waits until it was asked so often. Panics when it is not.
    pub async fn was_asked(&self, times: usize) {
        let waiting = async {
            loop {
                let news = self.shared.news.notified();
                if self.asked().len() >= times {
                    return;
                }
                news.await;
            }
        };
        let came = tokio::time::timeout(PATIENCE, waiting).await;
        came.unwrap_or_else(|_| panic!("asked {} times, not {times}", self.asked().len()));
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    shared.asked.lock().unwrap().push(Asked {
        path: uri.to_string(),
        headers,
        body,
    });
    shared.news.notify_waiters();
    let mut held = shared.held.subscribe();
    // The peer is gone with its test.
    let _ = held.wait_for(|held| !held).await;
    let (status, body) = shared.status.lock().unwrap().clone();
    let status = StatusCode::from_u16(status).unwrap();
    if status.is_redirection() {
        return (status, [(header::LOCATION, "/elsewhere")], body).into_response();
    }
    (status, body).into_response()
}
