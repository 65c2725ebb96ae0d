//! The hosted login page: name and password.

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{Timestamp, subject::Namespace};
use consentry_ledger::{
    accounts::LoginError,
    interactions::{Assurance, Level},
    sessions::{Method, Session},
};
use consentry_web::{
    error::{ApiError, registry},
    form, logos, origin,
    page::{Page, ShownName},
    parameters::{Parameters, Rules},
    query, sign_in,
    texts::Text,
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{
    agreements,
    browser::Browser,
    code,
    failure::Failure,
    links, page, passkey,
    redirect::see_other,
    signed_in::{Errand, proved},
    upstream, usable_sign_in,
};

#[derive(askama::Template)]
#[template(path = "authorization/login.html")]
struct LoginPage {
    page: Page,
    client: Option<Asker>,
    interaction: String,
    username: String,
    problem: String,
    /// Whether one may log in with a password.
    by_password: bool,
    /// Where one logs in with a code; empty where one cannot.
    by_code: String,
    /// Where one logs in with a passkey; empty where one cannot.
    by_passkey: String,
    /// Other providers: where each is begun with, and what people call it.
    others: Vec<(String, String)>,
}

#[derive(askama::Template)]
#[template(path = "authorization/signed_in.html")]
struct SignedInPage {
    page: Page,
    message: String,
    /// Whether there is a page with the person's passkeys.
    has_passkeys: bool,
    /// Whether there is a page with their identities at other providers.
    has_links: bool,
    /// Where the person switches mails about what they agreed to; none where there are none.
    notices: Option<String>,
    /// Whether there is a page with all that they agreed to.
    has_agreements: bool,
}

/// `GET /login`: for somebody who comes without a request of an app.
pub(super) async fn get(visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let headers = parts.headers;
    let done = async {
        let parameters = query::read(&parts.uri, &Rules::DEFAULT).map_err(ApiError::from)?;
        let is_anew = parameters.one("anew").map_err(ApiError::from)? == Some("yes");
        let session = Browser::new(&visit, &headers).session().await?;
        let level = wanted(&visit, &parameters)?;
        match session {
            Some(session) if is_anew => {
                let ledger = visit.ledger();
                let name = ledger.name_of(&visit.tenant, session.subject, Namespace::Login);
                Ok(render(&visit, None, name.await?.unwrap_or_default(), |_| None))
            }
            Some(session) => {
                if let Some(further) = further(&visit, &session, level).await? {
                    return Ok(further);
                }
                match sign_in::on_the_way(&visit, &headers) {
                    Some(onward) => Ok(onward?),
                    None => signed_in(&visit, &session).await,
                }
            }
            None => match level.first_method(&usable_sign_in(&visit)) {
                Method::EmailCode => Ok(see_other(code::ASK, Vec::new())?),
                Method::Passkey => Ok(see_other(passkey::USE, Vec::new())?),
                Method::Password | Method::Upstream => {
                    Ok(render_for(&visit, None, level, String::new(), |_| None))
                }
            },
        }
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// The level that a page of ours wants somebody to reach, of those that can be reached here.
fn wanted(visit: &Visit, parameters: &Parameters) -> Result<Level, ApiError> {
    let sign_in = usable_sign_in(visit);
    let asked = parameters.one("acr_values")?;
    let level = asked.and_then(|acr| Level::of(acr, &sign_in));
    Ok(level
        .filter(|level| level.is_offered(&sign_in))
        .unwrap_or(Level::Any))
}

/// The page on which somebody who is logged in proves more of who they are; none where nothing more is wanted, or they cannot.
async fn further(visit: &Visit, session: &Session, level: Level) -> Result<Option<Response>, Failure> {
    let ledger = visit.ledger();
    let assurance = ledger
        .assurance_at(
            &visit.tenant,
            &usable_sign_in(visit),
            level,
            session,
            Timestamp::EPOCH,
        )
        .await?;
    let Assurance::Missing(method) = assurance else {
        return Ok(None);
    };
    let name = ledger.name_of(&visit.tenant, session.subject, Namespace::Login);
    let name = name.await?.unwrap_or_default();
    Ok(Some(match method {
        Method::EmailCode => {
            let is_second = session.proves(Method::Password, Timestamp::EPOCH);
            code::ask_page(visit, None, name, is_second)
        }
        Method::Passkey => see_other(passkey::USE, Vec::new())?,
        Method::Password | Method::Upstream => render_for(visit, None, level, name, |_| None),
    }))
}

/// `POST /login`.
pub(super) async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let form = own_form(&visit, &parts.headers, body).await?;
        log_in(&visit, &parts.headers, &form).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// The fields of a form of one of our own pages.
pub(super) async fn own_form(
    visit: &Visit,
    headers: &HeaderMap,
    body: axum::body::Body,
) -> Result<Parameters, Failure> {
    let own = visit
        .house
        .origin(&visit.tenant)
        .ok_or_else(|| ApiError::internal("no public origin"))?;
    origin::guard(&http::Method::POST, headers, &own)?;
    let form = form::read(headers, body, &Rules::DEFAULT).await;
    Ok(form.map_err(ApiError::from)?)
}

/// The page on which somebody proves in this way who they are, for an app. `session` is one that is not enough; its name is filled in.
pub(super) async fn page_for(
    visit: &Visit,
    errand: &Errand,
    session: Option<&Session>,
    method: Method,
) -> Result<Response, Failure> {
    let username = match session {
        Some(session) => {
            visit
                .ledger()
                .name_of(&visit.tenant, session.subject, Namespace::Login)
                .await?
        }
        None => None,
    };
    let username = username.unwrap_or_default();
    Ok(match method {
        Method::Password | Method::Upstream => render(visit, Some(errand), username, |_| None),
        Method::EmailCode => {
            let is_second = session.is_some_and(|session| {
                let since = errand.interaction.counts_since(visit.ledger().now());
                session.proves(Method::Password, since)
            });
            code::ask_page(visit, Some(errand), username, is_second)
        }
        Method::Passkey => passkey::page_for(visit, errand)?,
    })
}

async fn log_in(visit: &Visit, headers: &HeaderMap, form: &Parameters) -> Result<Response, Failure> {
    if !visit.tenant.tenant.authorization.sign_in.password {
        return Err(ApiError::new(&registry::NOT_FOUND).into());
    }
    let errand = Errand::of(visit, headers, form).await?;
    if let Some(errand) = errand.as_ref().filter(|errand| errand.is_past()) {
        return Ok(see_other(&errand.path(), Vec::new())?);
    }
    let field = |name| {
        form.one(name)
            .map(Option::unwrap_or_default)
            .map_err(ApiError::from)
    };
    let (username, password) = (field("username")?.trim(), field("password")?);
    let ledger = visit.ledger();
    let address = visit.address.to_string();
    let subject = match ledger
        .log_in(&visit.tenant, Namespace::Login, username, password, &address)
        .await
    {
        Ok(subject) => subject,
        Err(LoginError::Fault(fault)) => return Err(fault.into()),
        Err(refused) => return Ok(refused_login(visit, errand.as_ref(), username, &refused)),
    };
    let proof = (subject, Method::Password, None);
    proved(visit, headers, errand.as_ref(), proof, Vec::new()).await
}

/// The page again. Whether the name exists is not told; how long to wait is.
fn refused_login(visit: &Visit, errand: Option<&Errand>, username: &str, refused: &LoginError) -> Response {
    let wait = match refused {
        LoginError::Throttled { seconds } => Some(*seconds),
        _ => None,
    };
    let problem = |page: &Page| {
        Some(match wait {
            Some(seconds) => throttled(page, seconds),
            None => page.text("login-wrong"),
        })
    };
    refused_with(render(visit, errand, username.to_owned(), problem), wait)
}

/// How long to wait, in words.
pub(super) fn throttled(page: &Page, seconds: i64) -> Text {
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    page.text("login-throttled").with("seconds", seconds)
}

/// A page that refuses somebody, for now or for so many seconds.
pub(super) fn refused_with(mut answer: Response, wait: Option<i64>) -> Response {
    match wait {
        Some(seconds) => {
            *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        None => *answer.status_mut() = StatusCode::FORBIDDEN,
    }
    answer
}

fn render(
    visit: &Visit,
    errand: Option<&Errand>,
    username: String,
    problem: impl Fn(&Page) -> Option<Text>,
) -> Response {
    let sign_in = usable_sign_in(visit);
    let level = errand.map_or(Level::Any, |errand| errand.interaction.request.level(&sign_in));
    render_for(visit, errand, level, username, problem)
}

fn render_for(
    visit: &Visit,
    errand: Option<&Errand>,
    level: Level,
    username: String,
    problem: impl Fn(&Page) -> Option<Text>,
) -> Response {
    let sign_in = &visit.tenant.tenant.authorization.sign_in;
    let by_code = if sign_in.email_code && level == Level::Any {
        Errand::at(errand, code::ASK)
    } else {
        String::new()
    };
    let takes_passkeys = matches!(level, Level::Any | Level::Two) && passkey::offered(visit).is_some();
    let by_passkey = if takes_passkeys {
        Errand::at(errand, passkey::USE)
    } else {
        String::new()
    };
    let others = sign_in.upstreams.iter().enumerate();
    let others = others
        .filter(|(place, _)| level == Level::Any || level == Level::Upstream(*place))
        .map(|(_, other)| (Errand::at(errand, &upstream::path(other)), other.label.clone()))
        .collect();
    let page = page::new(visit, asked_in(errand), "login-title");
    let problem = problem(&page).map(|text| text.to_string()).unwrap_or_default();
    let template = LoginPage {
        page,
        client: client_of(visit, errand),
        interaction: handle_of(errand),
        username,
        problem,
        by_password: sign_in.password && !matches!(level, Level::Upstream(_)),
        by_code,
        by_passkey,
        others,
    };
    answer(visit, errand, &template.page, &template)
}

/// Languages that the request of an app asks for.
pub(super) fn asked_in(errand: Option<&Errand>) -> &[String] {
    errand.map_or(&[], |errand| &errand.interaction.request.ui_locales)
}

/// The app that somebody signs in for.
pub(super) struct Asker {
    pub(super) name: ShownName,
    /// Path of its logo; empty where there is none.
    pub(super) logo: String,
}

/// The app that somebody signs in for.
pub(super) fn client_of(visit: &Visit, errand: Option<&Errand>) -> Option<Asker> {
    let client = errand.and_then(|errand| errand.client(visit).ok());
    client.map(|client| Asker {
        name: ShownName::new(&client.name),
        logo: logos::of_client(&visit.tenant, client),
    })
}

/// What a form carries on of an errand.
pub(super) fn handle_of(errand: Option<&Errand>) -> String {
    errand
        .map(|errand| errand.handle.expose().to_owned())
        .unwrap_or_default()
}

/// A page whose forms may lead on to what an errand leads to.
pub(super) fn answer(
    visit: &Visit,
    errand: Option<&Errand>,
    page: &Page,
    template: &impl askama::Template,
) -> Response {
    let leads_to = errand.map(|errand| errand.leads_to(visit)).unwrap_or_default();
    let leads_to: Vec<&str> = leads_to.iter().map(String::as_str).collect();
    page::answer(page, template, &leads_to)
}

async fn signed_in(visit: &Visit, session: &Session) -> Result<Response, Failure> {
    let name = visit
        .ledger()
        .name_of(&visit.tenant, session.subject, Namespace::Login)
        .await?;
    let mut page = page::new(visit, &[], "signed-in-title");
    page.person = name;
    let message = page
        .text("signed-in-text")
        .with("bank", page.brand.name.clone())
        .to_string();
    let template = SignedInPage {
        page,
        message,
        has_passkeys: passkey::offered(visit).is_some(),
        has_links: links::offered(visit),
        notices: visit
            .ledger()
            .notices_path(&visit.tenant, session.subject)
            .await?,
        has_agreements: agreements::offered(visit),
    };
    Ok(page::answer(&template.page, &template, &[]).into_response())
}
