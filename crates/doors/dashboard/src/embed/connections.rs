//! The list: who has access, and who has not any more (consent-dashboard B3).

use std::fmt::Display;

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{Consent, Timestamp};
use consentry_ledger::{agreements::Connection, answers::Made};
use consentry_web::{
    error::ApiError,
    page::{Page, html, respond},
    texts::Text,
    visit::Visit,
};
use http::{HeaderValue, StatusCode, header};

use super::{
    differing::{Places, filled},
    frame::{self, Look},
    refusal::Refusal,
    visitor::Visitor,
};
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
    let visitor = match Visitor::arriving(&visit, request).await {
        Ok(visitor) => visitor,
        Err(refusal) => return refusal.into_response(),
    };
    let wanted = Wanted::read(&visitor.form);
    if wanted == Wanted::default() {
        return of_this_second(&visit, visitor).await;
    }
    let visitor = visitor.with_accounts(&visit).await;
    let show = Show {
        wanted,
        ..Show::default()
    };
    page(&visit, &visitor, show).await
}

/// The whole list, which need not be made anew for each page of the person in the same second.
async fn of_this_second(visit: &Visit, visitor: Visitor) -> Response {
    let look = visitor.look;
    let question = format!(
        "dashboard list {} {} {} {}",
        look.language.tag,
        look.theme.as_str(),
        visitor.zone_name(),
        visitor.session.has_done
    );
    let (bearer, ends_in) = (visitor.bearer.expose().to_owned(), ends_in(visit, &visitor));
    let subject = visitor.session.subject;
    let made = async {
        let visitor = visitor.with_accounts(visit).await;
        let list = read(visit, &visitor, Wanted::default()).await?;
        let is_about_others = visitor.has_joint_accounts();
        let until = list.next_end;
        let (page, screen) = screen(visit, &visitor, &title(look, &list), None);
        let places = Places::draw(visit.ledger().entropy());
        let screen = places.instead_of_what_differs(screen);
        let text = ListPage { page, screen, list }
            .render()
            .map_err(ApiError::internal)?;
        let pieces = places.cut(&text);
        Ok(Made {
            pieces,
            is_about_others,
            until,
        })
    };
    let told = visit
        .ledger()
        .answer_of_this_second(&visit.tenant, subject, &question, made)
        .await;
    match told {
        Ok(pieces) => answer_with(
            visit,
            look,
            StatusCode::OK,
            html(filled(&pieces, &bearer, ends_in)),
        ),
        Err(error) => Refusal::plain(visit, look, error).into_response(),
    }
}

/// The list of a visitor, read from the ledger now.
pub async fn page(visit: &Visit, visitor: &Visitor, show: Show) -> Response {
    let list = match read(visit, visitor, show.wanted).await {
        Ok(list) => list,
        Err(error) => return Refusal::plain(visit, visitor.look, error).into_response(),
    };
    let (page, screen) = screen(visit, visitor, &title(visitor.look, &list), show.notice);
    let template = ListPage { page, screen, list };
    answer(visit, visitor, show.status.unwrap_or(StatusCode::OK), &template)
}

fn title(look: Look, list: &List) -> Text {
    look.language.text(if list.is_of_apps {
        "dashboard-title"
    } else {
        "everything-title"
    })
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
            ends_in: ends_in(visit, visitor),
            idle: visit.tenant.tenant.lifetimes.page_idle.as_seconds(),
        },
    )
}

/// Seconds until the page session is over.
fn ends_in(visit: &Visit, visitor: &Visitor) -> i64 {
    visitor.session.ends_at.seconds_since(visit.ledger().now())
}

/// A screen as an answer.
pub(super) fn answer(
    visit: &Visit,
    visitor: &Visitor,
    status: StatusCode,
    template: &impl Template,
) -> Response {
    answer_with(visit, visitor.look, status, respond(template))
}

fn answer_with(visit: &Visit, look: Look, status: StatusCode, page: Response) -> Response {
    let language = [(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(look.language.tag),
    )];
    (status, language, frame::headers(visit), page).into_response()
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
    let next_end = next_end(&connections, &singles, now);
    let singles = singles
        .iter()
        .map(|consent| SingleView::new(&telling, consent, now));
    let mut list = List::new(&telling, &connections, singles.collect(), wanted);
    list.next_end = next_end;
    list.notices = visit
        .ledger()
        .notices_path(&visit.tenant, visitor.session.subject)
        .await?
        .map(|path| format!("{}{path}", visit.house.base_url(&visit.tenant)));
    let joint = visitor.joint_shares(visit).await?;
    list.joint = joint
        .iter()
        .map(|share| JointView::new(&telling, share))
        .collect();
    Ok(list)
}

/// The next moment at which something of it ends by itself.
fn next_end(connections: &[Connection], singles: &[Consent], now: Timestamp) -> Option<Timestamp> {
    let bundles = connections
        .iter()
        .filter_map(|connection| connection.agreement.valid_until);
    let consents = connections.iter().flat_map(|connection| &connection.consents);
    let consents = consents.chain(singles).filter_map(|consent| consent.valid_until);
    bundles.chain(consents).filter(|end| *end > now).min()
}
