//! All activity of a connection, and saying that one does not recognise it (consent-dashboard B6.3, B6.6).

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::Lifetime;
use consentry_ledger::agreements::{Connection, Happened, HistoryEntry};
use consentry_web::{
    error::{ApiError, registry},
    page::Page,
    visit::Visit,
};
use http::StatusCode;

use super::{connections, refusal::Refusal, visitor::Visitor};
use crate::{
    api::consents::about,
    view::{
        ConnectionView, Screen,
        activity::{Line, lines},
    },
};

/// How many lines a page has.
const PAGE: usize = 50;

/// How long the bank is not told again of the same.
const TOLD: Lifetime = Lifetime::days(1);

/// Shows what happened, newest first.
pub async fn show(visit: Visit, request: Request) -> Response {
    let (visitor, connection) = match Visitor::at_connection(&visit, request).await {
        Ok(at) => at,
        Err(answer) => return answer,
    };
    let history = match history(&visit, &visitor, &connection).await {
        Ok(history) => history,
        Err(error) => return Refusal::plain(&visit, visitor.look, error).into_response(),
    };
    let telling = visitor.telling(&visit);
    let view = ConnectionView::new(&telling, &connection);
    let from = visitor.form.all("from").next();
    let from: usize = from.and_then(|from| from.parse().ok()).unwrap_or_default();
    let all = lines(&telling, &view, &connection, &history);
    let title = telling
        .language
        .text("dashboard-activity-title")
        .with("app", view.name.short.as_str());
    let (page, screen) = connections::screen(&visit, &visitor, &title, None);
    let older = from.saturating_add(PAGE);
    let template = ActivityPage {
        page,
        screen,
        older: (older < all.len()).then_some(older),
        lines: all.into_iter().skip(from).take(PAGE).collect(),
        connection: view,
    };
    connections::answer(&visit, &visitor, StatusCode::OK, &template)
}

/// Tells the bank that the person does not recognise the connection, once a day at most, and shows what they can do.
pub async fn report(visit: Visit, request: Request) -> Response {
    let (visitor, connection) = match Visitor::at_connection(&visit, request).await {
        Ok(at) => at,
        Err(answer) => return answer,
    };
    if let Err(error) = tell(&visit, &visitor, &connection).await {
        return Refusal::plain(&visit, visitor.look, error).into_response();
    }
    let telling = visitor.telling(&visit);
    let view = ConnectionView::new(&telling, &connection);
    let title = telling
        .language
        .text("dashboard-report-title")
        .with("app", view.name.short.as_str());
    let (page, screen) = connections::screen(&visit, &visitor, &title, None);
    let template = ReportPage {
        page,
        screen,
        connection: view,
    };
    connections::answer(&visit, &visitor, StatusCode::OK, &template)
}

/// Tells the bank, unless it was told within a day.
pub(super) async fn tell(visit: &Visit, visitor: &Visitor, connection: &Connection) -> Result<(), ApiError> {
    let recent = connection.seen_at.minus(TOLD);
    let known = history(visit, visitor, connection).await?;
    let is_told = |entry: &HistoryEntry| entry.what == Happened::Reported && entry.at > recent;
    if known.iter().any(is_told) {
        return Ok(());
    }
    let reported = about(visit, connection);
    let denied = |denied| ApiError::new(&registry::FORBIDDEN).because(denied);
    let permit = visitor.permit().map_err(denied)?;
    visit
        .ledger()
        .report_agreement(&visit.tenant, &permit, &reported)
        .await
        .map_err(|error| ApiError::new(&registry::UNAVAILABLE).because(error))
}

/// What the log says of a connection.
pub(crate) async fn history(
    visit: &Visit,
    visitor: &Visitor,
    connection: &Connection,
) -> Result<Vec<HistoryEntry>, ApiError> {
    let denied = |denied| ApiError::new(&registry::FORBIDDEN).because(denied);
    let permit = visitor.permit().map_err(denied)?;
    let history = visit
        .ledger()
        .agreement_history(&visit.tenant, &permit, &connection.agreement)
        .await?;
    Ok(history)
}

#[derive(Template)]
#[template(path = "dashboard/activity.html")]
struct ActivityPage {
    page: Page,
    screen: Screen,
    connection: ConnectionView,
    lines: Vec<Line>,
    /// Where the next page begins.
    older: Option<usize>,
}

#[derive(Template)]
#[template(path = "dashboard/report.html")]
struct ReportPage {
    page: Page,
    screen: Screen,
    connection: ConnectionView,
}
