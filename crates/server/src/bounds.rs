//! What holds for every request at whatever door: how large its body may be, and how long it may take.

use std::{net::SocketAddr, time::Duration};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    response::Response,
};
use consentry_web::{
    deadline::Deadline,
    error::{ApiError, registry},
    request_id,
    routes::Refusals,
};
use http::request::Parts;
use http_body_util::Limited;

/// Largest body any handler can read, in bytes. A larger one is refused by the door, in its own form and order of checks; routes have
/// smaller limits of their own, and those that take files larger ones.
const LARGEST_BODY: usize = 1024 * 1024;

/// Seconds after which a request that took too long may be repeated.
const PATIENCE: u32 = 5;

/// The bounds, and who answers where one is exceeded.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// How long a request may take.
    pub deadline: Duration,
    /// Answers in the shape of the path's owner.
    pub refusals: Refusals,
}

/// Lets a request through within its bounds.
pub async fn hold<F: Future<Output = Response>>(
    bounds: &Bounds,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(Deadline(bounds.deadline));
    let asked = asked(&parts);
    let largest = if consentry_door_preferences::takes_proofs(parts.uri.path()) {
        consentry_door_preferences::LARGEST_WITH_PROOFS
    } else {
        LARGEST_BODY
    };
    let body = Body::new(Limited::new(body, largest));
    let answer = next(Request::from_parts(parts, body));
    match tokio::time::timeout(bounds.deadline, answer).await {
        Ok(answer) => answer,
        Err(_) => {
            let error = ApiError::new(&registry::OVERLOADED).retry_after(PATIENCE);
            bounds.refusals.answer(asked, error).await
        }
    }
}

/// What a refusal looks at: what was sent, and by whom.
fn asked(parts: &Parts) -> Parts {
    let (mut asked, ()) = http::Request::new(()).into_parts();
    asked.method = parts.method.clone();
    asked.uri = parts.uri.clone();
    asked.version = parts.version;
    asked.headers = parts.headers.clone();
    if let Some(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>() {
        asked.extensions.insert(*peer);
    }
    asked.extensions.insert(request_id::of(parts));
    asked
}
