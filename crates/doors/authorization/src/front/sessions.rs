//! Where a person is logged in, on a page of their own, and ending it there.

use axum::{extract::Request, response::Response};
use consentry_domain::{
    Timestamp,
    device::{BrowserName, Device, SystemName},
    subject::Namespace,
};
use consentry_ledger::sessions::{Listed, Method, Session};
use consentry_web::{error::ApiError, page::Page, visit::Visit};
use http::HeaderMap;
use jiff::tz::TimeZone;

use super::{
    browser::{self, Browser},
    failure::Failure,
    links,
    login::own_form,
    page, passkey,
    redirect::see_other,
};

#[derive(askama::Template)]
#[template(path = "authorization/sessions.html")]
struct SessionsPage {
    page: Page,
    entries: Vec<Entry>,
    /// What was just done; empty where nothing was.
    done: String,
    /// Whether there is a page with the person's passkeys.
    has_passkeys: bool,
    /// Whether there is a page with their identities at other providers.
    has_links: bool,
    /// Where the person switches mails about what they agreed to; none where there are none.
    notices: Option<String>,
}

/// One place, in words.
struct Entry {
    id: String,
    device: String,
    since: String,
    seen: String,
    how: String,
    is_this: bool,
}

/// `GET /login/sessions`.
pub(super) async fn get(visit: Visit, headers: HeaderMap) -> Response {
    let done = async {
        match Browser::new(&visit, &headers).session().await? {
            Some(session) => list(&visit, &session, None).await,
            None => Ok(see_other("/login", Vec::new())?),
        }
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// `POST /login/sessions`: ends one session, or all others.
pub(super) async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let form = own_form(&visit, &parts.headers, body).await?;
        let others = form.one("others").map_err(ApiError::from)? == Some("yes");
        let id = form.one("end").map_err(ApiError::from)?.unwrap_or_default();
        let Some(session) = Browser::new(&visit, &parts.headers).session().await? else {
            return Ok(see_other("/login", Vec::new())?);
        };
        let (ledger, tenant) = (visit.ledger(), &visit.tenant);
        if others {
            ledger.end_other_sessions(tenant, &session).await?;
            return list(&visit, &session, Some("sessions-ended-others")).await;
        }
        // One that is over already, or somebody else's: there is nothing to end, and nothing is told.
        ledger.end_session(tenant, &session, id).await?;
        if id == session.id {
            let forgotten = browser::forget_session(&visit)?;
            return Ok(see_other("/login", vec![forgotten])?);
        }
        list(&visit, &session, Some("sessions-ended")).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

async fn list(visit: &Visit, session: &Session, done: Option<&'static str>) -> Result<Response, Failure> {
    let ledger = visit.ledger();
    let listed = ledger.sessions_of(&visit.tenant, session).await?;
    let mut page = page::new(visit, &[], "sessions-title");
    page.person = ledger
        .name_of(&visit.tenant, session.subject, Namespace::Login)
        .await?;
    let entries = listed.iter().map(|one| entry(visit, &page, one)).collect();
    let done = done.map(|key| page.text(key).to_string()).unwrap_or_default();
    let template = SessionsPage {
        page,
        entries,
        done,
        has_passkeys: passkey::offered(visit).is_some(),
        has_links: links::offered(visit),
        notices: ledger.notices_path(&visit.tenant, session.subject).await?,
    };
    Ok(page::answer(&template.page, &template, &[]))
}

fn entry(visit: &Visit, page: &Page, listed: &Listed) -> Entry {
    let moment = |at: Timestamp| page.language.moment(&at.to_jiff().to_zoned(TimeZone::UTC));
    let session = &listed.session;
    let name = session.upstream.as_deref().unwrap_or_default();
    let configured = visit.tenant.tenant.authorization.sign_in.upstream(name);
    let upstream = configured
        .map_or(name, |upstream| upstream.label.as_str())
        .to_owned();
    let how: Vec<String> = session
        .proofs
        .iter()
        .map(|proof| match proof.by {
            Method::Password => page.text("session-by-password").to_string(),
            Method::EmailCode => page.text("session-by-code").to_string(),
            Method::Upstream => upstream.clone(),
            Method::Passkey => page.text("session-by-passkey").to_string(),
        })
        .collect();
    Entry {
        id: session.id.clone(),
        device: device(page, session.device),
        since: moment(session.begun_at),
        seen: moment(session.seen_at),
        how: page.language.list(how.iter().map(String::as_str)),
        is_this: listed.is_this,
    }
}

/// What people call a browser on a system.
pub(super) fn device(page: &Page, device: Device) -> String {
    let (browser, system) = (
        device.browser.map(BrowserName::as_str),
        device.system.map(SystemName::as_str),
    );
    match (browser, system) {
        (Some(browser), Some(system)) => page
            .text("session-device")
            .with("browser", browser)
            .with("system", system)
            .to_string(),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => page
            .text("session-device-system")
            .with("system", system)
            .to_string(),
        (None, None) => page.text("session-device-unknown").to_string(),
    }
}
