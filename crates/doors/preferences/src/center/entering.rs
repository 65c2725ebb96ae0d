//! Getting in: with a code or a link that is sent by mail (consent-tokens-and-preferences 10). What is answered is the same whether anybody
//! has the address.

use axum::response::Response;
use consentry_domain::subject::Namespace;
use consentry_ledger::{
    Opaque,
    one_time::{Purpose, RedeemError, SendError},
    preferences::{Entrance, OpenCenterError},
};
use consentry_web::{
    error::{ApiError, registry},
    page::Page,
};
use http::StatusCode;

use super::{PageFailure, Visitor};

#[derive(askama::Template)]
#[template(path = "preferences/enter.html")]
struct EnterPage {
    page: Page,
    address: String,
    lang: String,
    /// Whether one can get in by mail at all.
    by_mail: bool,
    /// What the field is called.
    label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    name: String,
    problem: String,
    is_over: bool,
}

#[derive(askama::Template)]
#[template(path = "preferences/code.html")]
struct CodePage {
    page: Page,
    address: String,
    lang: String,
    handle: String,
    problem: String,
    is_open: bool,
    digits: u64,
    minutes: u64,
}

#[derive(askama::Template)]
#[template(path = "preferences/sent.html")]
struct SentPage {
    page: Page,
    address: String,
}

impl Visitor<'_> {
    /// The page that asks for an address. `is_over`: because a link does not work any more.
    pub(super) fn enter(&self, name: &str, is_over: bool, problem: String) -> Response {
        let (label, kind, autocomplete) = match self.visit.tenant.tenant.preferences.organization_users {
            Namespace::Login => ("login-name", "text", "username"),
            Namespace::Customer => ("center-customer", "text", "off"),
            _ => ("center-address", "email", "email"),
        };
        let status = if problem.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::TOO_MANY_REQUESTS
        };
        let template = EnterPage {
            page: self.look.page(self.visit, "center-enter-title"),
            address: self.look.address.clone(),
            lang: self.look.lang.clone(),
            by_mail: self.center.sign_in,
            label,
            kind,
            autocomplete,
            name: name.to_owned(),
            problem,
            is_over,
        };
        self.look.answer(status, &template)
    }

    /// What is asked of choices made on this page, the page says when it saves.
    const fn entrance<'a>(&self, base: &'a str) -> Entrance<'a> {
        Entrance {
            base,
            validations: None,
        }
    }

    /// There is no way in by mail where the center has none.
    fn offered(&self) -> Result<(), PageFailure> {
        if self.center.sign_in {
            Ok(())
        } else {
            Err(PageFailure(ApiError::new(&registry::NOT_FOUND)))
        }
    }

    pub(super) async fn send_code(&self, name: &str) -> Result<Response, PageFailure> {
        self.offered()?;
        let name = name.trim();
        let (tenant, address) = (&self.visit.tenant, self.visit.address);
        let sent = self
            .visit
            .ledger()
            .send_preference_code(tenant, name, self.center.new_people, address);
        match sent.await {
            Ok(handle) => Ok(self.code_page(handle.expose(), String::new(), true)),
            Err(error) => self.not_sent(name, error),
        }
    }

    pub(super) async fn send_link(&self, name: &str) -> Result<Response, PageFailure> {
        self.offered()?;
        let name = name.trim();
        let base = self.visit.base_url();
        // Back to where they are, which their browser can reach.
        let path = self.look.address.split('?').next().unwrap_or_default();
        let page = format!("{}{path}", self.base);
        let (tenant, address) = (&self.visit.tenant, self.visit.address);
        let sent = self.visit.ledger().send_center_link(
            tenant,
            (self.entrance(&base), &page),
            name,
            self.center.new_people,
            address,
        );
        match sent.await {
            Ok(_) => {
                let template = SentPage {
                    page: self.look.page(self.visit, "center-sent-title"),
                    address: self.look.address.clone(),
                };
                Ok(self.look.answer(StatusCode::OK, &template))
            }
            Err(error) => self.not_sent(name, error),
        }
    }

    fn not_sent(&self, name: &str, error: SendError) -> Result<Response, PageFailure> {
        match error {
            SendError::Throttled(quota) => Ok(self.enter(name, false, self.throttled(quota.more_in))),
            SendError::Fault(fault) => Err(fault.into()),
        }
    }

    fn throttled(&self, seconds: i64) -> String {
        let minutes = u64::try_from((seconds + 59) / 60).unwrap_or(1).max(1);
        self.look
            .language
            .text("center-wait")
            .with("minutes", minutes)
            .to_string()
    }

    pub(super) async fn enter_with_code(&self, handle: &str, code: &str) -> Result<Response, PageFailure> {
        self.offered()?;
        let (tenant, base) = (&self.visit.tenant, self.visit.base_url());
        let received = Opaque::received(handle);
        let opened = self.visit.ledger().open_center_with_code(
            tenant,
            self.entrance(&base),
            (&received, code),
            self.visit.address,
        );
        let text = |key| self.look.language.text(key);
        match opened.await {
            Ok(token) => self.open(&token.id_token).await,
            Err(OpenCenterError::Fault(fault) | OpenCenterError::Code(RedeemError::Fault(fault))) => {
                Err(fault.into())
            }
            Err(OpenCenterError::Code(RedeemError::Wrong { left })) => {
                let problem = text("code-wrong").with("left", left).to_string();
                Ok(self.code_page(handle, problem, true))
            }
            Err(OpenCenterError::Code(RedeemError::Throttled { seconds })) => {
                Ok(self.code_page(handle, self.throttled(seconds), true))
            }
            Err(OpenCenterError::Code(RedeemError::Over)) => {
                Ok(self.code_page(handle, text("code-over").to_string(), false))
            }
        }
    }

    fn code_page(&self, handle: &str, problem: String, is_open: bool) -> Response {
        let purpose = Purpose::Preferences;
        let template = CodePage {
            page: self.look.page(self.visit, "code-entry-title"),
            address: self.look.address.clone(),
            lang: self.look.lang.clone(),
            handle: handle.to_owned(),
            problem,
            is_open,
            digits: purpose.digits() as u64,
            minutes: u64::try_from(purpose.good_for().as_seconds() / 60).unwrap_or_default(),
        };
        self.look.answer(StatusCode::OK, &template)
    }
}
