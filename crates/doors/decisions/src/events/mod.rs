//! The event stream: pages, server-sent events, the catalogue, and the revocation feed (enforcement-events-evidence 3 and 4).
//!
//! What lives here: parameters, pages as JSON, the lines of a stream, and what happens to a reader that is slow or loses its credential.
//! What an event says, to whom, and where a cursor leads is the ledger's [`feed`](consentry_ledger::feed).

mod accept;
mod catalogue;
mod pages;
mod readers;
mod revocations;
mod stream;
mod wish;

pub(crate) use self::{
    catalogue::{schema, types},
    pages::{one, page},
    revocations::revocations,
    stream::{stream, ticket},
};

/// Where the stream is.
pub(crate) const BASE: &str = "/events/v1";

use consentry_ledger::feed::FeedError;
use consentry_web::error::{ApiError, FieldError, registry};

/// Seconds after which a reader that found no place may come again.
const PATIENCE: u32 = 10;

/// What a reader is told where nothing can be read.
fn refused(error: FeedError) -> ApiError {
    match error {
        FeedError::CursorMismatch => ApiError::new(&registry::CURSOR_MISMATCH),
        FeedError::CursorExpired { oldest } => {
            let expired = ApiError::new(&registry::CURSOR_EXPIRED);
            match oldest {
                Some(oldest) => expired.detail(format!(
                    "events before {oldest} are no longer served; start with from=earliest"
                )),
                None => expired.detail("the cursor is of another log; start with from=earliest"),
            }
        }
        FeedError::SubjectsHidden => ApiError::new(&registry::INSUFFICIENT_SCOPE)
            .detail("people by our own ids are for readers of the tenant with the scope subjects:read"),
        FeedError::UnknownIssuer => ApiError::new(&registry::INVALID_PARAMETER)
            .field(FieldError::parameter("subject_issuer", "is no issuer of names")),
        FeedError::TooManyOfReader { most } => ApiError::new(&registry::RATE_LIMITED)
            .detail(format!(
                "there are {most} streams of this reader already; close one"
            ))
            .retry_after(PATIENCE),
        FeedError::TooManyOfTenant => ApiError::new(&registry::OVERLOADED).retry_after(PATIENCE),
        FeedError::Stopping => ApiError::new(&registry::UNAVAILABLE).retry_after(PATIENCE),
        FeedError::Fault(fault) => fault.into(),
    }
}
