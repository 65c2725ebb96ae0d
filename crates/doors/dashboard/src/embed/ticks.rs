//! What screens have in common on which a person ticks what shall be shared (consent-dashboard B6.1): the connection that it is about, and
//! the ways back to it. What can be ticked, and what comes of it, is with [`super::accounts`] and [`super::clusters`].

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_ledger::agreements::{Connection, Subjected};
use consentry_web::{error::ApiError, page::Page, texts::Text, visit::Visit};
use http::StatusCode;

use super::{connection as detail, connections, refusal::Refusal, visitor::Visitor};
use crate::{
    api::consents,
    view::{ConnectionView, Notice, Screen},
};

/// A connection, and who looks at it.
pub(super) struct Ticks {
    pub visitor: Visitor,
    pub connection: Connection,
    pub view: ConnectionView,
    title: &'static str,
}

impl Ticks {
    /// The connection of a form, on a screen of this title.
    pub async fn arriving(visit: &Visit, request: Request, title: &'static str) -> Result<Self, Response> {
        let (visitor, connection) = Visitor::at_connection(visit, request).await?;
        let view = ConnectionView::new(&visitor.telling(visit), &connection);
        Ok(Self {
            visitor,
            connection,
            view,
            title,
        })
    }

    /// Whether the form has this tick.
    pub fn has(&self, field: &str, value: &str) -> bool {
        self.visitor.form.all(field).any(|ticked| ticked == value)
    }

    /// Words in the person's language.
    pub fn text(&self, key: &'static str) -> Text {
        self.visitor.look.language.text(key)
    }

    /// Words that name the application.
    pub fn text_with_app(&self, key: &'static str) -> Text {
        self.text(key).with("app", self.view.name.short.as_str())
    }

    /// What is to be changed, in this request.
    pub fn about(&self, visit: &Visit) -> Subjected {
        consents::about(visit, &self.connection)
    }

    /// What every step has in common.
    pub fn screen(&self, visit: &Visit, notice: Option<Notice>) -> (Page, Screen) {
        let title = self.text_with_app(self.title);
        connections::screen(visit, &self.visitor, &title, notice)
    }

    /// A step as an answer.
    pub fn answer(&self, visit: &Visit, status: StatusCode, template: &impl Template) -> Response {
        connections::answer(visit, &self.visitor, status, template)
    }

    /// The connection as it is, where there is nothing to change.
    pub fn unchanged(&self, visit: &Visit) -> Response {
        let notice = Notice::info(&self.text("dashboard-nothing-changed"));
        detail::page(visit, &self.visitor, &self.connection, Some(notice))
    }

    /// The connection as it is now, saying what was done.
    pub async fn changed(&self, visit: &Visit, done: Notice) -> Response {
        let notice = done.telling("consent-modified", self.view.id.clone());
        match self.visitor.connection_or_answer(visit).await {
            Ok(connection) => detail::page(visit, &self.visitor, &connection, Some(notice)),
            Err(answer) => answer,
        }
    }

    /// What the form says where somebody else was faster.
    pub fn overtaken(&self) -> Notice {
        Notice::error(
            &self.text("dashboard-changed-meanwhile"),
            &self.text("dashboard-changed-meanwhile-text"),
        )
    }

    /// The page of an error that the person can do nothing about.
    pub fn failed(&self, visit: &Visit, error: ApiError) -> Response {
        Refusal::plain(visit, self.visitor.look, error).into_response()
    }
}
