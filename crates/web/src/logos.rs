//! Pictures of those who ask, from our own address: `/logos/{name}`.
//!
//! A picture's name is its hash, so browsers keep it for ever and every node serves the same. Where they come from is told in
//! [`consentry_ledger::logos`]; a page shows an initial where there is none.

use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use consentry_domain::client::{Client, Party};
use consentry_ledger::{TenantSnapshot, logos::Logo};
use http::{HeaderName, HeaderValue, header};

use crate::{
    error::{ApiError, Problem, registry},
    house::House,
    routes::{Cors, RouteTable},
    visit::Visit,
};

/// The path of a client's picture; empty where there is none.
pub fn of_client(tenant: &TenantSnapshot, client: &Client) -> String {
    tenant.logo_of(client).map(|logo| path(logo)).unwrap_or_default()
}

/// The path of a party's picture; empty where there is none.
pub fn of_party(tenant: &TenantSnapshot, party: &Party) -> String {
    tenant
        .logo_of_party(party)
        .map(|logo| path(logo))
        .unwrap_or_default()
}

fn path(logo: &Logo) -> String {
    format!("/logos/{}.png", logo.name())
}

/// The routes under `/logos`.
pub fn routes() -> RouteTable<House> {
    RouteTable::new("logos")
        .owns("/logos", |_, error| Problem(error).into_response())
        .get("/logos/{name}", Cors::Never, get)
}

async fn get(visit: Visit, Path(name): Path<String>) -> Response {
    let name = name.strip_suffix(".png");
    let Some(logo) = name.and_then(|name| visit.tenant.logos.named(name)) else {
        return Problem(ApiError::new(&registry::NOT_FOUND)).into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Opened by itself it is a document; it may load nothing.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox; frame-ancestors 'none'",
        ),
        // The first party's own page shows who asks too (third-party-authorization A.9).
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, logo.png()).into_response()
}
