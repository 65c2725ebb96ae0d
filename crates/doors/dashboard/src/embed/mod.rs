//! The embedded pages. Each works without script and without cookie: the page session travels in a hidden field of every form.

pub mod accounts;
pub mod activity;
pub mod authorizations;
pub mod clusters;
pub mod connection;
pub mod connections;
pub mod copy;
mod differing;
pub mod frame;
pub mod joint;
pub mod keep;
pub mod page_api;
pub mod page_changes;
pub mod page_consents;
pub mod page_session;
pub mod presented;
pub mod refusal;
mod repeated;
pub mod round;
pub mod several;
pub mod single;
pub mod stop;
mod ticks;
pub mod visitor;

use axum::response::{IntoResponse, Response};
use consentry_web::{error::ApiError, house::House, visit::Visit};
use http::request::Parts;

use self::{frame::Look, refusal::Refusal};

/// 404 and 405 below `/embed`, with the headers of every embedded answer (A9); a provider that is not enabled is refused first.
pub(crate) fn unserved(house: &House, parts: &Parts, error: ApiError) -> Response {
    match Visit::of(parts, house) {
        Ok(visit) => {
            let look = Look::of_visit(&visit);
            refusal::serving(&visit, look)
                .err()
                .unwrap_or_else(|| Refusal::plain(&visit, look, error))
                .into_response()
        }
        Err(unknown_host) => unknown_host.into_response(),
    }
}
