//! The start page: the story in its order.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use consentry_web::page::Page;

use super::{Demo, DemoError, bank_pages::html, seed::Customer};

#[derive(Debug, Template)]
#[template(path = "demo/start.html")]
struct Start<'a> {
    page: Page,
    customers: &'a [Customer],
    bank: String,
    issuer: String,
}

/// `GET /demo`.
pub(super) async fn page(State(demo): State<Arc<Demo>>) -> Result<Response, DemoError> {
    let start = Start {
        page: Demo::page("Consentry demo", "Consentry"),
        customers: &demo.bank.customers,
        bank: format!("{}/demo/bank", demo.addresses.bank_url),
        issuer: demo.issuer(),
    };
    html(&start, &[], &[])
}
