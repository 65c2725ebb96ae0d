//! Giving some of the data back and keeping the rest, in three steps: the ticks, what they would change, and the change (consent-dashboard
//! B6.1). Nothing can be added here: that is an authorisation, which begins at the application.

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{DefinitionKey, Rejection, decision::Door};
use consentry_ledger::{
    DecisionError,
    agreements::{Connection, NarrowError, NarrowRequest},
};
use consentry_web::{error::ApiError, page::Page, visit::Visit};
use http::StatusCode;

use super::{connection as detail, connections, refusal::Refusal, visitor::Visitor};
use crate::{
    api::consents::not_narrowed,
    view::{ConnectionView, Notice, Screen, item::ItemView},
};

/// Shows all that is shared, ticked.
pub async fn ask(visit: Visit, request: Request) -> Response {
    match narrowable(&visit, request).await {
        Ok(at) => at.form(&visit, StatusCode::OK, None),
        Err(answer) => answer,
    }
}

/// Shows what the ticks would change. Changes nothing.
pub async fn review(visit: Visit, request: Request) -> Response {
    match narrowable(&visit, request).await {
        Ok(at) => at.summary(&visit),
        Err(answer) => answer,
    }
}

/// Gives back what is not ticked; answers after the commit.
pub async fn save(visit: Visit, request: Request) -> Response {
    let at = match narrowable(&visit, request).await {
        Ok(at) => at,
        Err(answer) => return answer,
    };
    match at.narrow(&visit).await {
        Ok(()) => at.narrowed(&visit).await,
        Err(error) => at.refused(&visit, error),
    }
}

/// A connection of which some can be given back, and who looks at it.
struct Narrowable {
    visitor: Visitor,
    connection: Connection,
    view: ConnectionView,
}

/// The connection of a form. One that cannot be narrowed is shown as it is.
async fn narrowable(visit: &Visit, request: Request) -> Result<Narrowable, Response> {
    let (visitor, connection) = Visitor::at_connection(visit, request).await?;
    let view = ConnectionView::new(&visitor.telling(visit), &connection);
    if view.can_narrow() {
        return Ok(Narrowable {
            visitor,
            connection,
            view,
        });
    }
    let notice = Notice::info(&visitor.look.language.text("dashboard-nothing-changed"));
    Err(detail::page(visit, &visitor, &connection, Some(notice)))
}

impl Narrowable {
    fn is_ticked(&self, item: &ItemView) -> bool {
        self.visitor.form.all("data").any(|ticked| ticked == item.key)
    }

    fn parted(&self) -> (Vec<ItemView>, Vec<ItemView>) {
        let all = self.view.removable().into_iter().cloned();
        all.partition(|item| self.is_ticked(item))
    }

    fn screen(&self, visit: &Visit, notice: Option<Notice>) -> (Page, Screen) {
        let title = self.visitor.look.language.text("dashboard-clusters-title");
        let title = title.with("app", self.view.name.short.as_str());
        connections::screen(visit, &self.visitor, &title, notice)
    }

    fn form(&self, visit: &Visit, status: StatusCode, notice: Option<Notice>) -> Response {
        let (page, screen) = self.screen(visit, notice);
        let template = ClustersPage {
            page,
            screen,
            connection: self.view.clone(),
        };
        connections::answer(visit, &self.visitor, status, &template)
    }

    fn summary(&self, visit: &Visit) -> Response {
        let language = self.visitor.look.language;
        let (kept, given_back) = self.parted();
        if given_back.is_empty() {
            let notice = Notice::info(&language.text("dashboard-nothing-changed"));
            return detail::page(visit, &self.visitor, &self.connection, Some(notice));
        }
        if kept.is_empty() {
            return self.nothing_left(visit);
        }
        let (page, screen) = self.screen(visit, None);
        let template = SummaryPage {
            page,
            screen,
            version: self.visitor.seen(),
            connection: self.view.clone(),
            kept,
            given_back,
        };
        connections::answer(visit, &self.visitor, StatusCode::OK, &template)
    }

    fn nothing_left(&self, visit: &Visit) -> Response {
        let text = |key| self.visitor.look.language.text(key);
        let words = text("dashboard-clusters-nothing-left").with("app", self.view.name.short.as_str());
        let notice = Notice::error(&text("dashboard-nothing-changed"), &words);
        self.form(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(notice))
    }

    async fn narrow(&self, visit: &Visit) -> Result<(), NarrowError> {
        let (_, given_back) = self.parted();
        let without = given_back
            .iter()
            .filter_map(|item| DefinitionKey::parse(&item.key).ok());
        let request = NarrowRequest {
            subject: self.visitor.session.subject,
            agreement: self.connection.agreement.id,
            version: Some(self.visitor.seen()),
            without: without.collect(),
            door: Door::Dashboard,
            request: Some(visit.request_id.to_string()),
        };
        let permit = self.visitor.permit().map_err(DecisionError::Denied)?;
        visit
            .ledger()
            .narrow_agreement(&visit.tenant, &permit, &request)
            .await
    }

    /// The connection as it is now, saying what was done.
    async fn narrowed(&self, visit: &Visit) -> Response {
        let text = self.visitor.look.language.text("dashboard-clusters-changed");
        let text = text.with("app", self.view.name.short.as_str());
        let notice = Notice::done(&text).telling("consent-modified", self.view.id.clone());
        match self.visitor.connection_or_answer(visit).await {
            Ok(connection) => detail::page(visit, &self.visitor, &connection, Some(notice)),
            Err(answer) => answer,
        }
    }

    /// The form again where the person can do something about it.
    fn refused(&self, visit: &Visit, error: NarrowError) -> Response {
        let text = |key| self.visitor.look.language.text(key);
        match error {
            NarrowError::NothingLeft => self.nothing_left(visit),
            NarrowError::Decision(DecisionError::Rejected(Rejection::AgreementChanged(_))) => {
                let notice = Notice::error(
                    &text("dashboard-changed-meanwhile"),
                    &text("dashboard-changed-meanwhile-text"),
                );
                self.form(visit, StatusCode::CONFLICT, Some(notice))
            }
            error => {
                let error: ApiError = not_narrowed(error);
                Refusal::plain(visit, self.visitor.look, error).into_response()
            }
        }
    }
}

#[derive(Template)]
#[template(path = "dashboard/clusters.html")]
struct ClustersPage {
    page: Page,
    screen: Screen,
    connection: ConnectionView,
}

#[derive(Template)]
#[template(path = "dashboard/clusters_summary.html")]
struct SummaryPage {
    page: Page,
    screen: Screen,
    connection: ConnectionView,
    kept: Vec<ItemView>,
    given_back: Vec<ItemView>,
    version: u32,
}
