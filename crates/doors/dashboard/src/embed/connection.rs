//! One connection (consent-dashboard B4).

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_ledger::agreements::Connection;
use consentry_web::{page::Page, visit::Visit};
use http::StatusCode;

use super::{connections, visitor::Visitor};
use crate::view::{ConnectionView, Notice, Screen};

/// Shows the connection that the form names.
pub async fn show(visit: Visit, request: Request) -> Response {
    let visitor = match Visitor::of(&visit, request).await {
        Ok(visitor) => visitor,
        Err(refusal) => return refusal.into_response(),
    };
    match visitor.connection_or_answer(&visit).await {
        Ok(connection) => page(&visit, &visitor, &connection, None),
        Err(answer) => answer,
    }
}

/// A connection with what there is to say about it.
pub(super) fn page(
    visit: &Visit,
    visitor: &Visitor,
    connection: &Connection,
    notice: Option<Notice>,
) -> Response {
    let language = visitor.look.language;
    let connection = ConnectionView::new(&visitor.telling(visit), connection);
    let title = language
        .text("dashboard-detail-title")
        .with("app", connection.name.short.as_str());
    let (page, screen) = connections::screen(visit, visitor, &title, notice);
    let template = ConnectionPage {
        page,
        screen,
        connection,
    };
    connections::answer(visit, visitor, StatusCode::OK, &template)
}

#[derive(Template)]
#[template(path = "dashboard/connection.html")]
struct ConnectionPage {
    page: Page,
    screen: Screen,
    connection: ConnectionView,
}

impl ConnectionPage {
    /// What is shared, or was.
    fn heading_of_items(&self) -> String {
        let key = if self.connection.ended.is_none() {
            "dashboard-what"
        } else {
            "dashboard-what-was"
        };
        self.page.text(key).to_string()
    }

    /// The picture beside each of them.
    fn picture_of_items(&self) -> &'static str {
        if self.connection.ended.is_none() {
            "check"
        } else {
            "ended"
        }
    }
}
