//! `/request/{id}`: an application asks a person for data sources (dataspace-consent-protocol 5.4, 6.3 to 6.5, 9).

use axum::{
    extract::{Path, Request},
    response::Response,
};
use consentry_domain::{DefinitionKey, client::Client};
use consentry_ledger::{
    Caller, Target, Via,
    access::{Answer, authorize},
    dataspace::{Sitting, SourceAnswer, SourceAnswerError, SourceOutcome, SourceRequest},
    interactions::disclosure,
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
    PageFailure,
    logging_in::{Door, door, send_to_login, sitting, way_in},
    look,
    notices::{asked_too_often, ended, foreign, over, wrong_person},
    returning,
    words::{self, Words},
};
use crate::provider::provider;

#[derive(askama::Template)]
#[template(path = "dataspace/request.html")]
struct RequestPage {
    page: Page,
    client: ShownName,
    /// Path of its logo; empty where there is none.
    logo: String,
    detail: String,
    dataspace: String,
    purpose: Option<String>,
    required: Vec<Item>,
    optional: Vec<Item>,
    until: String,
    id: String,
    token: String,
    problem: String,
    /// Whether it is known where the browser goes afterwards.
    leads_back: bool,
    /// Where the person is, of the two steps.
    is_signed_in: bool,
    /// How they log in, or as somebody else.
    door: Door,
}

struct Item {
    words: Words,
    ticked: bool,
}

/// `GET /request/{id}`.
pub(super) async fn get(visit: Visit, Path(id): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let done = async {
        let (request, client) = found(&visit, &id).await?;
        let parameters = query::read(&parts.uri, &Rules::DEFAULT).map_err(ApiError::from)?;
        let asked_back = parameters.all("returnUrl").next();
        let settings = &visit.tenant.tenant.dataspace;
        let return_url = match asked_back {
            Some(address) => returning::admitted(settings, &client, address),
            None => request.return_url.clone(),
        };
        show(&visit, &parts.headers, (&id, request, &client), return_url, "").await
    };
    done.await
        .unwrap_or_else(|failure: PageFailure| failure.html(&visit))
}

/// `POST /request/{id}`.
pub(super) async fn post(visit: Visit, Path(id): Path<String>, request: Request) -> Response {
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
        decide(&visit, &parts.headers, &id, &form).await
    };
    done.await
        .unwrap_or_else(|failure: PageFailure| failure.html(&visit))
}

/// The request of an id, and who made it.
async fn found(visit: &Visit, id: &str) -> Result<(SourceRequest, std::sync::Arc<Client>), PageFailure> {
    provider(visit)?;
    let unknown = || {
        PageFailure::with_words(
            ApiError::new(&registry::NOT_FOUND),
            "dataspace-unknown-title",
            "dataspace-unknown-text",
        )
    };
    let request = visit.ledger().source_request(&visit.tenant, id).await?;
    let request = request.ok_or_else(unknown)?;
    let settings = &visit.tenant.tenant.dataspace;
    let client = visit
        .tenant
        .client(request.client.as_str())
        .filter(|client| settings.application(&client.id).is_some())
        .ok_or_else(unknown)?;
    Ok((request, std::sync::Arc::clone(client)))
}

/// The page that fits where the request and the person are.
async fn show(
    visit: &Visit,
    headers: &HeaderMap,
    (id, request, client): (&str, SourceRequest, &Client),
    return_url: Option<String>,
    problem: &'static str,
) -> Result<Response, PageFailure> {
    let ledger = visit.ledger();
    let now = ledger.now();
    if let Some(outcome) = request.outcome {
        return Ok(ended(visit, &request, outcome));
    }
    if request.is_over(now) {
        return Err(over());
    }
    let languages = look::languages(visit);
    let session = match sitting(visit, headers, &request).await? {
        Some((session, Sitting::Asked)) => session,
        Some((session, Sitting::Another)) => return wrong_person(visit, (id, &request), &session).await,
        Some((_, Sitting::Unproved)) | None => {
            let request = ledger
                .ask_for_sources(&visit.tenant, request, None, return_url)
                .await?;
            return question(visit, (id, &request, client), None, problem).await;
        }
    };
    let settings = &visit.tenant.tenant.dataspace;
    if ledger.recent_denials(&visit.tenant, &request).await? >= settings.most_denials {
        return Ok(asked_too_often(visit, client, return_url));
    }
    let shown = Some((&session, languages.as_slice()));
    let request = ledger
        .ask_for_sources(&visit.tenant, request, shown, return_url)
        .await?;
    if let Some(outcome) = request.outcome {
        return Ok(ended(visit, &request, outcome));
    }
    question(visit, (id, &request, client), Some(&session), problem).await
}

async fn question(
    visit: &Visit,
    (id, request, client): (&str, &SourceRequest, &Client),
    session: Option<&Session>,
    problem: &'static str,
) -> Result<Response, PageFailure> {
    let way = way_in(visit, request)?;
    let mut page = look::new(visit, "dataspace-problem");
    let name = ShownName::new(&client.name);
    let dataspace = dataspace_name(visit);
    page.title = page
        .text("dataspace-request-title")
        .with("client", name.short.clone())
        .to_string();
    if let Some(session) = session {
        page.person = look::person(visit, session).await?;
    }
    let languages = look::languages(visit);
    let asked = request.question.as_ref().filter(|_| session.is_some());
    let item = |source: &DefinitionKey| {
        let shown = asked.and_then(|asked| asked.items.iter().find(|item| item.definition == *source));
        Item {
            words: match shown {
                Some(shown) => words::asked(visit, shown),
                None => words::current(visit, source, &languages),
            },
            // Never ticked beforehand: that would be no consent.
            ticked: false,
        }
    };
    let wanted = asked.map_or(&request.wanted, |asked| &asked.wanted);
    let of = |required: bool| {
        let wanted = wanted.iter().filter(|own| own.required == required);
        wanted.map(|own| item(&own.source)).collect::<Vec<_>>()
    };
    let end = visit
        .ledger()
        .now()
        .plus(client.consent_lifetime(&visit.tenant.tenant));
    let told = disclosure(&visit.tenant, client, Vec::new());
    let template = RequestPage {
        detail: told
            .organization
            .filter(|name| *name != client.name)
            .unwrap_or_default(),
        dataspace,
        purpose: client.purpose.clone(),
        required: of(true),
        optional: of(false),
        until: look::day(&page, end),
        id: id.to_owned(),
        token: session.map_or_else(String::new, |session| {
            visit.ledger().source_form_token(&visit.tenant, session, id)
        }),
        problem: if problem.is_empty() {
            String::new()
        } else {
            page.text(problem).to_string()
        },
        leads_back: request.return_url.is_some(),
        is_signed_in: session.is_some(),
        door: door(&way, id, session.is_some()),
        client: name,
        logo: logos::of_client(&visit.tenant, client),
        page,
    };
    let status = if problem.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let leads_to = request.return_url.as_deref();
    Ok(look::answer(status, &template.page, &template, leads_to))
}

async fn decide(
    visit: &Visit,
    headers: &HeaderMap,
    id: &str,
    form: &Parameters,
) -> Result<Response, PageFailure> {
    if let Some(repeated) = form.repeated_except(&["source"]) {
        return Err(ApiError::from(repeated).into());
    }
    let (request, client) = found(visit, id).await?;
    let one = |name| form.one(name).ok().flatten().unwrap_or_default();
    let path = format!("/request/{id}");
    let decision = one("decision");
    match decision {
        "login" => return send_to_login(visit, &request, &path),
        "switch" => return log_out(visit, headers, &request, &path).await,
        "grant" | "deny" => {}
        _ => {
            return Err(ApiError::new(&registry::INVALID_REQUEST)
                .detail("decision is missing or not one of the answers")
                .into());
        }
    }
    let session = match sitting(visit, headers, &request).await? {
        Some((session, Sitting::Asked)) => session,
        Some((session, Sitting::Another)) => return wrong_person(visit, (id, &request), &session).await,
        Some((_, Sitting::Unproved)) | None => return send_to_login(visit, &request, &path),
    };
    let token = visit.ledger().source_form_token(&visit.tenant, &session, id);
    if !consentry_jose::constant_time_eq(token.as_bytes(), one("token").as_bytes()) {
        return Err(foreign());
    }
    let ticked: Vec<DefinitionKey> = form
        .all("source")
        .filter_map(|source| DefinitionKey::parse(source).ok())
        .collect();
    let granted = if decision == "deny" { Vec::new() } else { ticked };
    if decision == "grant"
        && let Some(problem) = oversight(&request, &granted)
    {
        let return_url = request.return_url.clone();
        return show(visit, headers, (id, request, &client), return_url, problem).await;
    }
    let permit = authorize::<Answer>(
        &Caller::Subject {
            subject: session.subject,
            via: Via::Session(session.hash),
        },
        Target::Subject(session.subject),
    )
    .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
    let answer = SourceAnswer {
        granted,
        request_id: Some(visit.request_id.to_string()),
    };
    let answered = visit
        .ledger()
        .answer_source_request(&visit.tenant, &permit, &request, &session, &answer)
        .await;
    match answered {
        // A second submission is told how the first one ended.
        Ok(outcome) | Err(SourceAnswerError::Answered(outcome)) => Ok(onward(&request, outcome, &path)?),
        Err(SourceAnswerError::Over) => Err(over()),
        Err(SourceAnswerError::Foreign) => Err(foreign()),
        Err(SourceAnswerError::NotAsked) => Err(ApiError::new(&registry::INVALID_REQUEST)
            .detail("source names what was not asked")
            .into()),
        Err(SourceAnswerError::Decision(error)) => Err(ApiError::internal(error).into()),
        Err(SourceAnswerError::Fault(fault)) => Err(fault.into()),
    }
}

/// What was most likely forgotten: a yes without something that is required, or to nothing at all.
fn oversight(request: &SourceRequest, granted: &[DefinitionKey]) -> Option<&'static str> {
    let asked = &request.question.as_ref()?.wanted;
    if asked.is_empty() {
        return None;
    }
    let lacks = asked
        .iter()
        .any(|own| own.required && !granted.contains(&own.source));
    if lacks {
        Some("dataspace-required-missing")
    } else if granted.is_empty() {
        Some("dataspace-none-ticked")
    } else {
        None
    }
}

/// Back to the application, or to the page that says how it ended.
fn onward(request: &SourceRequest, outcome: SourceOutcome, path: &str) -> Result<Response, ApiError> {
    match &request.return_url {
        Some(address) => see_other(&returning::with_status(address, outcome), []),
        None => see_other(path, []),
    }
}

async fn log_out(
    visit: &Visit,
    headers: &HeaderMap,
    request: &SourceRequest,
    path: &str,
) -> Result<Response, PageFailure> {
    if let Some(bearer) = sign_in::session_bearer(visit, headers) {
        visit.ledger().log_out(&visit.tenant, &bearer).await?;
    }
    let mut answer = send_to_login(visit, request, path)?;
    answer
        .headers_mut()
        .append(http::header::SET_COOKIE, sign_in::forget_session(visit)?);
    Ok(answer)
}

/// What people call the dataspace.
fn dataspace_name(visit: &Visit) -> String {
    let settings = &visit.tenant.tenant.dataspace;
    let name = settings.name.clone().or_else(|| settings.base_domain.clone());
    ShownName::new(&name.unwrap_or_default()).short
}
