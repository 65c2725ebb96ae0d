//! What a person is told where there is nothing to answer (dataspace-consent-protocol 6.5, 9, 12).

use axum::response::Response;
use consentry_domain::client::Client;
use consentry_ledger::{
    dataspace::{SourceOutcome, SourceRequest},
    sessions::Session,
};
use consentry_web::{
    error::{ApiError, registry},
    page::{Page, ShownName},
    visit::Visit,
};
use http::StatusCode;

use super::{
    PageFailure,
    logging_in::{Door, door, way_in},
    look, returning,
};

#[derive(askama::Template)]
#[template(path = "dataspace/notice.html")]
struct NoticePage {
    page: Page,
    message: String,
    /// How the person can log in as somebody else.
    switch: Option<Door>,
    /// Where the application is, if that is known.
    back: Option<String>,
}

/// The time to answer is over.
pub(super) fn over() -> PageFailure {
    PageFailure::with_words(
        ApiError::new(&registry::GONE),
        "dataspace-over-title",
        "dataspace-over-text",
    )
}

/// A form of another session, or of no page of ours.
pub(super) fn foreign() -> PageFailure {
    PageFailure::with_words(
        ApiError::new(&registry::FORBIDDEN),
        "dataspace-foreign-title",
        "dataspace-foreign-text",
    )
}

/// Somebody else is logged in here. Who was meant is not told (dataspace-consent-protocol 6.5).
pub(super) async fn wrong_person(
    visit: &Visit,
    (id, request): (&str, &SourceRequest),
    session: &Session,
) -> Result<Response, PageFailure> {
    let way = way_in(visit, request)?;
    let mut page = look::new(visit, "dataspace-wrong-person-title");
    page.person = look::person(visit, session).await?;
    let template = NoticePage {
        message: page.text("dataspace-wrong-person-text").to_string(),
        switch: Some(door(&way, id, true)),
        back: None,
        page,
    };
    Ok(look::answer(
        StatusCode::FORBIDDEN,
        &template.page,
        &template,
        None,
    ))
}

/// The person said no often enough to be left alone for a while (dataspace-consent-protocol 12).
pub(super) fn asked_too_often(visit: &Visit, client: &Client, return_url: Option<String>) -> Response {
    let page = look::new(visit, "dataspace-often-title");
    let template = NoticePage {
        message: page
            .text("dataspace-often-text")
            .with("client", ShownName::new(&client.name).short)
            .to_string(),
        switch: None,
        back: return_url.map(|address| returning::with_status(&address, SourceOutcome::Fail)),
        page,
    };
    look::answer(StatusCode::TOO_MANY_REQUESTS, &template.page, &template, None)
}

/// The request was answered before.
pub(super) fn ended(visit: &Visit, request: &SourceRequest, outcome: SourceOutcome) -> Response {
    let (title, text) = match outcome {
        SourceOutcome::Success => ("dataspace-granted-title", "dataspace-granted-text"),
        SourceOutcome::Fail => ("dataspace-denied-title", "dataspace-denied-text"),
    };
    let page = look::new(visit, title);
    let back = request.return_url.as_deref();
    let template = NoticePage {
        message: page.text(text).to_string(),
        switch: None,
        back: back.map(|address| returning::with_status(address, outcome)),
        page,
    };
    look::answer(StatusCode::OK, &template.page, &template, None)
}
