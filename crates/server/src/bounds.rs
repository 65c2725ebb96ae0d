//! What holds for every request at whatever door: how large its body may be, and how long it may take.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use consentry_web::{
    deadline::Deadline,
    error::{ApiError, registry},
    routes::Refusals,
};
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
pub async fn hold(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(Deadline(bounds.deadline));
    let largest = if consentry_door_preferences::takes_proofs(parts.uri.path()) {
        consentry_door_preferences::LARGEST_WITH_PROOFS
    } else {
        LARGEST_BODY
    };
    let body = Body::new(Limited::new(body, largest));
    let answer = next.run(Request::from_parts(parts.clone(), body));
    match tokio::time::timeout(bounds.deadline, answer).await {
        Ok(answer) => answer,
        Err(_) => {
            let error = ApiError::new(&registry::OVERLOADED).retry_after(PATIENCE);
            bounds.refusals.answer(parts, error).await
        }
    }
}
