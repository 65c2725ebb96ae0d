//! A failure as a page for people.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{ApiError, deferred, finish};
use crate::{
    headers::{self, EmbedHeaders},
    page::{Page, respond},
    request_id::RequestId,
};

/// A failure that is answered as a page.
///
/// Heading and message default to words for the status; a door that knows better sets them.
#[derive(Debug)]
pub struct HtmlFailure {
    /// What failed.
    pub error: ApiError,
    /// Language and brand; its title is replaced by the heading.
    pub page: Page,
    /// What happened, as the page's heading.
    pub heading: Option<String>,
    /// What the person can do.
    pub message: Option<String>,
    /// Where to get help, as a sentence of its own.
    pub help: Option<String>,
    /// A line for support, such as the `Unauthorized` of the dashboard (A4.4).
    pub technical: Option<String>,
    /// Where to go on: words and address.
    pub way_out: Option<(String, String)>,
    /// Headers of embedded pages, instead of those of [`headers::page`].
    pub embed: Option<EmbedHeaders>,
}

impl HtmlFailure {
    /// A failure with the words for its status.
    pub fn new(error: ApiError, page: Page) -> Self {
        Self {
            error,
            page,
            heading: None,
            message: None,
            help: None,
            technical: None,
            way_out: None,
            embed: None,
        }
    }
}

impl IntoResponse for HtmlFailure {
    fn into_response(self) -> Response {
        let Self {
            error,
            mut page,
            heading,
            message,
            help,
            technical,
            way_out,
            embed,
        } = self;
        let (own_heading, own_message) = words(&page, error.status());
        page.title = heading.unwrap_or(own_heading);
        let view = View {
            page,
            message: message.unwrap_or(own_message),
            help: help.unwrap_or_default(),
            technical: technical.unwrap_or_default(),
            way_out,
            embed,
        };
        deferred(error, move |error, id| render(error, id, &view))
    }
}

/// Whether a person's browser asks: it names HTML among what it takes.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html"))
}

/// Renders a failure as a page with the words for its status.
pub fn html(error: &ApiError, id: &RequestId, page: &Page) -> Response {
    let (heading, message) = words(page, error.status());
    let view = View {
        page: Page {
            title: heading,
            ..page.clone()
        },
        message,
        help: String::new(),
        technical: String::new(),
        way_out: None,
        embed: None,
    };
    render(error, id, &view)
}

/// What of the page does not depend on the request id.
struct View {
    page: Page,
    message: String,
    help: String,
    technical: String,
    way_out: Option<(String, String)>,
    embed: Option<EmbedHeaders>,
}

#[derive(askama::Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    page: &'a Page,
    message: &'a str,
    help: &'a str,
    technical: &'a str,
    way_out: Option<&'a (String, String)>,
    code: &'a str,
    request_id: String,
}

fn render(error: &ApiError, id: &RequestId, view: &View) -> Response {
    let answer = respond(&FailurePage {
        page: &view.page,
        message: &view.message,
        help: &view.help,
        technical: &view.technical,
        way_out: view.way_out.as_ref(),
        code: error.code.name,
        request_id: id.to_string(),
    });
    let mut answer = finish(error, answer);
    match &view.embed {
        Some(embed) => embed.apply(answer.headers_mut()),
        None => headers::page(&[]).apply(answer.headers_mut()),
    }
    answer.headers_mut().insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(view.page.language.tag),
    );
    answer
}

fn words(page: &Page, status: StatusCode) -> (String, String) {
    let (heading, message) = match status {
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => (
            page.text("failure-forbidden-title"),
            page.text("failure-forbidden-text"),
        ),
        StatusCode::NOT_FOUND => (
            page.text("failure-missing-title"),
            page.text("failure-missing-text"),
        ),
        // The address of a form, opened by itself: the page it stood on is gone.
        StatusCode::GONE | StatusCode::METHOD_NOT_ALLOWED => {
            (page.text("failure-over-title"), page.text("failure-over-text"))
        }
        StatusCode::TOO_MANY_REQUESTS => (page.text("failure-busy-title"), page.text("failure-busy-text")),
        status if status.is_server_error() => {
            (page.text("failure-ours-title"), page.text("failure-ours-text"))
        }
        _ => (
            page.text("failure-invalid-title"),
            page.text("failure-invalid-text"),
        ),
    };
    (heading.to_string(), message.to_string())
}
