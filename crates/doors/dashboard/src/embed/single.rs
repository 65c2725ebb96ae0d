//! What a person agreed to outside of connections: one thing with its history, and taking it back in two presses.

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::Consent;
use consentry_ledger::agreements::SingleEntry;
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
use crate::view::{
    Notice, Screen,
    single::{self, SingleLine, SingleView},
};

/// Shows one thing: what it means, until when, and what happened.
pub async fn show(visit: Visit, request: Request) -> Response {
    match Chosen::of(&visit, request).await {
        Ok(chosen) => chosen.details(&visit).await,
        Err(answer) => answer,
    }
}

/// Asks whether it is to be taken back.
pub async fn ask(visit: Visit, request: Request) -> Response {
    match Chosen::of(&visit, request).await {
        Ok(chosen) if chosen.view.stands => chosen.question(&visit, None),
        Ok(chosen) => chosen.details(&visit).await,
        Err(answer) => answer,
    }
}

/// Takes it back; answers after the commit.
pub async fn confirm(visit: Visit, request: Request) -> Response {
    let chosen = match Chosen::of(&visit, request).await {
        Ok(chosen) => chosen,
        Err(answer) => return answer,
    };
    if let Err(answer) = chosen.stop(&visit).await {
        return answer;
    }
    let title = chosen.view.item.title.text.as_str();
    let text = chosen.visitor.look.language.text("dashboard-single-stopped");
    let show = Show {
        notice: Some(Notice::done(&text.with("title", title))),
        ..Show::default()
    };
    connections::page(&visit, &chosen.visitor, show).await
}

/// What a form is about, and whose it is.
struct Chosen {
    visitor: Visitor,
    consent: Consent,
    view: SingleView,
}

impl Chosen {
    /// Reads a form, or gives the answer where it names nothing of the visitor's.
    async fn of(visit: &Visit, request: Request) -> Result<Self, Response> {
        let visitor = Visitor::of(visit, request)
            .await
            .map_err(IntoResponse::into_response)?;
        let refused = |error: ApiError| Refusal::plain(visit, visitor.look, error).into_response();
        let consents = visitor.singles(visit).await.map_err(refused)?;
        let named = visitor.form.one("id").ok().flatten().unwrap_or_default();
        let found = consents
            .into_iter()
            .find(|consent| consent.id.to_string() == named);
        let Some(consent) = found else {
            return Err(connections::not_found(visit, &visitor).await);
        };
        let view = SingleView::new(&visitor.telling(visit), &consent, visit.ledger().now());
        Ok(Self {
            visitor,
            consent,
            view,
        })
    }

    async fn details(self, visit: &Visit) -> Response {
        let lines = match self.history(visit).await {
            Ok(lines) => lines,
            Err(error) => return Refusal::plain(visit, self.visitor.look, error).into_response(),
        };
        let title = self.view.item.title.text.clone();
        let (page, screen) = connections::screen(visit, &self.visitor, &title, None);
        let template = SinglePage {
            page,
            screen,
            single: self.view,
            lines,
        };
        connections::answer(visit, &self.visitor, StatusCode::OK, &template)
    }

    async fn history(&self, visit: &Visit) -> Result<Vec<SingleLine>, ApiError> {
        let history = history(visit, &self.visitor, &self.consent).await?;
        Ok(single::lines(&self.visitor.telling(visit), &history))
    }

    fn question(&self, visit: &Visit, notice: Option<Notice>) -> Response {
        let title = self
            .visitor
            .look
            .language
            .text("dashboard-single-stop-title")
            .with("title", self.view.item.title.text.as_str())
            .to_string();
        let (page, screen) = connections::screen(visit, &self.visitor, &title, notice);
        let template = StopPage {
            page,
            screen,
            single: self.view.clone(),
        };
        connections::answer(visit, &self.visitor, StatusCode::OK, &template)
    }

    /// Takes it back, if it stands. Where that fails the question is asked again: nobody is told that it ended before it has.
    async fn stop(&self, visit: &Visit) -> Result<(), Response> {
        let permit = self.visitor.permit().map_err(|denied| {
            let error = ApiError::new(&registry::FORBIDDEN).because(denied);
            Refusal::plain(visit, self.visitor.look, error).into_response()
        })?;
        let consents = std::slice::from_ref(&self.consent);
        let request = Some(visit.request_id.to_string());
        let done = visit
            .ledger()
            .stop_single(
                &visit.tenant,
                &permit,
                (self.visitor.session.subject, consents),
                request,
            )
            .await;
        let Err(error) = done else { return Ok(()) };
        tracing::error!(error.cause = %error, "a consent could not be taken back");
        let notice = not_stopped(&self.visitor);
        Err(not_now(self.question(visit, Some(notice))))
    }
}

/// What the log says of what was agreed to outside of connections.
pub(super) async fn history(
    visit: &Visit,
    visitor: &Visitor,
    consent: &Consent,
) -> Result<Vec<SingleEntry>, ApiError> {
    let permit = visitor
        .permit()
        .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
    let history = visit
        .ledger()
        .single_history(&visit.tenant, &permit, &consent.slot)
        .await?;
    Ok(history)
}

#[derive(Template)]
#[template(path = "dashboard/single.html")]
struct SinglePage {
    page: Page,
    screen: Screen,
    single: SingleView,
    lines: Vec<SingleLine>,
}

#[derive(Template)]
#[template(path = "dashboard/single_stop.html")]
struct StopPage {
    page: Page,
    screen: Screen,
    single: SingleView,
}
