//! The list: who has access, and who has not any more (consent-dashboard B3).

use std::fmt::Display;

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_web::{
    error::ApiError,
    page::{Page, respond},
    visit::Visit,
};
use http::{HeaderValue, StatusCode, header};

use super::{frame, refusal::Refusal, visitor::Visitor};
use crate::view::{
    Notice, Screen,
    joint::JointView,
    list::{List, Wanted},
    single::SingleView,
};

/// How the list is shown.
#[derive(Debug, Default)]
pub struct Show {
    /// What just happened.
    pub notice: Option<Notice>,
    /// Status of the answer; none means 200.
    pub status: Option<StatusCode>,
    /// What is looked for.
    pub wanted: Wanted,
}

/// Shows the list again.
pub async fn list(visit: Visit, request: Request) -> Response {
    match Visitor::of(&visit, request).await {
        Ok(visitor) => {
            let wanted = Wanted::read(&visitor.form);
            page(
                &visit,
                &visitor,
                Show {
                    wanted,
                    ..Show::default()
                },
            )
            .await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// The list of a visitor, read from the ledger now.
pub async fn page(visit: &Visit, visitor: &Visitor, show: Show) -> Response {
    let list = match read(visit, visitor, show.wanted).await {
        Ok(list) => list,
        Err(error) => return Refusal::plain(visit, visitor.look, error).into_response(),
    };
    let title = visitor.look.language.text(if list.is_of_apps {
        "dashboard-title"
    } else {
        "everything-title"
    });
    let (page, screen) = screen(visit, visitor, &title, show.notice);
    let template = ListPage { page, screen, list };
    answer(visit, visitor, show.status.unwrap_or(StatusCode::OK), &template)
}

/// The list with the words for an id that leads nowhere: unknown, or somebody else's.
pub async fn not_found(visit: &Visit, visitor: &Visitor) -> Response {
    let text = |key| visitor.look.language.text(key);
    let notice = Notice::error(&text("dashboard-missing-title"), &text("dashboard-missing-text"));
    let show = Show {
        notice: Some(notice),
        status: Some(StatusCode::NOT_FOUND),
        wanted: Wanted::default(),
    };
    page(visit, visitor, show).await
}

/// What every screen of a visitor has in common.
pub(super) fn screen(
    visit: &Visit,
    visitor: &Visitor,
    title: &impl Display,
    notice: Option<Notice>,
) -> (Page, Screen) {
    let page = frame::page(visit, visitor.look, title.to_string());
    let help = frame::help(visit)
        .filter(|_| page.help.is_none())
        .map(str::to_owned);
    (
        page,
        Screen {
            session: visitor.bearer.expose().to_owned(),
            help,
            notice,
            has_done: visitor.session.has_done,
            ends_in: visitor.session.ends_at.seconds_since(visit.ledger().now()),
            idle: visit.tenant.tenant.lifetimes.page_idle.as_seconds(),
        },
    )
}

/// A screen as an answer.
pub(super) fn answer(
    visit: &Visit,
    visitor: &Visitor,
    status: StatusCode,
    template: &impl Template,
) -> Response {
    let language = [(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(visitor.look.language.tag),
    )];
    (status, language, frame::headers(visit), respond(template)).into_response()
}

#[derive(Template)]
#[template(path = "dashboard/list.html")]
struct ListPage {
    page: Page,
    screen: Screen,
    list: List,
}

async fn read(visit: &Visit, visitor: &Visitor, wanted: Wanted) -> Result<List, ApiError> {
    let (connections, singles) = visitor.everything(visit).await?;
    let (telling, now) = (visitor.telling(visit), visit.ledger().now());
    let singles = singles
        .iter()
        .map(|consent| SingleView::new(&telling, consent, now));
    let mut list = List::new(&telling, &connections, singles.collect(), wanted);
    let joint = visitor.joint_shares(visit).await?;
    list.joint = joint
        .iter()
        .map(|share| JointView::new(&telling, share))
        .collect();
    Ok(list)
}
