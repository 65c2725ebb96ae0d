//! Changing accounts, in three steps: the ticks, what they would change, and the change (consent-dashboard B6.1).

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{AccountId, Rejection, decision::Door};
use consentry_ledger::{
    DecisionError,
    agreements::{AccountsError, AccountsRequest, Connection},
};
use consentry_web::{
    error::{ApiError, registry},
    page::Page,
    visit::Visit,
};
use http::StatusCode;

use super::{connection as detail, connections, refusal::Refusal, visitor::Visitor};
use crate::view::{
    ConnectionView, Notice, Screen,
    accounts::{AccountView, AccountsView},
};

/// Shows all accounts, the shared ones ticked.
pub async fn ask(visit: Visit, request: Request) -> Response {
    match changeable(&visit, request).await {
        Ok(at) => at.form(&visit, None),
        Err(answer) => answer,
    }
}

/// Shows what the ticks would change. Changes nothing.
pub async fn review(visit: Visit, request: Request) -> Response {
    match changeable(&visit, request).await {
        Ok(at) => at.summary(&visit),
        Err(answer) => answer,
    }
}

/// Changes the accounts; answers after the commit.
pub async fn save(visit: Visit, request: Request) -> Response {
    let at = match changeable(&visit, request).await {
        Ok(at) => at,
        Err(answer) => return answer,
    };
    match at.change(&visit).await {
        Ok(()) => at.changed(&visit).await,
        Err(error) => at.refused(&visit, error),
    }
}

/// A connection whose accounts can be changed, and who looks at it.
struct Changeable {
    visitor: Visitor,
    connection: Connection,
    view: ConnectionView,
    accounts: AccountsView,
}

/// The connection of a form. One whose accounts cannot be changed is shown as it is.
async fn changeable(visit: &Visit, request: Request) -> Result<Changeable, Response> {
    let (visitor, connection) = Visitor::at_connection(visit, request).await?;
    let view = ConnectionView::new(&visitor.telling(visit), &connection);
    let accounts = view.accounts.clone();
    match accounts.filter(|accounts| accounts.can_change && view.phase.has_access()) {
        Some(accounts) => Ok(Changeable {
            visitor,
            connection,
            view,
            accounts,
        }),
        None => {
            let text = visitor.look.language.text("dashboard-nothing-changed");
            Err(detail::page(
                visit,
                &visitor,
                &connection,
                Some(Notice::info(&text)),
            ))
        }
    }
}

impl Changeable {
    fn is_ticked(&self, account: &AccountView) -> bool {
        self.visitor
            .form
            .all("account")
            .any(|ticked| ticked == account.id)
    }

    fn others(&self) -> bool {
        self.visitor.form.all("others").next().is_some()
    }

    fn screen(&self, visit: &Visit, notice: Option<Notice>) -> (Page, Screen) {
        let language = self.visitor.look.language;
        let title = language
            .text("dashboard-accounts-title")
            .with("app", self.view.name.short.as_str());
        connections::screen(visit, &self.visitor, &title, notice)
    }

    fn form(&self, visit: &Visit, notice: Option<Notice>) -> Response {
        let status = if notice.is_some() {
            StatusCode::CONFLICT
        } else {
            StatusCode::OK
        };
        let (page, screen) = self.screen(visit, notice);
        let template = AccountsPage {
            page,
            screen,
            connection: self.view.clone(),
            accounts: self.accounts.clone(),
        };
        connections::answer(visit, &self.visitor, status, &template)
    }

    fn summary(&self, visit: &Visit) -> Response {
        let language = self.visitor.look.language;
        let others = self.others();
        let changed = self.accounts.all.iter();
        let changed = changed.filter(|account| account.shared != self.is_ticked(account));
        let (off, on): (Vec<_>, Vec<_>) = changed.cloned().partition(|account| account.shared);
        if on.is_empty() && off.is_empty() && others == self.accounts.others {
            let notice = Notice::info(&language.text("dashboard-nothing-changed"));
            return detail::page(visit, &self.visitor, &self.connection, Some(notice));
        }
        let ticked: Vec<String> = self
            .accounts
            .all
            .iter()
            .filter(|account| self.is_ticked(account))
            .map(|account| account.id.clone())
            .collect();
        let (page, screen) = self.screen(visit, None);
        let template = SummaryPage {
            page,
            screen,
            nothing_left: ticked.is_empty() && !others,
            ticked,
            version: self.visitor.seen(),
            others_change: others != self.accounts.others,
            connection: self.view.clone(),
            on,
            off,
            others,
        };
        connections::answer(visit, &self.visitor, StatusCode::OK, &template)
    }

    async fn change(&self, visit: &Visit) -> Result<(), AccountsError> {
        let set = self.accounts.all.iter().filter_map(|account| {
            let id = AccountId::parse(&account.id).ok()?;
            Some((id, self.is_ticked(account)))
        });
        let request = AccountsRequest {
            subject: self.visitor.session.subject,
            agreement: self.connection.agreement.id,
            version: Some(self.visitor.seen()),
            set: set.collect(),
            others: Some(self.others()),
            door: Door::Dashboard,
            request: Some(visit.request_id.to_string()),
        };
        let permit = self.visitor.permit().map_err(DecisionError::Denied)?;
        visit
            .ledger()
            .change_accounts(&visit.tenant, &permit, &request)
            .await
    }

    /// The connection as it is now, saying what was done.
    async fn changed(&self, visit: &Visit) -> Response {
        let text = self.visitor.look.language.text("dashboard-accounts-changed");
        let notice = Notice::done(&text).telling("consent-modified", self.view.id.clone());
        match self.visitor.connection_or_answer(visit).await {
            Ok(connection) => detail::page(visit, &self.visitor, &connection, Some(notice)),
            Err(answer) => answer,
        }
    }

    /// The form again where the person can do something about it.
    fn refused(&self, visit: &Visit, error: AccountsError) -> Response {
        let text = |key| self.visitor.look.language.text(key);
        let (title, words) = match error {
            AccountsError::Decision(DecisionError::Rejected(Rejection::AgreementChanged(_))) => {
                ("dashboard-changed-meanwhile", "dashboard-changed-meanwhile-text")
            }
            AccountsError::Decision(DecisionError::Rejected(Rejection::Widens)) => {
                ("dashboard-nothing-changed", "dashboard-may-not-widen")
            }
            AccountsError::Decision(DecisionError::Fault(fault)) => {
                return Refusal::plain(visit, self.visitor.look, fault.into()).into_response();
            }
            error => {
                let error = ApiError::new(&registry::CONSENT_NOT_ACTIVE).because(error);
                return Refusal::plain(visit, self.visitor.look, error).into_response();
            }
        };
        self.form(visit, Some(Notice::error(&text(title), &text(words))))
    }
}

#[derive(Template)]
#[template(path = "dashboard/accounts.html")]
struct AccountsPage {
    page: Page,
    screen: Screen,
    connection: ConnectionView,
    accounts: AccountsView,
}

#[derive(Template)]
#[template(path = "dashboard/accounts_summary.html")]
struct SummaryPage {
    page: Page,
    screen: Screen,
    connection: ConnectionView,
    on: Vec<AccountView>,
    off: Vec<AccountView>,
    /// Ids of all accounts that shall be shared.
    ticked: Vec<String>,
    others: bool,
    others_change: bool,
    nothing_left: bool,
    version: u32,
}
