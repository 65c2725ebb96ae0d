//! What can go wrong on the demo's pages, in words for people.

use axum::response::{IntoResponse, Response};
use consentry_web::{
    error::{ApiError, HtmlFailure, registry},
    texts::{Language, accepted, negotiate},
};
use http::request::Parts;

use super::{BANK, caller::brand};

/// Why the demo could not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// A door could not be reached or did not answer as expected.
    #[error("{what} did not work: {why}")]
    Door {
        /// Which call.
        what: &'static str,
        /// What came back.
        why: String,
    },
    /// An answer came back that this browser did not ask for.
    #[error("this answer belongs to no request of this browser")]
    Browser,
    /// The question is for somebody else than is signed in at the bank.
    #[error("somebody else is signed in at the bank")]
    Person,
    /// A form was sent before, was not made for this browser, or is not one of ours.
    #[error("this form was not made for this browser")]
    Form,
    /// What is asked about was answered, has run out or was never there.
    #[error("this question is over")]
    Over,
    /// A mail that was never there, or is kept no longer.
    #[error("this mail is not kept")]
    NoMail,
    /// The demo keeps its data, so its clock follows the machine's.
    #[error("the clock of this demo cannot be moved")]
    ClockStands,
}

/// Message keys of heading and text.
type Words = (&'static str, &'static str);

impl DemoError {
    /// The failure as a page.
    pub(super) fn page(self, language: &'static Language) -> Response {
        let (code, words) = match &self {
            Self::Door { .. } => (&registry::UNAVAILABLE, None),
            Self::Browser => (
                &registry::INVALID_REQUEST,
                Some(("demo-failed-browser", "demo-failed-browser-text")),
            ),
            Self::Person => (
                &registry::FORBIDDEN,
                Some(("demo-failed-person", "demo-failed-person-text")),
            ),
            Self::Form => (
                &registry::INVALID_REQUEST,
                Some(("demo-failed-form", "demo-failed-form-text")),
            ),
            Self::Over => (&registry::GONE, Some(("auth-over-title", "auth-over-text"))),
            Self::NoMail => (
                &registry::NOT_FOUND,
                Some(("demo-failed-mail", "demo-failed-mail-text")),
            ),
            Self::ClockStands => (
                &registry::CONFLICT,
                Some(("demo-failed-clock", "demo-failed-clock-text")),
            ),
        };
        failure_page(language, ApiError::new(code).because(self), words)
    }
}

impl From<DemoError> for ApiError {
    fn from(error: DemoError) -> Self {
        Self::new(&registry::UNAVAILABLE).because(error)
    }
}

/// A failure as a page that leads back to the start. Without words of its own it gets those for its status.
pub(super) fn failure_page(language: &'static Language, error: ApiError, words: Option<Words>) -> Response {
    let page = consentry_web::page::Page::new(language, "", brand("Consentry", super::COLOUR));
    let mut failure = HtmlFailure::new(error, page);
    if let Some((heading, message)) = words {
        failure.heading = Some(language.text(heading).to_string());
        failure.message = Some(language.text(message).with("bank", BANK).to_string());
    }
    failure.way_out = Some((language.text("demo-start").to_string(), "/demo".to_owned()));
    failure.into_response()
}

/// 404 and 405 below `/demo`.
pub(super) fn fallback(parts: &Parts, error: ApiError) -> Response {
    failure_page(negotiate(accepted(&parts.headers)), error, None)
}
