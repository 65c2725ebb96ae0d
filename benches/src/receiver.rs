//! Receivers of webhooks on this machine, and endpoints that lead there.

use std::{
    sync::mpsc::{self, Receiver},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use axum::{Router, body::Bytes, http::StatusCode};
use serde_json::{Value, json};

use crate::{
    clock,
    demo::Demo,
    http::{Connection, Request},
};

/// Somebody who takes every message, and notes when it came.
pub struct Hearing {
    /// Their address.
    pub url: String,
    /// The moments.
    pub came: Receiver<Instant>,
}

impl Hearing {
    /// Listens on a thread of its own until the program ends; each answer takes this long.
    pub fn start(delay: Duration) -> Result<Self> {
        let (told, came) = mpsc::channel();
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}/hook", listener.local_addr()?);
        std::thread::spawn(move || -> Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let router = Router::new().fallback(move |_body: Bytes| {
                    // Whoever asks for no moments any more is not told them.
                    let _heard = told.send(clock::now());
                    async move {
                        pause(delay).await;
                        StatusCode::NO_CONTENT
                    }
                });
                let listener = tokio::net::TcpListener::from_std(listener)?;
                axum::serve(listener, router).await?;
                Ok(())
            })
        });
        Ok(Self { url, came })
    }
}

#[expect(clippy::disallowed_methods, reason = "a slow receiver is what is measured")]
async fn pause(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

/// A request of the demo's back end to webhooks.
pub fn webhooks(demo: &Demo, method: &str, path: &str) -> Result<Request> {
    let client = "/authorization/first_party";
    Ok(
        Request::new(method, &format!("/webhooks/v1{path}"), demo.address()?).basic(
            demo.fact(&format!("{client}/client_id"))?,
            demo.fact(&format!("{client}/client_secret"))?,
        ),
    )
}

/// Makes an endpoint that leads there; answers its id. `more` are its other settings.
pub async fn endpoint(demo: &Demo, connection: &mut Connection, url: &str, more: &Value) -> Result<String> {
    let mut wish = json!({ "url": url });
    for (name, value) in more.as_object().into_iter().flatten() {
        wish[name] = value.clone();
    }
    let request = webhooks(demo, "POST", "/endpoints")?.body("application/json", wish.to_string());
    let answer = connection.send(&request.bytes()).await?;
    answer.expect(201)?;
    let made: Value = serde_json::from_slice(answer.body)?;
    let id = made["id"].as_str().context("an endpoint without id")?;
    Ok(id.to_owned())
}
