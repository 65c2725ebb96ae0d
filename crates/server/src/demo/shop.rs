//! A shop on another origin, whose page shows and changes what people chose at the bank with `consentry.js` (consent-tokens-and-preferences
//! 11.3): no frame, no cookie, and nothing of it passes through the shop's own back end.

use askama::Template;
use axum::response::Response;
use consentry_web::page::Page;
use http::{HeaderValue, header};

use super::{
    BANK, Caller, DemoError,
    caller::{answer, brand},
    center::{NEWS, PUBLIC_KEY},
};

/// The shop's name.
const SHOP: &str = "Harbor Outdoor";

/// The colour of its page.
const COLOUR: &str = "#7a4a12";

#[derive(Debug, Template)]
#[template(path = "demo/shop.html")]
struct Shop {
    page: Page,
    bank: &'static str,
    /// Where the script is.
    base: String,
    key: &'static str,
    /// What can be chosen.
    purposes: [&'static str; 2],
}

/// `GET /demo/shop`.
pub(super) async fn page(caller: Caller) -> Result<Response, DemoError> {
    let base = &caller.demo.addresses.base_url;
    let title = caller
        .language
        .text("demo-shop-title")
        .with("bank", BANK)
        .to_string();
    let template = Shop {
        page: caller.page(title, brand(SHOP, COLOUR)),
        bank: BANK,
        base: base.clone(),
        key: PUBLIC_KEY,
        purposes: NEWS,
    };
    let mut shown = answer(&template.page, &template, &[], &[]);
    // All that the script asks for: itself, and answers of the bank's Consentry.
    let policy = shown.headers().get(header::CONTENT_SECURITY_POLICY);
    let policy = policy.and_then(|policy| policy.to_str().ok()).map(|policy| {
        policy
            .replace("script-src 'self'", &format!("script-src 'self' {base}"))
            .replace("connect-src 'self'", &format!("connect-src 'self' {base}"))
    });
    if let Some(policy) = policy.and_then(|policy| HeaderValue::from_str(&policy).ok()) {
        shown
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(shown)
}
