//! Giving some of the data back and keeping the rest, in three steps: the ticks, what they would change, and the change (consent-dashboard
//! B6.1). Nothing can be added here: that is an authorisation, which begins at the application.

use askama::Template;
use axum::{extract::Request, response::Response};
use consentry_domain::{DefinitionKey, Rejection};
use consentry_ledger::{
    DecisionError,
    agreements::{NarrowError, NarrowRequest},
};
use consentry_web::{page::Page, visit::Visit};
use http::StatusCode;

use super::ticks::Ticks;
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
        Ok(()) => {
            let done = Notice::done(&at.0.text_with_app("dashboard-clusters-changed"));
            at.0.changed(&visit, done).await
        }
        Err(error) => at.refused(&visit, error),
    }
}

/// A connection of which some can be given back.
struct Narrowable(Ticks);

/// The connection of a form. One that cannot be narrowed is shown as it is.
async fn narrowable(visit: &Visit, request: Request) -> Result<Narrowable, Response> {
    let ticks = Ticks::arriving(visit, request, "dashboard-clusters-title").await?;
    if ticks.view.can_narrow() {
        Ok(Narrowable(ticks))
    } else {
        Err(ticks.unchanged(visit))
    }
}

impl Narrowable {
    /// What stays, and what is given back.
    fn parted(&self) -> (Vec<ItemView>, Vec<ItemView>) {
        let all = self.0.view.removable().into_iter().cloned();
        all.partition(|item| self.0.has("data", &item.key))
    }

    fn form(&self, visit: &Visit, status: StatusCode, notice: Option<Notice>) -> Response {
        let (page, screen) = self.0.screen(visit, notice);
        let template = ClustersPage {
            page,
            screen,
            connection: self.0.view.clone(),
        };
        self.0.answer(visit, status, &template)
    }

    fn summary(&self, visit: &Visit) -> Response {
        let (kept, given_back) = self.parted();
        if given_back.is_empty() {
            return self.0.unchanged(visit);
        }
        if kept.is_empty() {
            return self.nothing_left(visit);
        }
        let (page, screen) = self.0.screen(visit, None);
        let template = SummaryPage {
            page,
            screen,
            version: self.0.visitor.seen(),
            connection: self.0.view.clone(),
            kept,
            given_back,
        };
        self.0.answer(visit, StatusCode::OK, &template)
    }

    fn nothing_left(&self, visit: &Visit) -> Response {
        let words = self.0.text_with_app("dashboard-clusters-nothing-left");
        let notice = Notice::error(&self.0.text("dashboard-nothing-changed"), &words);
        self.form(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(notice))
    }

    async fn narrow(&self, visit: &Visit) -> Result<(), NarrowError> {
        let (_, given_back) = self.parted();
        let without = given_back
            .iter()
            .filter_map(|item| DefinitionKey::parse(&item.key).ok());
        let request = NarrowRequest {
            about: self.0.about(visit),
            version: Some(self.0.visitor.seen()),
            without: without.collect(),
        };
        let permit = self.0.visitor.permit().map_err(DecisionError::Denied)?;
        visit
            .ledger()
            .narrow_agreement(&visit.tenant, &permit, &request)
            .await
    }

    /// The form again where the person can do something about it.
    fn refused(&self, visit: &Visit, error: NarrowError) -> Response {
        match error {
            NarrowError::NothingLeft => self.nothing_left(visit),
            NarrowError::Decision(DecisionError::Rejected(Rejection::AgreementChanged(_))) => {
                self.form(visit, StatusCode::CONFLICT, Some(self.0.overtaken()))
            }
            error => self.0.failed(visit, not_narrowed(error)),
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
