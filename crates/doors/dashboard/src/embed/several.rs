//! Several connections at once: those that run through one intermediary, and all of them (consent-dashboard B3, B6.7). Each ends by
//! itself, so that one that fails holds up no other.

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::PartyId;
use consentry_ledger::agreements::Connection;
use consentry_web::{
    page::{Page, ShownName},
    visit::Visit,
};
use http::StatusCode;

use super::{
    connections::{self, Show},
    refusal::Refusal,
    stop,
    visitor::Visitor,
};
use crate::view::{ConnectionView, Notice, Screen, Telling, is_listed};

/// Shows what runs through one intermediary.
pub async fn by_intermediary(visit: Visit, request: Request) -> Response {
    at(&visit, request, false).await
}

/// Asks whether all of it shall stop; without an intermediary, everything. Changes nothing.
pub async fn ask(visit: Visit, request: Request) -> Response {
    at(&visit, request, true).await
}

/// Stops exactly what was listed.
pub async fn confirm(visit: Visit, request: Request) -> Response {
    let visitor = match Visitor::of(&visit, request).await {
        Ok(visitor) => visitor,
        Err(refusal) => return refusal.into_response(),
    };
    let found = match visitor.connections(&visit).await {
        Ok(found) => found,
        Err(error) => return Refusal::plain(&visit, visitor.look, error).into_response(),
    };
    let named: Vec<&str> = visitor.form.all("id").collect();
    let (mut done, mut failed) = (Vec::new(), 0_usize);
    for connection in &found {
        let view = ConnectionView::new(&visitor.telling(&visit), connection);
        if !is_listed(connection) || !view.phase.has_access() || !named.contains(&view.id.as_str()) {
            continue;
        }
        match stop::stop(&visit, &visitor, connection).await {
            Ok(()) => done.push(view.id),
            Err(error) => {
                tracing::error!(error.cause = %error, "sharing could not be stopped");
                failed += 1;
            }
        }
    }
    let text = |key| visitor.look.language.text(key);
    let mut notice = if failed > 0 {
        Notice::error(
            &text("dashboard-stop-failed-title"),
            &text("dashboard-several-failed").with("count", failed),
        )
    } else if done.is_empty() {
        Notice::info(&text("dashboard-several-none"))
    } else {
        Notice::done(&text("dashboard-several-stopped").with("count", done.len()))
    };
    for id in done {
        notice = notice.telling("consent-revoked", id);
    }
    let show = Show {
        notice: Some(notice),
        status: (failed > 0).then_some(StatusCode::SERVICE_UNAVAILABLE),
        ..Show::default()
    };
    connections::page(&visit, &visitor, show).await
}

/// What stands and runs through an intermediary.
pub(super) fn through(telling: &Telling<'_>, found: &[Connection], party: &str) -> Vec<ConnectionView> {
    let mut views = standing(telling, found);
    views.retain(|view| view.intermediaries.iter().any(|through| through.id == party));
    views
}

/// What stands.
pub(super) fn standing(telling: &Telling<'_>, found: &[Connection]) -> Vec<ConnectionView> {
    let listed = found.iter().filter(|connection| is_listed(connection));
    let views = listed.map(|connection| ConnectionView::new(telling, connection));
    views.filter(|view| view.phase.has_access()).collect()
}

async fn at(visit: &Visit, request: Request, asks: bool) -> Response {
    let visitor = match Visitor::of(visit, request).await {
        Ok(visitor) => visitor,
        Err(refusal) => return refusal.into_response(),
    };
    let found = match visitor.connections(visit).await {
        Ok(found) => found,
        Err(error) => return Refusal::plain(visit, visitor.look, error).into_response(),
    };
    let telling = visitor.telling(visit);
    let named = visitor.form.all("through").next().filter(|id| !id.is_empty());
    let party = named
        .and_then(|id| id.parse::<PartyId>().ok())
        .and_then(|id| visit.tenant.parties.get(&id));
    let connections = match (named, party) {
        (None, _) if asks => standing(&telling, &found),
        (_, Some(party)) => through(&telling, &found, &party.id.to_string()),
        _ => return connections::not_found(visit, &visitor).await,
    };
    if connections.is_empty() {
        let notice = Notice::info(&telling.language.text("dashboard-several-none"));
        let show = Show {
            notice: Some(notice),
            ..Show::default()
        };
        return connections::page(visit, &visitor, show).await;
    }
    let name = party.map(|party| ShownName::new(&party.name).short);
    let title = match (&name, asks) {
        (Some(name), false) => telling
            .language
            .text("dashboard-through-title")
            .with("name", name.as_str()),
        (Some(name), true) => telling
            .language
            .text("dashboard-stop-through-title")
            .with("name", name.as_str()),
        (None, _) => telling.language.text("dashboard-stop-all-title"),
    };
    let (page, screen) = connections::screen(visit, &visitor, &title, None);
    let through = party.map(|party| party.id.to_string()).unwrap_or_default();
    if asks {
        let template = SeveralPage {
            page,
            screen,
            connections,
            through,
        };
        connections::answer(visit, &visitor, StatusCode::OK, &template)
    } else {
        let template = ThroughPage {
            page,
            screen,
            connections,
            through,
            name: name.unwrap_or_default(),
        };
        connections::answer(visit, &visitor, StatusCode::OK, &template)
    }
}

#[derive(Template)]
#[template(path = "dashboard/several.html")]
struct SeveralPage {
    page: Page,
    screen: Screen,
    connections: Vec<ConnectionView>,
    through: String,
}

#[derive(Template)]
#[template(path = "dashboard/through.html")]
struct ThroughPage {
    page: Page,
    screen: Screen,
    connections: Vec<ConnectionView>,
    through: String,
    name: String,
}
