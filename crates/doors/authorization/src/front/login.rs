//! The hosted login page: name and password.

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{client::Client, subject::Namespace};
use consentry_ledger::{
    Opaque,
    accounts::{LoginError, Session},
    interactions::{Interaction, Misuse},
};
use consentry_web::{
    error::ApiError,
    form, origin,
    page::{Page, ShownName},
    parameters::{Parameters, Rules},
    sign_in,
    texts::Text,
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::{
    answer,
    browser::{self, Browser},
    failure::Failure,
    page, proceed,
    redirect::see_other,
};

#[derive(askama::Template)]
#[template(path = "authorization/login.html")]
struct LoginPage {
    page: Page,
    client: Option<ShownName>,
    interaction: String,
    username: String,
    problem: String,
}

#[derive(askama::Template)]
#[template(path = "authorization/notice.html")]
struct SignedInPage {
    page: Page,
    message: String,
}

/// `GET /login`: for somebody who comes without a request of an app.
pub(super) async fn get(visit: Visit, headers: HeaderMap) -> Response {
    let done = async {
        let session = Browser::new(&visit, &headers).session().await?;
        match session {
            Some(session) => match sign_in::on_the_way(&visit, &headers) {
                Some(onward) => Ok(onward?),
                None => signed_in(&visit, &session).await,
            },
            None => Ok(render(&visit, &[], None, String::new(), |_| None, &[])),
        }
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// `POST /login`.
pub(super) async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let own = visit
            .house
            .origin(&visit.tenant)
            .ok_or_else(|| ApiError::internal("no public origin"))?;
        origin::guard(&Method::POST, &parts.headers, &own)?;
        let form = form::read(&parts.headers, body, &Rules::DEFAULT)
            .await
            .map_err(ApiError::from)?;
        log_in(&visit, &parts.headers, &form).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// The login page of an interaction. `session` is one that is not fresh enough; its name is filled in.
pub(super) async fn page_for(
    visit: &Visit,
    client: &Client,
    handle: &Opaque,
    interaction: &Interaction,
    session: Option<&Session>,
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
    Ok(for_interaction(
        visit,
        client,
        handle,
        interaction,
        username.unwrap_or_default(),
        |_| None,
    ))
}

async fn log_in(visit: &Visit, headers: &HeaderMap, form: &Parameters) -> Result<Response, Failure> {
    let field = |name| {
        form.one(name)
            .map(Option::unwrap_or_default)
            .map_err(ApiError::from)
    };
    let (handle, username, password) = (
        field("interaction")?,
        field("username")?.trim(),
        field("password")?,
    );
    let handle = Some(handle)
        .filter(|handle| !handle.is_empty())
        .map(Opaque::received);
    let interaction = match &handle {
        Some(handle) => Some(waiting_for_login(visit, headers, handle).await?),
        None => None,
    };
    if let (Some(handle), Some(interaction)) = (&handle, &interaction)
        && interaction.step.question().is_some()
    {
        return Ok(see_other(&proceed::path(handle), Vec::new())?);
    }
    let ledger = visit.ledger();
    let address = visit.address.to_string();
    let subject = match ledger
        .log_in(&visit.tenant, Namespace::Login, username, password, &address)
        .await
    {
        Ok(subject) => subject,
        Err(LoginError::Fault(fault)) => return Err(fault.into()),
        Err(refused) => return refused_login(visit, &handle, interaction.as_ref(), username, &refused),
    };
    let previous = Browser::new(visit, headers).session_bearer();
    let (bearer, session) = ledger
        .renew_session(&visit.tenant, previous.as_ref(), subject, &["pwd"])
        .await?;
    let cookie = browser::keep_session(visit, &bearer)?;
    match (handle, interaction) {
        (Some(handle), Some(interaction)) => {
            ledger
                .interaction_logged_in(&visit.tenant, &interaction, &session)
                .await?;
            Ok(see_other(&proceed::path(&handle), vec![cookie])?)
        }
        _ => Ok(see_other("/login", vec![cookie])?),
    }
}

/// The interaction of a login, in its own browser.
async fn waiting_for_login(
    visit: &Visit,
    headers: &HeaderMap,
    handle: &Opaque,
) -> Result<Interaction, Failure> {
    let found = visit.ledger().interaction(&visit.tenant, handle).await?;
    let interaction = found.ok_or_else(Failure::unknown)?;
    if interaction.step.is_terminal() {
        visit
            .ledger()
            .reject_interaction(&visit.tenant, &interaction, Misuse::Over)
            .await?;
        return Err(Failure::over());
    }
    answer::own_browser(visit, headers, &interaction).await?;
    Ok(interaction)
}

/// The page again. Whether the name exists is not told; how long to wait is.
fn refused_login(
    visit: &Visit,
    handle: &Option<Opaque>,
    interaction: Option<&Interaction>,
    username: &str,
    refused: &LoginError,
) -> Result<Response, Failure> {
    let wait = match refused {
        LoginError::Throttled { seconds } => Some(u32::try_from(*seconds).unwrap_or(u32::MAX)),
        _ => None,
    };
    let problem = |page: &Page| {
        Some(match wait {
            Some(seconds) => page.text("login-throttled").with("seconds", seconds),
            None => page.text("login-wrong"),
        })
    };
    let username = username.to_owned();
    let mut answer = match (handle, interaction) {
        (Some(handle), Some(interaction)) => {
            let client = visit
                .tenant
                .client(interaction.request.client.as_str())
                .ok_or_else(Failure::over)?;
            for_interaction(visit, client, handle, interaction, username, problem)
        }
        _ => render(visit, &[], None, username, problem, &[]),
    };
    match wait {
        Some(seconds) => {
            *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        None => *answer.status_mut() = StatusCode::FORBIDDEN,
    }
    Ok(answer)
}

fn for_interaction(
    visit: &Visit,
    client: &Client,
    handle: &Opaque,
    interaction: &Interaction,
    username: String,
    problem: impl Fn(&Page) -> Option<Text>,
) -> Response {
    let request = &interaction.request;
    // The post of this page may end in redirects to either of these, and browsers hold the policy against them.
    let leads_to: Vec<&str> = [Some(request.redirect_uri.as_str()), client.consent_uri.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let shown = Some((ShownName::new(&client.name), handle));
    render(visit, &request.ui_locales, shown, username, problem, &leads_to)
}

fn render(
    visit: &Visit,
    asked: &[String],
    interaction: Option<(ShownName, &Opaque)>,
    username: String,
    problem: impl Fn(&Page) -> Option<Text>,
    leads_to: &[&str],
) -> Response {
    let page = page::new(visit, asked, "login-title");
    let problem = problem(&page).map(|text| text.to_string()).unwrap_or_default();
    let (client, handle) = interaction.unzip();
    let template = LoginPage {
        page,
        client,
        interaction: handle
            .map(|handle| handle.expose().to_owned())
            .unwrap_or_default(),
        username,
        problem,
    };
    page::answer(&template.page, &template, leads_to)
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
    let template = SignedInPage { page, message };
    Ok(page::answer(&template.page, &template, &[]).into_response())
}
