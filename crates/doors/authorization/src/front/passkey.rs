//! Logging in with a passkey: the page that asks the browser for one, and what it answers.
//!
//! Nobody says a name: the authenticator shows its owner what it has for this host, and the passkey says whose it is. So the page is the same
//! for everybody, and tells nobody who has one.

use axum::{extract::Request, response::Response};
use consentry_ledger::{
    interactions::Level,
    opaque::base64url,
    passkeys::{Ceremony, GOOD_FOR, PasskeyError, Place},
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
use http::{HeaderMap, header};
use serde_json::json;
use url::{Host, Url};

use super::{
    browser::{self, Browser},
    failure::Failure,
    login::{Asker, answer, asked_in, client_of, handle_of, own_form, refused_with, throttled},
    page,
    redirect::see_other,
    signed_in::{Errand, proved},
};

/// Where one logs in with a passkey.
pub(super) const USE: &str = "/login/passkey";

#[derive(askama::Template)]
#[template(path = "authorization/passkey.html")]
struct UsePage {
    page: Page,
    client: Option<Asker>,
    interaction: String,
    problem: String,
    /// What the authenticator is asked, as JSON.
    options: String,
    /// Where one logs in otherwise; empty where one cannot.
    otherwise: String,
}

/// The origin of the pages with its host, where browsers have passkeys: under a name, and with TLS or on the machine itself.
pub(super) struct Own {
    origin: String,
    host: String,
}

impl Own {
    pub(super) fn of(visit: &Visit) -> Option<Self> {
        let url = Url::parse(&visit.house.base_url(&visit.tenant)).ok()?;
        let Some(Host::Domain(host)) = url.host() else {
            return None;
        };
        let is_local = host == "localhost" || host.ends_with(".localhost");
        (url.scheme() == "https" || is_local).then(|| Self {
            origin: url.origin().ascii_serialization(),
            host: host.to_owned(),
        })
    }

    pub(super) fn place(&self) -> Place<'_> {
        Place {
            origin: &self.origin,
            host: &self.host,
        }
    }

    /// What browsers call the id of the relying party.
    pub(super) fn host(&self) -> &str {
        &self.host
    }
}

/// Where passkeys are used: there is no such page where the tenant does not want them, or browsers have none.
pub(super) fn offered(visit: &Visit) -> Option<Own> {
    let is_wanted = visit.tenant.tenant.authorization.sign_in.passkey;
    Own::of(visit).filter(|_| is_wanted)
}

/// The same, for a page that is there for nothing else.
pub(super) fn required(visit: &Visit) -> Result<Own, Failure> {
    offered(visit).ok_or_else(|| ApiError::new(&registry::NOT_FOUND).into())
}

/// How long a browser waits for an authenticator, in milliseconds.
pub(super) const fn patience() -> i64 {
    GOOD_FOR.as_seconds() * 1000
}

/// `GET /login/passkey`.
pub(super) async fn get(visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let done = async {
        let own = required(&visit)?;
        let parameters = query::read(&parts.uri, &Rules::DEFAULT).map_err(ApiError::from)?;
        let errand = Errand::of(&visit, &parts.headers, &parameters).await?;
        match errand.as_ref().filter(|errand| errand.is_past()) {
            Some(errand) => Ok(see_other(&errand.path(), Vec::new())?),
            None => page_with(&visit, errand.as_ref(), &own, |_| None),
        }
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// `POST /login/passkey`.
pub(super) async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let form = own_form(&visit, &parts.headers, body).await?;
        log_in(&visit, &parts.headers, &form).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// The page, for somebody whom an app sent here. Where browsers have no passkeys there is none to be had.
pub(super) fn page_for(visit: &Visit, errand: &Errand) -> Result<Response, Failure> {
    page_with(visit, Some(errand), &required(visit)?, |_| None)
}

async fn log_in(visit: &Visit, headers: &HeaderMap, form: &Parameters) -> Result<Response, Failure> {
    let own = required(visit)?;
    let errand = Errand::of(visit, headers, form).await?;
    let errand = errand.as_ref();
    if let Some(errand) = errand.filter(|errand| errand.is_past()) {
        return Ok(see_other(&errand.path(), Vec::new())?);
    }
    let answered = form.one("credential").map_err(ApiError::from)?;
    let answered = answered.unwrap_or_default();
    let tried = match Browser::new(visit, headers).passkey() {
        Some(handle) => {
            let asked = (&handle, own.place());
            let ledger = visit.ledger();
            ledger
                .log_in_with_passkey(&visit.tenant, asked, answered, visit.address)
                .await
        }
        None => Err(PasskeyError::Over),
    };
    let (wait, key) = match tried {
        Ok(subject) => {
            let used = vec![browser::forget_passkey(visit)?];
            let proof = (subject, Method::Passkey, None);
            return proved(visit, headers, errand, proof, used).await;
        }
        Err(PasskeyError::Fault(fault)) => return Err(fault.into()),
        Err(PasskeyError::Throttled { seconds }) => (Some(seconds), "login-throttled"),
        Err(PasskeyError::Over) => (None, "passkey-over"),
        Err(PasskeyError::Refused | PasskeyError::NotRecent | PasskeyError::TooMany) => {
            (None, "passkey-refused")
        }
    };
    let problem = |page: &Page| {
        Some(match wait {
            Some(seconds) => throttled(page, seconds),
            None => page.text(key),
        })
    };
    Ok(refused_with(page_with(visit, errand, &own, problem)?, wait))
}

fn page_with(
    visit: &Visit,
    errand: Option<&Errand>,
    own: &Own,
    problem: impl Fn(&Page) -> Option<Text>,
) -> Result<Response, Failure> {
    let ceremony = visit.ledger().begin_passkey_login(&visit.tenant);
    let sign_in = &visit.tenant.tenant.authorization.sign_in;
    let level = errand.map_or(Level::Any, |errand| errand.interaction.request.level(sign_in));
    let otherwise = match errand {
        _ if level == Level::By(Method::Passkey) => String::new(),
        Some(errand) => errand.path(),
        None => "/login".to_owned(),
    };
    let page = page::new(visit, asked_in(errand), "passkey-title");
    let problem = problem(&page).map(|text| text.to_string()).unwrap_or_default();
    let options = json!({
        "challenge": base64url(ceremony.challenge.as_bytes()),
        "rpId": own.host(),
        "userVerification": "required",
        "timeout": patience(),
    });
    let template = UsePage {
        page,
        client: client_of(visit, errand),
        interaction: handle_of(errand),
        problem,
        options: options.to_string(),
        otherwise,
    };
    let shown = answer(visit, errand, &template.page, &template);
    keeping(visit, shown, &ceremony)
}

/// An answer that leaves the browser what it has to bring again.
pub(super) fn keeping(visit: &Visit, mut answer: Response, ceremony: &Ceremony) -> Result<Response, Failure> {
    let cookie = browser::keep_passkey(visit, &ceremony.handle)?;
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(answer)
}
