//! Answers of the embedded pages that show nothing of a person: all of them framed and worded alike.

use axum::response::{IntoResponse, Response};
use consentry_web::{
    error::{ApiError, HtmlFailure, registry},
    headers::EmbedHeaders,
    texts::Text,
    visit::Visit,
};

use super::frame::{self, Look};
use crate::api;

/// A page that says why there is nothing to see.
#[derive(Debug)]
pub struct Refusal {
    failure: Box<HtmlFailure>,
    headers: EmbedHeaders,
}

impl Refusal {
    /// A failure with the words for its status.
    pub fn plain(visit: &Visit, look: Look, error: ApiError) -> Self {
        let headers = frame::headers(visit);
        let mut failure = HtmlFailure::new(error, frame::page(visit, look, ""));
        failure.embed = Some(headers.clone());
        Self {
            failure: Box::new(failure),
            headers,
        }
    }

    /// A failure in words of its own.
    pub fn worded(visit: &Visit, look: Look, error: ApiError, heading: &Text, message: &Text) -> Self {
        let mut refusal = Self::plain(visit, look, error);
        refusal.failure.heading = Some(heading.to_string());
        refusal.failure.message = Some(message.to_string());
        refusal.failure.help = help(visit, look);
        refusal
    }

    /// The view has closed (B7.3), as a refused opening (404) or a session that ended (401).
    pub fn session_over(visit: &Visit, look: Look, error: ApiError) -> Self {
        let text = |key| look.language.text(key);
        let mut refusal = Self::worded(
            visit,
            look,
            error,
            &text("dashboard-over-title"),
            &text("dashboard-over-text"),
        );
        // The word that the vendor documents for a token that was used (A4.4).
        refusal.failure.technical = Some("Unauthorized".to_owned());
        refusal
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.headers, *self.failure).into_response()
    }
}

/// Refuses every page of a provider that is not enabled (A0.4, B7.7).
pub fn serving(visit: &Visit, look: Look) -> Result<(), Refusal> {
    api::serving(visit).map_err(|error| {
        let text = |key| look.language.text(key);
        Refusal::worded(
            visit,
            look,
            error,
            &text("dashboard-unavailable-title"),
            &text("dashboard-unavailable-text"),
        )
    })
}

/// The session that a request presents is not alive.
pub fn session_ended(visit: &Visit, look: Look) -> Refusal {
    Refusal::session_over(visit, look, ApiError::new(&registry::SESSION_OVER))
}

/// The bank's help as a sentence, where the bank named any.
fn help(visit: &Visit, look: Look) -> Option<String> {
    let words = look
        .language
        .text("dashboard-help")
        .with("bank", &visit.tenant.tenant.brand.name)
        .with("help", frame::help(visit)?);
    Some(words.to_string())
}
