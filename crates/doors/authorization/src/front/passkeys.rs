//! The passkeys of a person, on a page of their own: adding one, naming it, and taking it away.

use axum::{extract::Request, response::Response};
use consentry_domain::{Timestamp, subject::Namespace};
use consentry_ledger::{
    opaque::base64url,
    passkeys::{ALGORITHMS, Ceremony, Passkey, PasskeyError, RemovePasskeyError},
    sessions::Session,
};
use consentry_web::{error::ApiError, page::Page, parameters::Parameters, sign_in, visit::Visit};
use http::HeaderMap;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{
    browser::Browser,
    failure::Failure,
    login::own_form,
    page,
    passkey::{self, Own},
    sessions::device,
};

/// Where they are.
pub(super) const PAGE: &str = "/login/passkeys";

#[derive(askama::Template)]
#[template(path = "authorization/passkeys.html")]
struct PasskeysPage {
    page: Page,
    entries: Vec<Entry>,
    /// What was just done; empty where nothing was.
    done: String,
    /// What did not work; empty where everything did.
    problem: String,
    /// Whether the person proved lately enough who they are.
    is_recent: bool,
    /// What the authenticator is asked, as JSON.
    options: String,
    /// A name for the next.
    suggested: String,
}

/// One passkey, in words.
struct Entry {
    id: String,
    name: String,
    added: String,
    used: String,
    is_backed_up: bool,
}

/// What a page begins with, beside the list: what was done, or what did not work.
#[derive(Clone, Copy)]
enum Said {
    Nothing,
    Done(&'static str),
    Problem(&'static str),
}

/// `GET /login/passkeys`.
pub(super) async fn get(visit: Visit, headers: HeaderMap) -> Response {
    let done = async {
        let own = passkey::required(&visit)?;
        match Browser::new(&visit, &headers).session().await? {
            Some(session) => list(&visit, &headers, &own, &session, Said::Nothing).await,
            None => Ok(sign_in::send_to_login(&visit, PAGE)?),
        }
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// `POST /login/passkeys`: adds, names or removes one, or goes to log in once more.
pub(super) async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let form = own_form(&visit, &parts.headers, body).await?;
        let own = passkey::required(&visit)?;
        let Some(session) = Browser::new(&visit, &parts.headers).session().await? else {
            return Ok(sign_in::send_to_login(&visit, PAGE)?);
        };
        let said = match field(&form, "do")? {
            "again" => return Ok(sign_in::send_to_login_anew(&visit, PAGE)?),
            "add" => add(&visit, &parts.headers, &own, &session, &form).await?,
            "name" => name(&visit, &session, &form).await?,
            "remove" => remove(&visit, &session, &form).await?,
            _ => Said::Nothing,
        };
        list(&visit, &parts.headers, &own, &session, said).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

fn field<'a>(form: &'a Parameters, name: &str) -> Result<&'a str, ApiError> {
    form.one(name)
        .map(Option::unwrap_or_default)
        .map_err(ApiError::from)
}

async fn add(
    visit: &Visit,
    headers: &HeaderMap,
    own: &Own,
    session: &Session,
    form: &Parameters,
) -> Result<Said, Failure> {
    let (answer, name) = (field(form, "credential")?, field(form, "name")?);
    let Some(handle) = Browser::new(visit, headers).passkey() else {
        return Ok(Said::Problem("passkey-over"));
    };
    let asked = (&handle, own.place());
    let added = visit
        .ledger()
        .add_passkey(&visit.tenant, session, asked, answer, name)
        .await;
    Ok(match added {
        Ok(()) => Said::Done("passkeys-added"),
        // The page says what to do.
        Err(PasskeyError::NotRecent) => Said::Nothing,
        Err(PasskeyError::TooMany) => Said::Problem("passkeys-full"),
        Err(PasskeyError::Over) => Said::Problem("passkey-over"),
        Err(PasskeyError::Refused | PasskeyError::Throttled { .. }) => Said::Problem("passkeys-nothing"),
        Err(PasskeyError::Fault(fault)) => return Err(fault.into()),
    })
}

async fn name(visit: &Visit, session: &Session, form: &Parameters) -> Result<Said, Failure> {
    let (id, name) = (field(form, "passkey")?, field(form, "name")?);
    let ledger = visit.ledger();
    let is_named = ledger.name_passkey(&visit.tenant, session, id, name).await?;
    Ok(if is_named {
        Said::Done("passkeys-named")
    } else {
        Said::Nothing
    })
}

async fn remove(visit: &Visit, session: &Session, form: &Parameters) -> Result<Said, Failure> {
    let id = field(form, "passkey")?;
    match visit.ledger().remove_passkey(&visit.tenant, session, id).await {
        Ok(true) => Ok(Said::Done("passkeys-removed")),
        // One that is gone already, or somebody else's: there is nothing to remove, and nothing is told.
        Ok(false) => Ok(Said::Nothing),
        Err(RemovePasskeyError::LastWay) => Ok(Said::Problem("passkeys-last")),
        Err(RemovePasskeyError::Fault(fault)) => Err(fault.into()),
    }
}

async fn list(
    visit: &Visit,
    headers: &HeaderMap,
    own: &Own,
    session: &Session,
    said: Said,
) -> Result<Response, Failure> {
    let (ledger, tenant) = (visit.ledger(), &visit.tenant);
    let passkeys = ledger.passkeys_of(tenant, session.subject).await?;
    let login = ledger.name_of(tenant, session.subject, Namespace::Login).await?;
    let ceremony = ledger.begin_passkey_making(tenant, session);
    let user = ledger.passkey_user(tenant, session.subject)?;
    let mut page = page::new(visit, &[], "passkeys-title");
    let bank = &tenant.tenant.brand.name;
    let shown_as = login.as_deref().unwrap_or(bank);
    let options = json!({
        "rp": { "id": own.host(), "name": bank },
        "user": { "id": base64url(&user), "name": shown_as, "displayName": shown_as },
        "pubKeyCredParams": ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg })),
        "excludeCredentials": known(&passkeys),
        "authenticatorSelection": { "residentKey": "required", "requireResidentKey": true, "userVerification": "required" },
        "attestation": "none",
        "challenge": base64url(ceremony.challenge.as_bytes()),
        "timeout": passkey::patience(),
    });
    page.person = login;
    let words = |key: &'static str| page.text(key).to_string();
    let (done, problem) = match said {
        Said::Nothing => (String::new(), String::new()),
        Said::Done(key) => (words(key), String::new()),
        Said::Problem(key) => (String::new(), words(key)),
    };
    let entries = passkeys.into_iter().map(|one| entry(&page, one)).collect();
    let template = PasskeysPage {
        entries,
        done,
        problem,
        is_recent: ledger.may_add_passkey(session),
        options: options.to_string(),
        suggested: device(&page, Browser::new(visit, headers).device()),
        page,
    };
    shown(visit, &template, &ceremony)
}

fn shown(visit: &Visit, template: &PasskeysPage, ceremony: &Ceremony) -> Result<Response, Failure> {
    let answer = page::answer(&template.page, template, &[]);
    passkey::keeping(visit, answer, ceremony)
}

/// Those that an authenticator need not make again.
fn known(passkeys: &[Passkey]) -> Vec<Value> {
    passkeys
        .iter()
        .map(|one| json!({ "type": "public-key", "id": one.id }))
        .collect()
}

fn entry(page: &Page, passkey: Passkey) -> Entry {
    let moment = |at: Timestamp| page.language.moment(&at.to_jiff().to_zoned(TimeZone::UTC));
    Entry {
        added: moment(passkey.added_at),
        used: passkey.used_at.map(moment).unwrap_or_default(),
        id: passkey.id,
        name: passkey.name,
        is_backed_up: passkey.is_backed_up,
    }
}
