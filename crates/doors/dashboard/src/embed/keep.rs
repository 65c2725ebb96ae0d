//! Keeping a connection for longer, here, in two presses (consent-dashboard B6.2). Never automatic, never ticked beforehand.

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::Lifetime;
use consentry_ledger::{
    DecisionError,
    agreements::{Connection, MOST_DAYS, RenewError},
};
use consentry_web::{page::Page, visit::Visit};
use http::StatusCode;

use super::{connection as detail, connections, refusal::Refusal, visitor::Visitor};
use crate::{
    api::consents::about,
    view::{ConnectionView, Notice, Screen},
};

/// Shows the whole disclosure again and the new end. Changes nothing.
pub async fn ask(visit: Visit, request: Request) -> Response {
    let (visitor, connection) = match Visitor::at_connection(&visit, request).await {
        Ok(at) => at,
        Err(answer) => return answer,
    };
    let language = visitor.look.language;
    let view = ConnectionView::new(&visitor.telling(&visit), &connection);
    if !view.keeping.is_here() {
        return not_now(&visit, &visitor, &connection);
    }
    let title = language
        .text("dashboard-keep-title")
        .with("app", view.name.short.as_str());
    let until = connection.seen_at.plus(Lifetime::days(i64::from(MOST_DAYS)));
    let (page, screen) = connections::screen(&visit, &visitor, &title, None);
    let template = KeepPage {
        page,
        screen,
        until: language.date(visitor.telling(&visit).day(until)),
        connection: view,
    };
    connections::answer(&visit, &visitor, StatusCode::OK, &template)
}

/// Moves the end; answers after the commit.
pub async fn confirm(visit: Visit, request: Request) -> Response {
    let (visitor, connection) = match Visitor::at_connection(&visit, request).await {
        Ok(at) => at,
        Err(answer) => return answer,
    };
    match keep(&visit, &visitor, &connection).await {
        Ok(()) => {}
        Err(RenewError::Decision(DecisionError::Fault(fault))) => {
            return Refusal::plain(&visit, visitor.look, fault.into()).into_response();
        }
        Err(error) => {
            tracing::debug!(error.cause = %error, "a connection is not kept for longer");
            return not_now(&visit, &visitor, &connection);
        }
    }
    match visitor.connection_or_answer(&visit).await {
        Ok(connection) => {
            let view = ConnectionView::new(&visitor.telling(&visit), &connection);
            let text = visitor
                .look
                .language
                .text("dashboard-kept")
                .with("app", view.name.short.as_str())
                .with("until", view.until.as_str());
            let notice = Notice::done(&text).telling("consent-renewed", view.id);
            detail::page(&visit, &visitor, &connection, Some(notice))
        }
        Err(answer) => answer,
    }
}

async fn keep(visit: &Visit, visitor: &Visitor, connection: &Connection) -> Result<(), RenewError> {
    let kept = about(visit, connection);
    let permit = visitor.permit().map_err(DecisionError::Denied)?;
    visit
        .ledger()
        .renew_agreement(&visit.tenant, &permit, &kept, MOST_DAYS)
        .await
}

/// A second press, or a page that was open for long: the connection as it is.
fn not_now(visit: &Visit, visitor: &Visitor, connection: &Connection) -> Response {
    let text = visitor.look.language.text("dashboard-not-kept");
    detail::page(visit, visitor, connection, Some(Notice::info(&text)))
}

#[derive(Template)]
#[template(path = "dashboard/keep.html")]
struct KeepPage {
    page: Page,
    screen: Screen,
    connection: ConnectionView,
    until: String,
}
