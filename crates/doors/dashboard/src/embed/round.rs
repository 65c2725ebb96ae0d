//! Reviewing all connections, one page at a time (consent-dashboard B6.4). Where the round is stands in the form: nothing is remembered.

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_web::{page::Page, visit::Visit};
use http::StatusCode;

use super::{connections, refusal::Refusal, several, stop, visitor::Visitor};
use crate::view::{ConnectionView, Notice, Screen};

/// Shows the next connection, or what came of the round.
pub async fn next(visit: Visit, request: Request) -> Response {
    match Visitor::of(&visit, request).await {
        Ok(visitor) => {
            let place = Place::read(&visitor);
            show(&visit, &visitor, &place, None).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// Stops the one that is shown, and goes on.
pub async fn stop(visit: Visit, request: Request) -> Response {
    let (visitor, connection) = match Visitor::at_connection(&visit, request).await {
        Ok(at) => at,
        Err(answer) => return answer,
    };
    let view = ConnectionView::new(&visitor.telling(&visit), &connection);
    let place = Place::read(&visitor);
    if let Err(error) = stop::stop(&visit, &visitor, &[&connection]).await {
        tracing::error!(error.cause = %error, "sharing could not be stopped");
        let text = |key| visitor.look.language.text(key);
        let notice = Notice::error(
            &text("dashboard-stop-failed-title"),
            &text("dashboard-stop-failed-text"),
        );
        return show(&visit, &visitor, &place, Some(notice)).await;
    }
    let text = visitor
        .look
        .language
        .text("dashboard-round-stopped")
        .with("app", view.name.short.as_str());
    let notice = Notice::done(&text).telling("consent-revoked", view.id.clone());
    let place = Place {
        after: view.id,
        stopped: place.stopped.saturating_add(1),
        ..place
    };
    show(&visit, &visitor, &place, Some(notice)).await
}

/// How far the round has come.
#[derive(Debug, Clone, Default)]
struct Place {
    /// The last connection that was answered for.
    after: String,
    kept: u32,
    stopped: u32,
}

impl Place {
    fn read(visitor: &Visitor) -> Self {
        let first = |name: &str| visitor.form.all(name).next().unwrap_or_default();
        let number = |name: &str| first(name).parse().unwrap_or_default();
        Self {
            after: first("after").to_owned(),
            kept: number("kept"),
            stopped: number("stopped"),
        }
    }
}

async fn show(visit: &Visit, visitor: &Visitor, place: &Place, notice: Option<Notice>) -> Response {
    let found = match visitor.connections(visit).await {
        Ok(found) => found,
        Err(error) => return Refusal::plain(visit, visitor.look, error).into_response(),
    };
    let mut views = several::standing(&visitor.telling(visit), &found);
    // Ids are in the order in which connections were made, so that one that ends meanwhile moves no other.
    views.sort_by(|one, other| one.id.cmp(&other.id));
    let in_all = views.len();
    let left = views.iter().filter(|view| view.id > place.after).count();
    let connection = views.into_iter().find(|view| view.id > place.after);
    let title = visitor.look.language.text("dashboard-round-title");
    let (page, screen) = connections::screen(visit, visitor, &title, notice);
    let template = RoundPage {
        page,
        screen,
        position: in_all.saturating_sub(left).saturating_add(1),
        in_all,
        connection,
        after: place.after.clone(),
        kept: place.kept,
        stopped: place.stopped,
    };
    connections::answer(visit, visitor, StatusCode::OK, &template)
}

#[derive(Template)]
#[template(path = "dashboard/round.html")]
struct RoundPage {
    page: Page,
    screen: Screen,
    /// None: the round is over.
    connection: Option<ConnectionView>,
    /// Where it stands among those that have access now.
    position: usize,
    in_all: usize,
    after: String,
    kept: u32,
    stopped: u32,
}

impl RoundPage {
    /// How many were kept once this one is.
    const fn kept_then(&self) -> u32 {
        self.kept.saturating_add(1)
    }
}
