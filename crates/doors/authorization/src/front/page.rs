//! What all hosted pages have in common: language, brand, headers.

use axum::response::{IntoResponse, Response};
use consentry_web::{
    headers::{self, FormTarget},
    page::{Brand, Page, respond},
    texts::{Language, negotiate},
    visit::Visit,
};
use http::{HeaderValue, header};
use url::Url;

/// Languages to speak to a person in, best first: what the request asks for, what the browser asks for, the tenant's own.
pub(super) fn languages(visit: &Visit, asked: &[String]) -> Vec<String> {
    let own = visit.tenant.tenant.locale.as_str().to_owned();
    asked
        .iter()
        .chain(&visit.languages)
        .cloned()
        .chain([own])
        .collect()
}

/// A page in the best of these languages, under the tenant's brand.
pub(super) fn new(visit: &Visit, asked: &[String], title: &'static str) -> Page {
    let language = negotiate(languages(visit, asked));
    titled(visit, language, language.text(title).to_string())
}

/// A page with a title that was formed before.
pub(super) fn titled(visit: &Visit, language: &'static Language, title: String) -> Page {
    let own = &visit.tenant.tenant.brand;
    let mut page = Page::new(language, title, Brand::from(&*visit.tenant));
    // Help may be a telephone number in words; only an address can be linked.
    let linked = |help: &&String| {
        ["https://", "mailto:", "tel:"]
            .iter()
            .any(|scheme| help.starts_with(scheme))
    };
    page.help = own.help.as_ref().filter(linked).cloned();
    page
}

/// The answer for a page whose forms may lead to these addresses (B.23).
pub(super) fn answer(page: &Page, template: &impl askama::Template, leads_to: &[&str]) -> Response {
    let targets: Vec<FormTarget> = leads_to
        .iter()
        .filter_map(|address| Url::parse(address).ok())
        .map(|url| FormTarget::covering(&url))
        .collect();
    let mut answer = (headers::page(&targets), respond(template)).into_response();
    answer.headers_mut().insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(page.language.tag),
    );
    answer
}
