//! `/portal`: what a person agreed to in the dataspace, and taking it back (dataspace-consent-protocol 5.5, 9).

use axum::{extract::Request, response::Response};
use consentry_domain::{Consent, DefinitionKey, State, Timestamp, Usage, definition::DefinitionKind};
use consentry_ledger::{
    Caller, Target, Via,
    access::{ManageAgreements, WithdrawSources, authorize},
    agreements::{AgreementQuery, Connection},
    sessions::Session,
};
use consentry_web::{
    error::{ApiError, registry},
    form, logos, origin,
    page::{Page, ShownName},
    parameters::{Parameters, Rules},
    query,
    sign_in::{self, see_other},
    visit::Visit,
};
use http::{HeaderMap, Method, StatusCode};

use super::{
    PageFailure, look,
    words::{self, Words},
};
use crate::{provider::provider, revoking::failed};

/// What the form of this page is bound to, beside the session.
const FORM: &str = "portal";

/// Most entries that ended and are still listed.
const MOST_ENDED: usize = 50;

#[derive(askama::Template)]
#[template(path = "dataspace/portal.html")]
struct PortalPage {
    page: Page,
    token: String,
    applications: Vec<Application>,
    ended: Vec<Entry>,
    stopped: bool,
}

#[derive(askama::Template)]
#[template(path = "dataspace/confirm.html")]
struct ConfirmPage {
    page: Page,
    token: String,
    name: &'static str,
    value: String,
    entries: Vec<Entry>,
    client: ShownName,
    until: String,
}

struct Application {
    id: String,
    name: ShownName,
    /// Path of its logo; empty where there is none.
    logo: String,
    entries: Vec<Entry>,
}

struct Entry {
    consent: Consent,
    words: Words,
    client: ShownName,
    granted: String,
    until: String,
    /// When a token was last issued; empty where none was.
    issued: String,
    /// How the person logged in, where it is not as usual; else empty.
    login: String,
    ended: String,
}

/// `GET /portal`.
pub(super) async fn get(visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let done = async {
        provider(&visit)?;
        let parameters = query::read(&parts.uri, &Rules::DEFAULT).map_err(ApiError::from)?;
        let Some(session) = sign_in::session(&visit, &parts.headers).await? else {
            return Ok(sign_in::send_to_login(&visit, "/portal")?);
        };
        let stopped = parameters.all("stopped").next() == Some("yes");
        list(&visit, &session, stopped).await
    };
    done.await
        .unwrap_or_else(|failure: PageFailure| failure.html(&visit))
}

/// `POST /portal`.
pub(super) async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        provider(&visit)?;
        let own = visit
            .house
            .origin(&visit.tenant)
            .ok_or_else(|| ApiError::internal("no public origin"))?;
        origin::guard(&Method::POST, &parts.headers, &own)?;
        let form = form::read(&parts.headers, body, &Rules::DEFAULT)
            .await
            .map_err(ApiError::from)?;
        stop(&visit, &parts.headers, &form).await
    };
    done.await
        .unwrap_or_else(|failure: PageFailure| failure.html(&visit))
}

async fn list(visit: &Visit, session: &Session, stopped: bool) -> Result<Response, PageFailure> {
    let page = titled(visit, session, "dataspace-portal-title").await?;
    let entries = entries(visit, &page, session).await?;
    let now = visit.ledger().now();
    let (standing, mut ended): (Vec<Entry>, Vec<Entry>) = entries
        .into_iter()
        .partition(|entry| entry.consent.is_in_force(now));
    ended.sort_by_key(|entry| std::cmp::Reverse(over_at(&entry.consent)));
    ended.truncate(MOST_ENDED);
    let mut applications: Vec<Application> = Vec::new();
    for entry in standing {
        let id = entry.consent.slot.audience.text();
        match applications.iter_mut().find(|own| own.id == id) {
            Some(own) => own.entries.push(entry),
            None => applications.push(Application {
                logo: logo(visit, &id),
                id,
                name: entry.client.clone(),
                entries: vec![entry],
            }),
        }
    }
    let template = PortalPage {
        token: visit.ledger().source_form_token(&visit.tenant, session, FORM),
        applications,
        ended,
        stopped,
        page,
    };
    Ok(look::answer(StatusCode::OK, &template.page, &template, None))
}

async fn stop(visit: &Visit, headers: &HeaderMap, form: &Parameters) -> Result<Response, PageFailure> {
    if let Some(repeated) = form.repeated() {
        return Err(ApiError::from(repeated).into());
    }
    let Some(session) = sign_in::session(visit, headers).await? else {
        return Ok(sign_in::send_to_login(visit, "/portal")?);
    };
    let one = |name| form.one(name).ok().flatten().unwrap_or_default();
    let ledger = visit.ledger();
    let token = ledger.source_form_token(&visit.tenant, &session, FORM);
    if !consentry_jose::constant_time_eq(token.as_bytes(), one("token").as_bytes()) {
        return Err(PageFailure::with_words(
            ApiError::new(&registry::FORBIDDEN),
            "dataspace-foreign-title",
            "dataspace-foreign-text",
        ));
    }
    let page = titled(visit, &session, "dataspace-stop-title").await?;
    let (name, value) = match one("consent") {
        "" => ("application", one("application")),
        consent => ("consent", consent),
    };
    let now = ledger.now();
    let mut chosen = entries(visit, &page, &session).await?;
    chosen.retain(|entry| {
        let consent = &entry.consent;
        let is_meant = match name {
            "consent" => consent.id.to_string() == value,
            _ => consent.slot.audience.text() == value,
        };
        is_meant && consent.is_in_force(now)
    });
    // What is not there any more was taken back already.
    let Some(first) = chosen.first() else {
        return Ok(see_other("/portal", [])?);
    };
    if one("decision") != "stop" {
        let template = ConfirmPage {
            token,
            name,
            value: value.to_owned(),
            client: first.client.clone(),
            entries: chosen,
            until: look::moment(&page, now.plus(visit.tenant.tenant.lifetimes.consent_token)),
            page,
        };
        return Ok(look::answer(StatusCode::OK, &template.page, &template, None));
    }
    let permit = authorize::<WithdrawSources>(&caller(&session), Target::Subject(session.subject))
        .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
    let consents: Vec<Consent> = chosen.into_iter().map(|entry| entry.consent).collect();
    let request_id = Some(visit.request_id.to_string());
    ledger
        .withdraw_sources(&visit.tenant, &permit, (session.subject, &consents), request_id)
        .await
        .map_err(failed)?;
    Ok(see_other("/portal?stopped=yes", [])?)
}

async fn titled(visit: &Visit, session: &Session, title: &'static str) -> Result<Page, ApiError> {
    let mut page = look::new(visit, title);
    page.person = look::person(visit, session).await?;
    Ok(page)
}

/// What the person ever agreed to about data sources, latest first.
async fn entries(visit: &Visit, page: &Page, session: &Session) -> Result<Vec<Entry>, PageFailure> {
    let permit = authorize::<ManageAgreements>(&caller(session), Target::Subject(session.subject))
        .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
    let query = AgreementQuery {
        subject: Some(session.subject),
        ..AgreementQuery::default()
    };
    let connections = visit.ledger().agreements(&visit.tenant, &permit, query).await?;
    let of_sources = connections.iter().flat_map(|connection| &connection.consents);
    let of_sources = of_sources.filter(|consent| is_source(visit, &consent.slot.definition));
    let uses = visit
        .ledger()
        .uses(visit.tenant.id(), of_sources.map(|consent| consent.id).collect())
        .await?;
    let mut entries: Vec<Entry> = Vec::new();
    for connection in &connections {
        for consent in &connection.consents {
            let is_known = entries.iter().any(|entry| entry.consent.id == consent.id);
            if is_source(visit, &consent.slot.definition) && !is_known {
                let issued = uses.get(&consent.id).and_then(Usage::last_issued_at);
                entries.push(entry(visit, page, connection, (consent, issued)));
            }
        }
    }
    Ok(entries)
}

fn is_source(visit: &Visit, key: &DefinitionKey) -> bool {
    match visit.tenant.definitions.get(key) {
        Some(definition) => definition.kind == DefinitionKind::Source,
        // A data source that is no longer registered is still something a person agreed to.
        None => key.as_str().parse::<consentry_domain::dsi::Dsi>().is_ok(),
    }
}

fn entry(
    visit: &Visit,
    page: &Page,
    connection: &Connection,
    (consent, issued): (&Consent, Option<Timestamp>),
) -> Entry {
    let now = visit.ledger().now();
    let client = visit
        .tenant
        .clients
        .values()
        .find(|client| client.id == connection.agreement.client);
    let name = client.map_or(connection.agreement.disclosure.client_name.as_str(), |client| {
        client.name.as_str()
    });
    let day = |moment: Option<Timestamp>| moment.map(|moment| look::day(page, moment)).unwrap_or_default();
    let ended = match consent.state_at(now) {
        State::Accepted | State::Restricted => String::new(),
        State::Expired => page
            .text("dataspace-expired-on")
            .with("date", day(consent.valid_until))
            .to_string(),
        State::Superseded => page.text("dataspace-replaced").to_string(),
        _ => page
            .text("dataspace-stopped-on")
            .with("date", day(consent.ended.as_ref().map(|ended| ended.at)))
            .to_string(),
    };
    Entry {
        words: words::current(visit, &consent.slot.definition, &look::languages(visit)),
        client: ShownName::new(name),
        granted: day(consent.valid_from),
        until: day(consent.valid_until),
        issued: day(issued),
        login: login(visit, page, consent),
        ended,
        consent: consent.clone(),
    }
}

fn logo(visit: &Visit, client: &str) -> String {
    let client = visit
        .tenant
        .clients
        .values()
        .find(|own| own.id.as_str() == client);
    client
        .map(|client| logos::of_client(&visit.tenant, client))
        .unwrap_or_default()
}

/// How the person logged in where they agreed, in words; empty where it was as usual.
fn login(visit: &Visit, page: &Page, consent: &Consent) -> String {
    let Some((issuer, acr)) = consent.slot.qualifier.as_login() else {
        return String::new();
    };
    let provider = match issuer {
        None => page.brand.name.clone(),
        // One that is no longer trusted is still where they agreed.
        Some(issuer) => visit
            .tenant
            .login_provider(issuer)
            .map_or_else(|| issuer.to_owned(), |(provider, _)| provider.label.clone()),
    };
    page.text("dataspace-login-of")
        .with("provider", ShownName::new(&provider).short)
        .with("acr", ShownName::new(acr).short)
        .to_string()
}

/// When a consent was over.
fn over_at(consent: &Consent) -> Option<Timestamp> {
    consent
        .ended
        .as_ref()
        .map(|ended| ended.at)
        .or(consent.valid_until)
}

fn caller(session: &Session) -> Caller {
    Caller::Subject {
        subject: session.subject,
        via: Via::Session(session.hash),
    }
}
