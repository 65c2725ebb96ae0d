//! Pages for people: the question of an application, and what they agreed to (dataspace-consent-protocol 5.4, 5.5, 9).
//!
//! What lives here: addresses, forms, words. Nobody is asked here who is not logged in, and logging in is the authorization door's.

mod logging_in;
mod look;
mod notices;
mod portal;
mod request;
mod returning;
mod words;

use axum::response::{IntoResponse, Response};
use consentry_web::{
    error::{ApiError, HtmlFailure, Problem, wants_page},
    house::House,
    routes::{Cors, RouteTable},
    visit::Visit,
};
use http::request::Parts;

/// Adds the pages. None of them can be read from another origin, and each `GET` may write down what was shown, so none answers `HEAD`.
pub(crate) fn register(table: RouteTable<House>) -> RouteTable<House> {
    table
        .owns_with("/request", fallback)
        .owns_with("/portal", fallback)
        .get_only("/request/{id}", Cors::Never, request::get)
        .post("/request/{id}", Cors::Never, request::post)
        .get_only("/portal", Cors::Never, portal::get)
        .post("/portal", Cors::Never, portal::post)
}

/// A failure with the words a person gets for it; none: those of its code.
#[derive(Debug)]
pub(crate) struct PageFailure {
    error: ApiError,
    words: Option<(&'static str, &'static str)>,
}

impl PageFailure {
    const fn with_words(error: ApiError, heading: &'static str, message: &'static str) -> Self {
        Self {
            error,
            words: Some((heading, message)),
        }
    }

    fn html(self, visit: &Visit) -> Response {
        let page = look::new(visit, "dataspace-problem");
        let mut failure = HtmlFailure::new(self.error, page);
        if let Some((heading, message)) = self.words {
            failure.heading = Some(failure.page.text(heading).to_string());
            failure.message = Some(failure.page.text(message).to_string());
        }
        failure.into_response()
    }
}

impl<E: Into<ApiError>> From<E> for PageFailure {
    fn from(error: E) -> Self {
        Self {
            error: error.into(),
            words: None,
        }
    }
}

fn fallback(house: &House, parts: &Parts, error: ApiError) -> Response {
    if !wants_page(&parts.headers) {
        return Problem(error).into_response();
    }
    match Visit::of(parts, house) {
        Ok(visit) => PageFailure::from(error).html(&visit),
        Err(unknown) => unknown.into_response(),
    }
}
