//! Failures of the front channel: a page for people, the vendor's JSON for programs. None of them redirects anywhere (TPA-CB-02).

use axum::response::{IntoResponse, Response};
use consentry_ledger::{
    Fault,
    interactions::{ApproveError, Changed, MoveError},
};
use consentry_web::{
    error::{ApiError, HtmlFailure, Problem, Vendor, registry, wants_page},
    house::House,
    origin::CrossOrigin,
    visit::Visit,
};
use http::{HeaderMap, request::Parts};

use super::page;

/// A failure with the words a person gets for it.
#[derive(Debug)]
pub(super) struct Failure {
    pub error: ApiError,
    words: Option<Words>,
}

/// Message keys of heading and text.
type Words = (&'static str, &'static str);

/// The client is not known, or its address is not.
pub(super) const UNKNOWN_CLIENT: Words = ("auth-unknown-client-title", "auth-unknown-client-text");

/// The request cannot be answered at the address it names.
pub(super) const BAD_REQUEST: Words = ("auth-bad-request-title", "auth-bad-request-text");

/// The interaction is over.
pub(super) const OVER: Words = ("auth-over-title", "auth-over-text");

/// The interaction belongs to another browser, session or person.
pub(super) const FOREIGN: Words = ("auth-foreign-title", "auth-foreign-text");

/// The client changed while the page was open.
const CHANGED: Words = ("auth-changed-title", "auth-changed-text");

impl Failure {
    /// A failure with words of its own.
    pub(super) const fn with_words(error: ApiError, words: Words) -> Self {
        Self {
            error,
            words: Some(words),
        }
    }

    /// No such interaction.
    pub(super) fn unknown() -> Self {
        Self::with_words(
            ApiError::new(&registry::NOT_FOUND).detail("Interaction not found"),
            OVER,
        )
    }

    /// It was answered, has expired or was cancelled.
    pub(super) fn over() -> Self {
        Self::with_words(ApiError::new(&registry::GONE).detail("Interaction is over"), OVER)
    }

    /// Not in this browser, session or from this page.
    pub(super) fn foreign(detail: &'static str) -> Self {
        Self::with_words(ApiError::new(&registry::FORBIDDEN).detail(detail), FOREIGN)
    }

    /// As a page.
    pub(super) fn html(self, visit: &Visit, asked: &[String]) -> Response {
        let page = page::new(visit, asked, "auth-problem");
        let mut failure = HtmlFailure::new(self.error, page);
        if let Some((heading, message)) = self.words {
            failure.heading = Some(failure.page.text(heading).to_string());
            failure.message = Some(
                failure
                    .page
                    .text(message)
                    .with("bank", failure.page.brand.name.clone())
                    .to_string(),
            );
        }
        failure.into_response()
    }

    /// As a page where one is asked for, else as the vendor's JSON (TPA-CB-02).
    pub(super) fn negotiated(self, visit: &Visit, headers: &HeaderMap) -> Response {
        if wants_page(headers) {
            self.html(visit, &[])
        } else {
            Vendor(self.error).into_response()
        }
    }
}

/// 404 and 405 at the addresses of our own pages: a page for people, a problem document for programs.
pub(super) fn fallback(house: &House, parts: &Parts, error: ApiError) -> Response {
    if !wants_page(&parts.headers) {
        return Problem(error).into_response();
    }
    match Visit::of(parts, house) {
        Ok(visit) => Failure::from(error).html(&visit, &[]),
        Err(unknown) => unknown.into_response(),
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self { error, words: None }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        ApiError::from(fault).into()
    }
}

impl From<CrossOrigin> for Failure {
    fn from(error: CrossOrigin) -> Self {
        Self::with_words(error.into(), FOREIGN)
    }
}

impl From<MoveError> for Failure {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::Illegal(_) | MoveError::Overtaken => Self::over(),
            MoveError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ApproveError> for Failure {
    fn from(error: ApproveError) -> Self {
        match error {
            ApproveError::Over => Self::over(),
            ApproveError::NotAsked => ApiError::new(&registry::INVALID_REQUEST)
                .detail("granted_scope names what was not asked")
                .into(),
            ApproveError::Changed(changed) => changed.into(),
            ApproveError::Decision(error) => ApiError::internal(error).into(),
            ApproveError::Fault(fault) => fault.into(),
        }
    }
}

impl From<Changed> for Failure {
    fn from(changed: Changed) -> Self {
        let error = ApiError::new(&registry::INVALID_REQUEST)
            .detail("The request is no longer valid")
            .because(changed);
        Self::with_words(error, CHANGED)
    }
}
