//! `GET` and `POST /embed/authorizations`: opening the dashboard, in the order of consent-dashboard A4.2. The tenant was resolved and
//! the method checked before; nothing below step 7 touches the token.

use std::sync::Arc;

use axum::{
    Json,
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{locale::Locale, tenant::ZoneName};
use consentry_ledger::embed::{OpenError, Opening, Presented};
use consentry_web::{
    error::{ApiError, registry},
    form, origin,
    page::Theme,
    parameters::{Parameters, Rules},
    query,
    visit::Visit,
};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::{
    connections::{self, Show},
    frame::{self, Look},
    presented,
    refusal::{self, Refusal},
    visitor::Visitor,
};
use crate::connector::Connector;

/// What a page load may be for (A4.2 step 5).
const PAGES: &[&str] = &["iframe", "frame", "document", "embed", "object"];

/// With the token in the address.
pub async fn open_by_link(connector: Arc<Connector>, visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    // What cannot be read holds no token.
    let query = query::read(&parts.uri, &Rules::DEFAULT).unwrap_or_default();
    let wish = Wish::new(&visit, presented::in_link(&query), &[&query]);
    open(&connector, &visit, &parts.headers, wish).await
}

/// With the token in a form that the host page sent into the frame (A4.5); it never enters an address.
pub async fn open_by_form(connector: Arc<Connector>, visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let query = query::read(&parts.uri, &Rules::DEFAULT).unwrap_or_default();
    if let Err(refused) = gate(&visit, &parts.headers, Wish::new(&visit, None, &[&query]).look) {
        return refused.into_response();
    }
    let form = form::read(&parts.headers, body, &Rules::DEFAULT)
        .await
        .unwrap_or_default();
    let wish = Wish::new(&visit, presented::in_form(&form), &[&form, &query]);
    open(&connector, &visit, &parts.headers, wish).await
}

/// What was asked for beside the headers.
struct Wish {
    token: Option<Presented>,
    locale: Option<String>,
    theme: Option<String>,
    zone: Option<ZoneName>,
    has_done: bool,
    look: Look,
}

impl Wish {
    /// `sources` are looked at in order for `locale`, `theme`, `time_zone` and `done`; what cannot be one is ignored.
    fn new(visit: &Visit, token: Option<Presented>, sources: &[&Parameters]) -> Self {
        let first = |name: &str| {
            sources
                .iter()
                .find_map(|source| source.all(name).next().map(str::to_owned))
        };
        let locale = first("locale").filter(|tag| Locale::parse(tag).is_ok());
        let theme = first("theme").map(|theme| Theme::parse(&theme).as_str().to_owned());
        let look = Look::asked(visit, locale.as_deref(), theme.as_deref());
        let zone = first("time_zone").and_then(|name| ZoneName::parse(&name).ok());
        let has_done = first("done").is_some_and(|done| done == "yes");
        Self {
            token,
            locale,
            theme,
            zone,
            has_done,
            look,
        }
    }
}

async fn open(connector: &Arc<Connector>, visit: &Visit, headers: &HeaderMap, wish: Wish) -> Response {
    let look = wish.look;
    if let Err(refused) = gate(visit, headers, look) {
        return refused.into_response();
    }
    let opening = Opening {
        token: wish.token,
        address: visit.address,
        locale: wish.locale,
        theme: wish.theme,
        zone: wish.zone,
        has_done: wish.has_done,
    };
    match visit.ledger().open_dashboard(&visit.tenant, &opening).await {
        Ok(opened) => {
            connector.freshen(visit, opened.session.subject).await;
            let visitor = Visitor::opened(visit, opened, look).await;
            connections::page(visit, &visitor, Show::default()).await
        }
        Err(OpenError::Refused) if prefers_json(headers) => unauthorized(visit),
        Err(OpenError::Refused) => {
            Refusal::session_over(visit, look, ApiError::new(&registry::NOT_FOUND)).into_response()
        }
        Err(OpenError::TooMany { seconds }) => {
            let wait = u32::try_from(seconds).unwrap_or(u32::MAX);
            Refusal::plain(
                visit,
                look,
                ApiError::new(&registry::RATE_LIMITED).retry_after(wait),
            )
            .into_response()
        }
        Err(OpenError::Fault(fault)) => Refusal::plain(visit, look, fault.into()).into_response(),
    }
}

/// Steps 2, 4 and 5: the token stays unspent.
fn gate(visit: &Visit, headers: &HeaderMap, look: Look) -> Result<(), Refusal> {
    refusal::serving(visit, look)?;
    if origin::speculative(headers) {
        return Err(Refusal::plain(visit, look, ApiError::new(&registry::UNAVAILABLE)));
    }
    if !origin::destination(headers, PAGES) {
        return Err(Refusal::session_over(
            visit,
            look,
            ApiError::new(&registry::NOT_FOUND),
        ));
    }
    let top_level = headers
        .get("sec-fetch-dest")
        .is_some_and(|destination| destination == "document");
    if top_level && !visit.tenant.tenant.dashboard.allow_top_level {
        let text = |key| look.language.text(key);
        let error = ApiError::new(&registry::FORBIDDEN);
        return Err(Refusal::worded(
            visit,
            look,
            error,
            &text("dashboard-not-framed-title"),
            &text("dashboard-not-framed-text"),
        ));
    }
    Ok(())
}

/// The refused opening, for programs (A4.4).
fn unauthorized(visit: &Visit) -> Response {
    (
        StatusCode::NOT_FOUND,
        frame::headers(visit),
        Json(json!({ "error": "Unauthorized" })),
    )
        .into_response()
}

/// Whether a program asks: JSON is named and HTML is not.
fn prefers_json(headers: &HeaderMap) -> bool {
    let mut json = false;
    for value in headers.get_all(header::ACCEPT) {
        for entry in value.to_str().unwrap_or_default().split(',') {
            match entry
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase()
                .as_str()
            {
                "text/html" | "application/xhtml+xml" => return false,
                "application/json" => json = true,
                _ => {}
            }
        }
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dsh_a4_4_json_goes_to_those_who_ask_for_nothing_else() {
        let asks = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            prefers_json(&headers)
        };
        assert!(asks("application/json"));
        assert!(asks("Application/JSON; q=0.9, */*"));
        assert!(!asks("text/html,application/json"));
        assert!(!asks("*/*"));
        assert!(!prefers_json(&HeaderMap::new()));
    }
}
