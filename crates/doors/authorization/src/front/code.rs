//! Signing in with a code that is sent by mail.
//!
//! Two pages: one asks for a name and sends the code, the other takes it. What the first answers is the same whoever the name belongs to,
//! and nothing that is opened by a link does anything, so that a program which opens what is in a mail changes nothing.

use axum::{extract::Request, response::Response};
use consentry_domain::subject::{Alias, Namespace};
use consentry_ledger::{
    interactions::Level,
    one_time::{DIGITS, GOOD_FOR, Purpose, RedeemError, SendError},
    sessions::Method,
};
use consentry_web::{
    error::{ApiError, registry},
    page::Page,
    parameters::{Parameters, Rules},
    query,
    texts::Text,
    visit::Visit,
};
use http::HeaderMap;

use super::{
    browser::{self, Browser},
    failure::Failure,
    login::{Asker, answer, asked_in, client_of, handle_of, own_form, refused_with, throttled},
    page, passkey,
    redirect::see_other,
    signed_in::{Errand, proved},
    usable_sign_in,
};

/// Where one asks for a code.
pub(super) const ASK: &str = "/login/code";

/// Where one types it.
pub(super) const TYPE: &str = "/login/code/entry";

#[derive(askama::Template)]
#[template(path = "authorization/code_ask.html")]
struct AskPage {
    page: Page,
    client: Option<Asker>,
    interaction: String,
    username: String,
    problem: String,
    /// Whether it is asked for beside a password.
    is_second: bool,
    /// Where one logs in with a password; empty where one cannot.
    by_password: String,
    /// Where a passkey can take the place of a code; empty where it cannot.
    by_passkey: String,
}

#[derive(askama::Template)]
#[template(path = "authorization/code_entry.html")]
struct EntryPage {
    page: Page,
    interaction: String,
    problem: String,
    /// Whether there is a code that could still be typed.
    is_open: bool,
    /// Where one asks for another.
    again: String,
    digits: u64,
    minutes: u64,
}

/// `GET /login/code`.
pub(super) async fn get(visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let done = async {
        let errand = errand_of(&visit, &parts).await?;
        if let Some(errand) = errand.as_ref().filter(|errand| errand.is_past()) {
            return Ok(see_other(&errand.path(), Vec::new())?);
        }
        // Somebody who is logged in already does not have to say who they are.
        let session = Browser::new(&visit, &parts.headers).session().await?;
        let (username, is_second) = match (&errand, session) {
            (Some(errand), Some(session)) => {
                let since = errand.interaction.counts_since(visit.ledger().now());
                let name = visit
                    .ledger()
                    .name_of(&visit.tenant, session.subject, Namespace::Login)
                    .await?;
                (name.unwrap_or_default(), session.proves(Method::Password, since))
            }
            _ => (String::new(), false),
        };
        Ok(ask_page(&visit, errand.as_ref(), username, is_second))
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// `POST /login/code`: sends a code, if there is anybody to send one to.
pub(super) async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let form = own_form(&visit, &parts.headers, body).await?;
        send(&visit, &parts.headers, &form).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// `GET /login/code/entry`.
pub(super) async fn entry(visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let done = async {
        let errand = errand_of(&visit, &parts).await?;
        let is_open = Browser::new(&visit, &parts.headers).code().is_some();
        let problem = |page: &Page| (!is_open).then(|| page.text("code-over"));
        Ok(entry_page(&visit, errand.as_ref(), is_open, problem))
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// `POST /login/code/entry`: takes a code.
pub(super) async fn take(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let form = own_form(&visit, &parts.headers, body).await?;
        redeem(&visit, &parts.headers, &form).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// There is no such page where codes are not sent.
fn offered(visit: &Visit) -> Result<(), Failure> {
    if visit.tenant.tenant.authorization.sign_in.email_code {
        Ok(())
    } else {
        Err(ApiError::new(&registry::NOT_FOUND).into())
    }
}

async fn errand_of(visit: &Visit, parts: &http::request::Parts) -> Result<Option<Errand>, Failure> {
    offered(visit)?;
    let parameters = query::read(&parts.uri, &Rules::DEFAULT).map_err(ApiError::from)?;
    Errand::of(visit, &parts.headers, &parameters).await
}

async fn send(visit: &Visit, headers: &HeaderMap, form: &Parameters) -> Result<Response, Failure> {
    offered(visit)?;
    let errand = Errand::of(visit, headers, form).await?;
    if let Some(errand) = errand.as_ref().filter(|errand| errand.is_past()) {
        return Ok(see_other(&errand.path(), Vec::new())?);
    }
    let username = form.one("username").map_err(ApiError::from)?;
    let username = username.unwrap_or_default().trim();
    let name = Alias::new(Namespace::Login, username);
    let sent = visit
        .ledger()
        .send_one_time_code(&visit.tenant, Purpose::SignIn, &name, visit.address);
    match sent.await {
        Ok(handle) => {
            let cookie = browser::keep_code(visit, &handle)?;
            Ok(see_other(&Errand::at(errand.as_ref(), TYPE), vec![cookie])?)
        }
        Err(SendError::Throttled(quota)) => {
            let seconds = quota.more_in;
            let problem = |page: &Page| Some(throttled(page, seconds));
            let page = ask_page_with(visit, errand.as_ref(), username.to_owned(), false, problem);
            Ok(refused_with(page, Some(seconds)))
        }
        Err(SendError::Fault(fault)) => Err(fault.into()),
    }
}

async fn redeem(visit: &Visit, headers: &HeaderMap, form: &Parameters) -> Result<Response, Failure> {
    offered(visit)?;
    let errand = Errand::of(visit, headers, form).await?;
    let errand = errand.as_ref();
    if let Some(errand) = errand.filter(|errand| errand.is_past()) {
        return Ok(see_other(&errand.path(), Vec::new())?);
    }
    let code = form.one("code").map_err(ApiError::from)?.unwrap_or_default();
    let Some(handle) = Browser::new(visit, headers).code() else {
        let page = entry_page(visit, errand, false, |page| Some(page.text("code-over")));
        return Ok(refused_with(page, None));
    };
    let redeemed =
        visit
            .ledger()
            .redeem_one_time_code(&visit.tenant, Purpose::SignIn, &handle, code, visit.address);
    let (is_open, wait, wrong) = match redeemed.await {
        Ok(subject) => {
            let used = vec![browser::forget_code(visit)?];
            let proof = (subject, Method::EmailCode, None);
            return proved(visit, headers, errand, proof, used).await;
        }
        Err(RedeemError::Fault(fault)) => return Err(fault.into()),
        Err(RedeemError::Wrong { left }) => (true, None, Some(left)),
        Err(RedeemError::Throttled { seconds }) => (true, Some(seconds), None),
        Err(RedeemError::Over) => (false, None, None),
    };
    let problem = |page: &Page| {
        Some(match (wait, wrong) {
            (Some(seconds), _) => throttled(page, seconds),
            (None, Some(left)) => page.text("code-wrong").with("left", left),
            (None, None) => page.text("code-over"),
        })
    };
    Ok(refused_with(entry_page(visit, errand, is_open, problem), wait))
}

/// The page that asks for a name, or, as a second proof, whether a code may be sent.
pub(super) fn ask_page(
    visit: &Visit,
    errand: Option<&Errand>,
    username: String,
    is_second: bool,
) -> Response {
    ask_page_with(visit, errand, username, is_second, |_| None)
}

fn ask_page_with(
    visit: &Visit,
    errand: Option<&Errand>,
    username: String,
    is_second: bool,
    problem: impl Fn(&Page) -> Option<Text>,
) -> Response {
    let sign_in = usable_sign_in(visit);
    let level = errand.map_or(Level::Any, |errand| errand.interaction.request.level(&sign_in));
    let by_password = match errand {
        _ if !sign_in.password || is_second || level != Level::Any => String::new(),
        Some(errand) => errand.path(),
        None => "/login".to_owned(),
    };
    let takes_passkeys = matches!(level, Level::Any | Level::Two) && passkey::offered(visit).is_some();
    let by_passkey = if takes_passkeys {
        Errand::at(errand, passkey::USE)
    } else {
        String::new()
    };
    let title = if is_second {
        "code-second-title"
    } else {
        "code-title"
    };
    let page = page::new(visit, asked_in(errand), title);
    let problem = problem(&page).map(|text| text.to_string()).unwrap_or_default();
    let template = AskPage {
        page,
        client: client_of(visit, errand),
        interaction: handle_of(errand),
        is_second: is_second && !username.is_empty(),
        username,
        problem,
        by_password,
        by_passkey,
    };
    answer(visit, errand, &template.page, &template)
}

fn entry_page(
    visit: &Visit,
    errand: Option<&Errand>,
    is_open: bool,
    problem: impl Fn(&Page) -> Option<Text>,
) -> Response {
    let page = page::new(visit, asked_in(errand), "code-entry-title");
    let problem = problem(&page).map(|text| text.to_string()).unwrap_or_default();
    let template = EntryPage {
        page,
        interaction: handle_of(errand),
        problem,
        is_open,
        again: Errand::at(errand, ASK),
        digits: DIGITS as u64,
        minutes: u64::try_from(GOOD_FOR.as_seconds() / 60).unwrap_or_default(),
    };
    answer(visit, errand, &template.page, &template)
}
