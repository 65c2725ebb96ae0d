//! The start page: the story in its order, who plays, and what else there is to try.

use askama::Template;
use axum::response::Response;
use consentry_web::page::Page;
use jiff::tz::TimeZone;

use super::{
    COLOUR, Caller, DemoError,
    caller::{answer, brand},
    seed::Customer,
    third_party::{MONEYTRACK, PENNYWISE},
};

#[derive(Debug, Template)]
#[template(path = "demo/start.html")]
struct Start<'a> {
    page: Page,
    ada: Option<&'a Customer>,
    customers: &'a [Customer],
    moneytrack: &'static str,
    pennywise: &'static str,
    bank: String,
    shop: String,
    issuer: String,
    /// What time it is, where the clock can be moved.
    now: Option<String>,
}

/// `GET /demo`.
pub(super) async fn page(caller: Caller) -> Result<Response, DemoError> {
    let demo = &caller.demo;
    let language = caller.language;
    let now = demo.movable_clock().map(|_| {
        let now = demo.now().to_jiff().to_zoned(TimeZone::UTC);
        language.moment(&now)
    });
    let template = Start {
        page: caller.page(
            language.text("demo-title").to_string(),
            brand("Consentry", COLOUR),
        ),
        ada: demo.bank.customers.first(),
        customers: &demo.bank.customers,
        moneytrack: MONEYTRACK.name,
        pennywise: PENNYWISE.name,
        bank: format!("{}/demo/bank", demo.addresses.bank_url),
        shop: format!("{}/demo/shop", demo.addresses.bank_url),
        issuer: demo.issuer(),
        now,
    };
    Ok(answer(&template.page, &template, &[], &[]))
}
