//! Nobody is answered from a memory that is older than the bound, where other nodes write to the same ledger.

use axum::{extract::Request, response::Response};
use consentry_ledger::Ledger;
use consentry_web::{
    error::{ApiError, registry},
    routes::Refusals,
};

/// Seconds after which somebody who could not be answered may ask again.
const PATIENCE: u32 = 1;

/// Paths that say how this node is rather than what is true.
const ABOUT_THIS_NODE: [&str; 2] = ["/health/", "/metrics"];

/// Whose memory it is, and who answers where it cannot be made current.
#[derive(Debug, Clone)]
pub struct Memory {
    /// The ledger.
    pub ledger: Ledger,
    /// Answers in the shape of the path's owner.
    pub refusals: Refusals,
}

/// Lets a request through once this node's memory is current.
pub async fn bound<F: Future<Output = Response>>(
    memory: &Memory,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let path = request.uri().path();
    if ABOUT_THIS_NODE.iter().any(|about| path.starts_with(about)) {
        return next(request).await;
    }
    match memory.ledger.be_current().await {
        Ok(()) => next(request).await,
        Err(error) => {
            tracing::warn!(%error, "a request was not answered, since what other nodes wrote is not known");
            let (parts, _) = request.into_parts();
            let error = ApiError::new(&registry::STALE).retry_after(PATIENCE);
            memory.refusals.answer(parts, error).await
        }
    }
}
