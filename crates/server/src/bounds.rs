//! What holds for every request at whatever door: how large its body may be, and how long it may take.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use consentry_web::{
    error::{ApiError, registry},
    routes::Refusals,
};
use http::{HeaderMap, header};

/// Largest body any route takes, in bytes; routes have smaller limits of their own, which hold for bodies of unknown length too.
const LARGEST_BODY: u64 = 1024 * 1024;

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
    let (parts, body) = request.into_parts();
    if declared(&parts.headers).is_some_and(|length| length > LARGEST_BODY) {
        let error = ApiError::new(&registry::PAYLOAD_TOO_LARGE)
            .detail(format!("the body is larger than {LARGEST_BODY} bytes"));
        return bounds.refusals.answer(&parts, error);
    }
    let answer = next.run(Request::from_parts(parts.clone(), body));
    match tokio::time::timeout(bounds.deadline, answer).await {
        Ok(answer) => answer,
        Err(_) => {
            let error = ApiError::new(&registry::OVERLOADED).retry_after(PATIENCE);
            bounds.refusals.answer(&parts, error)
        }
    }
}

fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
