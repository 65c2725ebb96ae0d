//! Changing accounts, in three steps: the ticks, what they would change, and the change (consent-dashboard B6.1).

use askama::Template;
use axum::{extract::Request, response::Response};
use consentry_domain::{AccountId, Rejection};
use consentry_ledger::{
    DecisionError,
    agreements::{AccountsError, AccountsRequest},
};
use consentry_web::{
    error::{ApiError, registry},
    page::Page,
    visit::Visit,
};
use http::StatusCode;

use super::ticks::Ticks;
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
        Ok(()) => {
            let done = Notice::done(&at.ticks.text("dashboard-accounts-changed"));
            at.ticks.changed(&visit, done).await
        }
        Err(error) => at.refused(&visit, error),
    }
}

/// A connection whose accounts can be changed.
struct Changeable {
    ticks: Ticks,
    accounts: AccountsView,
}

/// The connection of a form. One whose accounts cannot be changed is shown as it is.
async fn changeable(visit: &Visit, request: Request) -> Result<Changeable, Response> {
    let ticks = Ticks::arriving(visit, request, "dashboard-accounts-title").await?;
    let accounts = ticks.view.accounts.clone();
    match accounts.filter(|accounts| accounts.can_change && ticks.view.phase.has_access()) {
        Some(accounts) => Ok(Changeable { ticks, accounts }),
        None => Err(ticks.unchanged(visit)),
    }
}

impl Changeable {
    fn is_ticked(&self, account: &AccountView) -> bool {
        self.ticks.has("account", &account.id)
    }

    fn others(&self) -> bool {
        self.ticks.visitor.form.all("others").next().is_some()
    }

    fn form(&self, visit: &Visit, notice: Option<Notice>) -> Response {
        let status = if notice.is_some() {
            StatusCode::CONFLICT
        } else {
            StatusCode::OK
        };
        let (page, screen) = self.ticks.screen(visit, notice);
        let template = AccountsPage {
            page,
            screen,
            connection: self.ticks.view.clone(),
            accounts: self.accounts.clone(),
        };
        self.ticks.answer(visit, status, &template)
    }

    fn summary(&self, visit: &Visit) -> Response {
        let others = self.others();
        let changed = self.accounts.all.iter();
        let changed = changed.filter(|account| account.shared != self.is_ticked(account));
        let (off, on): (Vec<_>, Vec<_>) = changed.cloned().partition(|account| account.shared);
        if on.is_empty() && off.is_empty() && others == self.accounts.others {
            return self.ticks.unchanged(visit);
        }
        let ticked: Vec<String> = self
            .accounts
            .all
            .iter()
            .filter(|account| self.is_ticked(account))
            .map(|account| account.id.clone())
            .collect();
        let (page, screen) = self.ticks.screen(visit, None);
        let template = SummaryPage {
            page,
            screen,
            nothing_left: ticked.is_empty() && !others,
            ticked,
            version: self.ticks.visitor.seen(),
            others_change: others != self.accounts.others,
            connection: self.ticks.view.clone(),
            on,
            off,
            others,
        };
        self.ticks.answer(visit, StatusCode::OK, &template)
    }

    async fn change(&self, visit: &Visit) -> Result<(), AccountsError> {
        let set = self.accounts.all.iter().filter_map(|account| {
            let id = AccountId::parse(&account.id).ok()?;
            Some((id, self.is_ticked(account)))
        });
        let request = AccountsRequest {
            about: self.ticks.about(visit),
            version: Some(self.ticks.visitor.seen()),
            set: set.collect(),
            others: Some(self.others()),
        };
        let permit = self.ticks.visitor.permit().map_err(DecisionError::Denied)?;
        visit
            .ledger()
            .change_accounts(&visit.tenant, &permit, &request)
            .await
    }

    /// The form again where the person can do something about it.
    fn refused(&self, visit: &Visit, error: AccountsError) -> Response {
        let notice = match error {
            AccountsError::Decision(DecisionError::Rejected(Rejection::AgreementChanged(_))) => {
                self.ticks.overtaken()
            }
            AccountsError::Decision(DecisionError::Rejected(Rejection::Widens)) => Notice::error(
                &self.ticks.text("dashboard-nothing-changed"),
                &self.ticks.text("dashboard-may-not-widen"),
            ),
            AccountsError::Decision(DecisionError::Fault(fault)) => {
                return self.ticks.failed(visit, fault.into());
            }
            error => {
                let error = ApiError::new(&registry::CONSENT_NOT_ACTIVE).because(error);
                return self.ticks.failed(visit, error);
            }
        };
        self.form(visit, Some(notice))
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
