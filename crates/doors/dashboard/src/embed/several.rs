//! Several things at once: connections that run through one intermediary, and all that somebody agreed to (consent-dashboard B3, B6.7).
//! Connections end in one decision. Where that cannot be carried out each ends by itself, so that one that fails holds up no other.
//! What was agreed to outside of connections ends in a decision of its own.

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{Consent, PartyId};
use consentry_ledger::{DecisionError, agreements::Connection};
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
use crate::view::{ConnectionView, Notice, Screen, Telling, is_listed, single::SingleView};

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
    let (found, singles) = match visitor.everything(&visit).await {
        Ok(found) => found,
        Err(error) => return Refusal::plain(&visit, visitor.look, error).into_response(),
    };
    let named: Vec<&str> = visitor.form.all("id").collect();
    let telling = visitor.telling(&visit);
    let stands = |connection: &&Connection| {
        let view = ConnectionView::new(&telling, connection);
        is_listed(connection) && view.phase.has_access() && named.contains(&view.id.as_str())
    };
    let connections: Vec<&Connection> = found.iter().filter(stands).collect();
    let ended = stop_connections(&visit, &visitor, &connections).await;
    let named: Vec<&str> = visitor.form.all("single").collect();
    let now = visit.ledger().now();
    let singles: Vec<Consent> = singles
        .into_iter()
        .filter(|consent| consent.is_in_force(now) && named.contains(&consent.id.to_string().as_str()))
        .collect();
    let taken_back = take_back(&visit, &visitor, &singles).await;
    let text = |key| visitor.look.language.text(key);
    let failed = ended.failed > 0 || taken_back.is_err();
    let mut notice = if taken_back.is_err() {
        Notice::error(
            &text("dashboard-stop-failed-title"),
            &text("dashboard-all-failed"),
        )
    } else if failed {
        Notice::error(
            &text("dashboard-stop-failed-title"),
            &text("dashboard-several-failed").with("count", ended.failed),
        )
    } else if ended.done.is_empty() && singles.is_empty() {
        Notice::info(&text("dashboard-several-none"))
    } else if singles.is_empty() {
        Notice::done(&text("dashboard-several-stopped").with("count", ended.done.len()))
    } else {
        Notice::done(&text("dashboard-all-stopped"))
    };
    for id in ended.done {
        notice = notice.telling("consent-revoked", id);
    }
    let show = Show {
        notice: Some(notice),
        status: failed.then_some(StatusCode::SERVICE_UNAVAILABLE),
        ..Show::default()
    };
    connections::page(&visit, &visitor, show).await
}

/// What ended of several connections.
#[derive(Debug, Default)]
struct Ended {
    done: Vec<String>,
    failed: usize,
}

async fn stop_connections(visit: &Visit, visitor: &Visitor, connections: &[&Connection]) -> Ended {
    let ids = |connections: &[&Connection]| -> Vec<String> {
        let ids = connections
            .iter()
            .map(|connection| connection.agreement.id.to_string());
        ids.collect()
    };
    match stop::stop(visit, visitor, connections).await {
        Ok(()) => {
            return Ended {
                done: ids(connections),
                failed: 0,
            };
        }
        Err(error) => tracing::error!(error.cause = %error, "sharing could not be stopped at once"),
    }
    let mut ended = Ended::default();
    for connection in connections {
        match stop::stop(visit, visitor, &[connection]).await {
            Ok(()) => ended.done.extend(ids(&[connection])),
            Err(error) => {
                tracing::error!(error.cause = %error, "sharing could not be stopped");
                ended.failed += 1;
            }
        }
    }
    ended
}

/// Takes back what was agreed to outside of connections, all or nothing.
async fn take_back(visit: &Visit, visitor: &Visitor, singles: &[Consent]) -> Result<(), DecisionError> {
    if singles.is_empty() {
        return Ok(());
    }
    let request = Some(visit.request_id.to_string());
    let whose = (visitor.session.subject, singles);
    let permit = visitor.permit()?;
    let done = visit
        .ledger()
        .stop_single(&visit.tenant, &permit, whose, request)
        .await;
    if let Err(error) = &done {
        tracing::error!(error.cause = %error, "what was agreed to could not be taken back");
    }
    done.map(drop)
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
    let (found, singles) = match visitor.everything(visit).await {
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
    let now = visit.ledger().now();
    let singles: Vec<SingleView> = singles
        .iter()
        .filter(|consent| party.is_none() && consent.is_in_force(now))
        .map(|consent| SingleView::new(&telling, consent, now))
        .collect();
    if connections.is_empty() && singles.is_empty() {
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
            singles,
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
    singles: Vec<SingleView>,
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
