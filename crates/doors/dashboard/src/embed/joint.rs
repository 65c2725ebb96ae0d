//! Stopping what another holder shares of a joint account, for that account alone, in two presses (consent-dashboard B6.8).

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_ledger::agreements::{JointShare, StopJointError, StopJointShare};
use consentry_web::{
    error::{ApiError, registry},
    page::Page,
    visit::Visit,
};
use http::StatusCode;

use super::{
    connections::{self, Show},
    refusal::Refusal,
    stop::{not_now, not_stopped},
    visitor::Visitor,
};
use crate::view::{Notice, Screen, joint::JointView};

/// Asks whether the account shall be shared no more. Changes nothing.
pub async fn ask(visit: Visit, request: Request) -> Response {
    match chosen(&visit, request).await {
        Ok((visitor, share)) => question(&visit, &visitor, &share, None),
        Err(answer) => answer,
    }
}

/// Stops it; answers after the commit.
pub async fn confirm(visit: Visit, request: Request) -> Response {
    let (visitor, share) = match chosen(&visit, request).await {
        Ok(chosen) => chosen,
        Err(answer) => return answer,
    };
    let permit = match visitor.permit() {
        Ok(permit) => permit,
        Err(denied) => {
            let error = ApiError::new(&registry::FORBIDDEN).because(denied);
            return Refusal::plain(&visit, visitor.look, error).into_response();
        }
    };
    let stop = StopJointShare {
        subject: visitor.session.subject,
        agreement: share.connection.agreement.id,
        account: share.account.id.clone(),
        request: Some(visit.request_id.to_string()),
    };
    match visit
        .ledger()
        .stop_joint_share(&visit.tenant, &permit, &stop)
        .await
    {
        Ok(share) => stopped(&visit, &visitor, &share).await,
        Err(StopJointError::Unknown) => connections::not_found(&visit, &visitor).await,
        Err(StopJointError::Decision(error)) => {
            tracing::error!(error.cause = %error, "sharing of a joint account could not be stopped");
            failed(&visit, &visitor, &share)
        }
    }
}

/// The share that a form names. Unknown, over, and none of the visitor's are not told apart.
async fn chosen(visit: &Visit, request: Request) -> Result<(Visitor, JointShare), Response> {
    let visitor = Visitor::of(visit, request)
        .await
        .map_err(IntoResponse::into_response)?;
    let shares = visitor
        .joint_shares(visit)
        .await
        .map_err(|error| Refusal::plain(visit, visitor.look, error).into_response())?;
    let named = |name| visitor.form.one(name).ok().flatten().unwrap_or_default();
    let (id, account) = (named("id"), named("account"));
    let found = shares.into_iter().find(|share| {
        share.connection.agreement.id.to_string() == id && share.account.id.as_str() == account
    });
    match found {
        Some(share) => Ok((visitor, share)),
        None => Err(connections::not_found(visit, &visitor).await),
    }
}

/// The list, saying what was done.
async fn stopped(visit: &Visit, visitor: &Visitor, share: &JointShare) -> Response {
    let view = JointView::new(&visitor.telling(visit), share);
    let language = visitor.look.language;
    let text = language
        .text("dashboard-joint-stopped")
        .with("app", view.name.short.as_str())
        .with("account", view.label.as_str())
        .with("moment", visitor.telling(visit).moment(visit.ledger().now()));
    let show = Show {
        notice: Some(Notice::done(&text)),
        ..Show::default()
    };
    connections::page(visit, visitor, show).await
}

/// The question again, with what went wrong: nobody is told that sharing stopped before it has.
fn failed(visit: &Visit, visitor: &Visitor, share: &JointShare) -> Response {
    not_now(question(visit, visitor, share, Some(not_stopped(visitor))))
}

fn question(visit: &Visit, visitor: &Visitor, share: &JointShare, notice: Option<Notice>) -> Response {
    let joint = JointView::new(&visitor.telling(visit), share);
    let title = visitor
        .look
        .language
        .text("dashboard-joint-stop-title")
        .with("app", joint.name.short.as_str())
        .with("account", joint.label.as_str());
    let (page, screen) = connections::screen(visit, visitor, &title, notice);
    let template = StopPage { page, screen, joint };
    connections::answer(visit, visitor, StatusCode::OK, &template)
}

#[derive(Template)]
#[template(path = "dashboard/joint_stop.html")]
struct StopPage {
    page: Page,
    screen: Screen,
    joint: JointView,
}
