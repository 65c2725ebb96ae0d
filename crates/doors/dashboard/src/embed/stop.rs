//! Stopping, in two presses: the question, and the answer (consent-dashboard B5). A reload or a second press acts on a connection that
//! has ended, which changes nothing and says so.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{
    AgreementId,
    decision::{Door, EndReason},
};
use consentry_ledger::{
    DecisionError,
    agreements::{Connection, StopRequest},
};
use consentry_web::{error::ApiError, page::Page, visit::Visit};
use http::{HeaderValue, StatusCode, header};

use super::{
    connection as detail,
    connections::{self, Show},
    refusal::Refusal,
    several,
    visitor::Visitor,
};
use crate::view::{ConnectionView, Notice, Phase, Screen};

/// Seconds after which stopping may be tried again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// Asks whether sharing shall stop. Changes nothing.
pub async fn ask(visit: Visit, request: Request) -> Response {
    let visitor = match Visitor::of(&visit, request).await {
        Ok(visitor) => visitor,
        Err(refusal) => return refusal.into_response(),
    };
    match visitor.connection_or_answer(&visit).await {
        Ok(connection) => question(&visit, &visitor, &connection, None).await,
        Err(answer) => answer,
    }
}

/// Stops sharing; answers after the commit.
pub async fn confirm(visit: Visit, request: Request) -> Response {
    let visitor = match Visitor::of(&visit, request).await {
        Ok(visitor) => visitor,
        Err(refusal) => return refusal.into_response(),
    };
    let connection = match visitor.connection_or_answer(&visit).await {
        Ok(connection) => connection,
        Err(answer) => return answer,
    };
    if let Err(error) = stop(&visit, &visitor, &[&connection]).await {
        return failed(&visit, &visitor, &connection, &error).await;
    }
    match visitor.connection_or_answer(&visit).await {
        Ok(connection) => stopped(&visit, &visitor, &connection).await,
        Err(answer) => answer,
    }
}

/// Ends those of the connections that stand, in one decision.
pub(super) async fn stop(
    visit: &Visit,
    visitor: &Visitor,
    connections: &[&Connection],
) -> Result<(), DecisionError> {
    let standing = connections
        .iter()
        .filter(|connection| Phase::of(connection, true, false).has_access());
    let agreements: Vec<AgreementId> = standing.map(|connection| connection.agreement.id).collect();
    if agreements.is_empty() {
        return Ok(());
    }
    let request = StopRequest {
        subject: visitor.session.subject,
        agreements,
        door: Door::Dashboard,
        reason: EndReason::UserAction,
        request: Some(visit.request_id.to_string()),
    };
    visit
        .ledger()
        .stop_agreements(&visit.tenant, &visitor.permit()?, &request)
        .await?;
    Ok(())
}

/// The list, saying what was done.
async fn stopped(visit: &Visit, visitor: &Visitor, connection: &Connection) -> Response {
    let language = visitor.look.language;
    let view = ConnectionView::new(&visitor.telling(visit), connection);
    let key = if view.phase == Phase::Stopped {
        "dashboard-stopped"
    } else {
        "dashboard-was-over"
    };
    let text = language
        .text(key)
        .with("app", view.name.short.as_str())
        .with("moment", view.ended_moment(&visitor.telling(visit)));
    let notice = Notice::done(&text).telling("consent-revoked", view.id);
    connections::page(
        visit,
        visitor,
        Show {
            notice: Some(notice),
            ..Show::default()
        },
    )
    .await
}

/// The question again, with what went wrong: nobody is told that sharing stopped before it has.
async fn failed(
    visit: &Visit,
    visitor: &Visitor,
    connection: &Connection,
    error: &DecisionError,
) -> Response {
    tracing::error!(error.cause = %error, "sharing could not be stopped");
    not_now(question(visit, visitor, connection, Some(not_stopped(visitor))).await)
}

/// What is said where nothing has ended.
pub(super) fn not_stopped(visitor: &Visitor) -> Notice {
    let text = |key| visitor.look.language.text(key);
    Notice::error(
        &text("dashboard-stop-failed-title"),
        &text("dashboard-stop-failed-text"),
    )
}

/// A question that is asked again because carrying its answer out failed.
pub(super) fn not_now(mut question: Response) -> Response {
    *question.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    question.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    question
}

async fn question(
    visit: &Visit,
    visitor: &Visitor,
    connection: &Connection,
    notice: Option<Notice>,
) -> Response {
    let language = visitor.look.language;
    let view = ConnectionView::new(&visitor.telling(visit), connection);
    if !view.phase.has_access() {
        let notice = Notice::info(
            &language
                .text("dashboard-was-over")
                .with("app", view.name.short.as_str())
                .with("moment", view.ended_moment(&visitor.telling(visit))),
        );
        return detail::page(visit, visitor, connection, Some(notice));
    }
    let title = language
        .text("dashboard-stop-title")
        .with("app", view.name.short.as_str());
    let from_detail = visitor.form.all("from").next() == Some("connection");
    let (page, screen) = connections::screen(visit, visitor, &title, notice);
    let also = match also_through(visit, visitor, &view).await {
        Ok(also) => also,
        Err(error) => return Refusal::plain(visit, visitor.look, error).into_response(),
    };
    let template = StopPage {
        page,
        screen,
        also,
        connection: view,
        from_detail,
    };
    connections::answer(visit, visitor, StatusCode::OK, &template)
}

#[derive(Template)]
#[template(path = "dashboard/stop.html")]
struct StopPage {
    page: Page,
    screen: Screen,
    connection: ConnectionView,
    from_detail: bool,
    /// Who passes the data on, and the other applications it serves, which go on.
    also: Option<(String, String)>,
}

/// Other applications with access through one of those who pass this one's data on (consent-dashboard B5).
async fn also_through(
    visit: &Visit,
    visitor: &Visitor,
    view: &ConnectionView,
) -> Result<Option<(String, String)>, ApiError> {
    let telling = visitor.telling(visit);
    for through in &view.intermediaries {
        let others = several::through(&telling, &visitor.connections(visit).await?, &through.id);
        let names = others
            .iter()
            .filter(|other| other.id != view.id)
            .map(|other| other.name.short.as_str());
        let names: BTreeSet<&str> = names.collect();
        if !names.is_empty() {
            let listed = visitor.look.language.list(names);
            return Ok(Some((through.name.short.clone(), listed)));
        }
    }
    Ok(None)
}
