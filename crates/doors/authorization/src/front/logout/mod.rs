//! Logging out on behalf of an app or by oneself: `/oidc/session/end` and `/logout` (OpenID Connect RP-Initiated Logout 1.0).
//!
//! Without proof that the app knows who is logged in, the person is asked first. Nothing redirects unless the address is registered
//! and somebody proved to be that app's (B17-04).

pub(in crate::front) mod hint;

use axum::{extract::Request, response::Response};
use consentry_domain::{client::Client, subject::Namespace};
use consentry_ledger::{sessions::Session, tokens::access_token::subject_identifier};
use consentry_web::{
    error::{ApiError, registry},
    form,
    origin::{self, Origin, Provenance},
    page::Page,
    parameters::{Parameters, Rules},
    query,
    visit::Visit,
};
use http::{HeaderMap, Method};

use self::hint::Hint;
use super::{
    browser::{self, Browser},
    failure::{self, Failure},
    page,
    redirect::{see_other, with_parameters},
};

#[derive(askama::Template)]
#[template(path = "authorization/logout.html")]
struct ConfirmPage {
    page: Page,
    action: &'static str,
    kept: Vec<(&'static str, String)>,
}

#[derive(askama::Template)]
#[template(path = "authorization/notice.html")]
struct SignedOutPage {
    page: Page,
    message: String,
}

/// Parameters that a confirmation carries on.
const KEPT: [&str; 4] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

/// `GET /oidc/session/end`, `GET /logout`.
pub(super) async fn get(visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let done = async {
        let parameters = query::read(&parts.uri, &Rules::OAUTH).map_err(|error| wrong(error.into()))?;
        end(&visit, &parts.headers, &parameters, false).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// `POST /oidc/session/end`, `POST /logout`.
pub(super) async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let form = form::read(&parts.headers, body, &Rules::OAUTH)
            .await
            .map_err(|error| wrong(error.into()))?;
        let own = visit
            .house
            .origin(&visit.tenant)
            .ok_or_else(|| ApiError::internal("no public origin"))?;
        let confirmed = form.one("confirm").ok().flatten() == Some("yes");
        if confirmed {
            origin::guard(&Method::POST, &parts.headers, &own)?;
        } else if needs_another_trip(&visit, &parts.headers, &own) {
            let endpoint = format!("{}/session/end", visit.house.issuer(&visit.tenant));
            return Ok(see_other(&with_parameters(&endpoint, form.iter()), Vec::new())?);
        }
        end(&visit, &parts.headers, &form, confirmed).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// A form of another site brings no `SameSite=Lax` cookie; the same as a navigation does.
fn needs_another_trip(visit: &Visit, headers: &HeaderMap, own: &Origin) -> bool {
    origin::provenance(headers, own) == Provenance::Foreign
        && Browser::new(visit, headers).session_bearer().is_none()
}

fn wrong(error: ApiError) -> Failure {
    Failure::with_words(error, failure::BAD_REQUEST)
}

/// What an app wants, found good.
struct Wish {
    hint: Option<Hint>,
    /// Where the browser goes afterwards, `state` included.
    target: Option<String>,
}

async fn end(
    visit: &Visit,
    headers: &HeaderMap,
    parameters: &Parameters,
    confirmed: bool,
) -> Result<Response, Failure> {
    let browser = Browser::new(visit, headers);
    let wish = read(visit, parameters)?;
    let Some(session) = browser.session().await? else {
        return signed_out(visit, wish);
    };
    if !confirmed
        && !wish
            .hint
            .as_ref()
            .is_some_and(|hint| is_about(visit, hint, &session))
    {
        return confirm(visit, parameters, &session).await;
    }
    if let Some(bearer) = browser.session_bearer() {
        visit.ledger().log_out(&visit.tenant, &bearer).await?;
    }
    let mut answer = signed_out(visit, wish)?;
    answer
        .headers_mut()
        .append(http::header::SET_COOKIE, browser::forget_session(visit)?);
    Ok(answer)
}

fn read(visit: &Visit, parameters: &Parameters) -> Result<Wish, Failure> {
    let refuse = |detail: &'static str| wrong(ApiError::new(&registry::INVALID_REQUEST).detail(detail));
    if let Some(repeated) = parameters.repeated() {
        return Err(wrong(repeated.into()));
    }
    let value = |name: &str| parameters.all(name).next();
    let issuer = visit.house.issuer(&visit.tenant);
    let hint = value("id_token_hint")
        .map(|token| {
            hint::read(&visit.tenant, &issuer, token).ok_or_else(|| refuse("id_token_hint is not ours"))
        })
        .transpose()?;
    let named = value("client_id");
    if let (Some(named), Some(hint)) = (named, &hint)
        && named != hint.client
    {
        return Err(refuse("client_id and id_token_hint name different clients"));
    }
    let client = hint.as_ref().map(|hint| hint.client.as_str()).or(named);
    let client = client
        .map(|id| {
            visit
                .tenant
                .client(id)
                .ok_or_else(|| refuse("client_id is not known here"))
        })
        .transpose()?;
    let target = match (value("post_logout_redirect_uri"), client) {
        (Some(target), Some(client)) if is_registered(client, target) => {
            let state = value("state").map(|state| ("state", state));
            // Only a hint proves that this app had to do with this person at all.
            hint.is_some().then(|| with_parameters(target, state))
        }
        (Some(_), Some(_)) => {
            return Err(refuse(
                "post_logout_redirect_uri is not registered for this client",
            ));
        }
        _ => None,
    };
    Ok(Wish { hint, target })
}

fn is_registered(client: &Client, target: &str) -> bool {
    let own = &client.post_logout_redirect_uris;
    let registered = if own.is_empty() {
        &client.redirect_uris
    } else {
        own
    };
    registered.iter().any(|uri| uri == target)
}

fn is_about(visit: &Visit, hint: &Hint, session: &Session) -> bool {
    visit.tenant.client(&hint.client).is_some_and(|client| {
        subject_identifier(&visit.tenant, client, session.subject).is_ok_and(|known| known == hint.subject)
    })
}

async fn confirm(visit: &Visit, parameters: &Parameters, session: &Session) -> Result<Response, Failure> {
    let mut page = page::new(visit, &[], "logout-title");
    page.person = visit
        .ledger()
        .name_of(&visit.tenant, session.subject, Namespace::Login)
        .await?;
    let kept: Vec<(&'static str, String)> = KEPT
        .into_iter()
        .filter_map(|name| Some((name, parameters.all(name).next()?.to_owned())))
        .collect();
    let leads_to: Vec<String> = kept
        .iter()
        .filter(|(name, _)| *name == "post_logout_redirect_uri")
        .map(|(_, target)| target.clone())
        .collect();
    let template = ConfirmPage {
        page,
        action: "/cis/oidc/session/end",
        kept,
    };
    let leads_to: Vec<&str> = leads_to.iter().map(String::as_str).collect();
    Ok(page::answer(&template.page, &template, &leads_to))
}

/// Being logged out already is no error (B17-05).
fn signed_out(visit: &Visit, wish: Wish) -> Result<Response, Failure> {
    if let Some(target) = wish.target {
        return Ok(see_other(&target, Vec::new())?);
    }
    let page = page::new(visit, &[], "signed-out-title");
    let message = page
        .text("signed-out-text")
        .with("bank", page.brand.name.clone())
        .to_string();
    let template = SignedOutPage { page, message };
    Ok(page::answer(&template.page, &template, &[]))
}
