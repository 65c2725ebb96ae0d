//! The page that a link of an approval leads to (consent-tokens-and-preferences 7.5). Looking at it changes nothing, so that a program that
//! opens what is in a mail decides nothing; pressing a button does, once.

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::Timestamp;
use consentry_ledger::{
    Opaque,
    preferences::{
        Approval, ApprovalError, ChoiceWords, choice_words,
        model::{EventStatus, Method},
    },
};
use consentry_web::{
    body,
    error::{ApiError, registry},
    form, headers,
    json::{self, Limits},
    page::Page,
    parameters::Rules,
    path,
    visit::Visit,
};
use http::{StatusCode, Uri, header};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::{
    answer::ok,
    center::Look,
    failure::{Feathers, not_found, refused},
    shown,
};

/// Largest decision of a program, in bytes.
const LARGEST: usize = 4 * 1024;

#[derive(askama::Template)]
#[template(path = "preferences/approval.html")]
struct ApprovalPage {
    page: Page,
    action: String,
    is_own: bool,
    person: String,
    delegate: String,
    choices: Vec<ChoiceWords>,
    until: String,
    proofs: Vec<ProofRow>,
}

/// A file that was handed in with the choice.
struct ProofRow {
    address: String,
    number: usize,
    is_picture: bool,
}

#[derive(askama::Template)]
#[template(path = "preferences/notice.html")]
struct NoticePage {
    page: Page,
    kind: &'static str,
    message: &'static str,
}

/// `GET /consents/approvals/{link}`.
pub(crate) async fn get(visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let look = Look::new(&visit, None, &parts.headers, None);
    let link = link_of(&parts.uri);
    match visit.ledger().approval(&visit.tenant, &link).await {
        Ok(approval) => asked(&visit, &look, parts.uri.path(), &approval),
        Err(error) => failed(&visit, &look, error),
    }
}

/// `GET /consents/approvals/{link}/proofs/{proof}`: a file that whoever decides may look at. It is what its bytes are, and a browser runs
/// nothing of it.
pub(crate) async fn proof(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let base = if request.uri().path().starts_with("/v1/") {
        "/v1"
    } else {
        ""
    };
    let place = path::segment(request.uri(), base, 4).and_then(|place| place.parse().ok());
    let link = link_of(request.uri());
    let found = visit
        .ledger()
        .approval_proof(&visit.tenant, &link, place.ok_or_else(not_found)?)
        .await;
    let file = found.map_err(|error| match error {
        ApprovalError::Fault(fault) => fault.into(),
        _ => not_found(),
    })?;
    let shown = if file.is_picture() { "inline" } else { "attachment" };
    let own = [
        (header::CONTENT_TYPE, file.media_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("{shown}; filename=\"proof.{}\"", file.extension()),
        ),
    ];
    Ok((StatusCode::OK, headers::api(), own, file.into_bytes()).into_response())
}

/// `POST /consents/approvals/{link}`: decides.
pub(crate) async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let look = Look::new(&visit, None, &parts.headers, None);
    let link = link_of(&parts.uri);
    if body::require_media_type(&parts.headers, &["application/json"]).is_ok() {
        return by_program(&visit, body, &link)
            .await
            .unwrap_or_else(IntoResponse::into_response);
    }
    let decided = async {
        let form = form::read(&parts.headers, body, &Rules::DEFAULT)
            .await
            .map_err(ApiError::from)?;
        decision(form.one("decision").map_err(ApiError::from)?)
    };
    let is_approved = match decided.await {
        Ok(is_approved) => is_approved,
        Err(error) => return look.failure(&visit, error),
    };
    let request = visit.request_id.to_string();
    let decided = visit
        .ledger()
        .decide_approval(&visit.tenant, &link, is_approved, Some(&request))
        .await;
    match decided {
        Ok(approval) => {
            let status = approval.view.event.status;
            let (kind, title, message) = match status {
                EventStatus::Confirmed => ("done", "approval-done", "approval-done-text"),
                EventStatus::Rejected => ("done", "approval-declined", "approval-declined-text"),
                _ => ("done", "approval-part", "approval-part-text"),
            };
            notice(&visit, &look, StatusCode::OK, (kind, title, message))
        }
        Err(error) => failed(&visit, &look, error),
    }
}

/// Decides for a program that has the link. Pages of others cannot: a browser asks before it sends JSON elsewhere, and is told no.
async fn by_program(visit: &Visit, body: Body, link: &Opaque) -> Result<Response, Feathers> {
    let bytes = body::read(body, LARGEST).await?;
    let said = json::parse(&bytes, &Limits::size(LARGEST)).map_err(ApiError::from)?;
    let is_approved = decision(said.get("decision").and_then(Value::as_str))?;
    let request = visit.request_id.to_string();
    let decided = visit
        .ledger()
        .decide_approval(&visit.tenant, link, is_approved, Some(&request))
        .await;
    let approval = decided.map_err(|error| match error {
        ApprovalError::Unknown => not_found(),
        ApprovalError::Over => ApiError::new(&registry::CONFLICT).detail("it is too late to decide"),
        ApprovalError::Decided(_) => ApiError::new(&registry::CONFLICT).detail("it was decided already"),
        ApprovalError::Fault(fault) => fault.into(),
    })?;
    Ok(ok(&shown::event(&visit.tenant, &approval.view)?))
}

fn decision(said: Option<&str>) -> Result<bool, ApiError> {
    match said {
        Some("approve") => Ok(true),
        Some("reject") => Ok(false),
        _ => Err(refused("decision", "must be approve or reject")),
    }
}

fn link_of(uri: &Uri) -> Opaque {
    let base = if uri.path().starts_with("/v1/") { "/v1" } else { "" };
    Opaque::received(&path::segment(uri, base, 2).unwrap_or_default())
}

fn asked(visit: &Visit, look: &Look, action: &str, approval: &Approval) -> Response {
    let event = &approval.view.event;
    let is_own = approval.method == Method::Email;
    let title = if is_own {
        "approval-own-title"
    } else {
        "approval-title"
    };
    let page = look.page(visit, title);
    let delegate = event.delegate.as_ref();
    let moment = |at: Timestamp| page.language.moment(&at.to_jiff().to_zoned(TimeZone::UTC));
    let files = event.proofs.iter().enumerate().filter(|_| !is_own);
    let proofs = files.map(|(place, proof)| ProofRow {
        address: format!("{action}/proofs/{place}"),
        number: place + 1,
        is_picture: proof.is_picture,
    });
    let template = ApprovalPage {
        action: action.to_owned(),
        proofs: proofs.collect(),
        is_own,
        person: approval.view.organization_user_id.clone().unwrap_or_default(),
        delegate: delegate
            .map(|own| own.name.clone().unwrap_or_else(|| own.id.clone()))
            .unwrap_or_default(),
        choices: choice_words(&visit.tenant, &event.choices, &look.read()),
        until: event.approval_until.map(moment).unwrap_or_default(),
        page,
    };
    look.answer(StatusCode::OK, &template)
}

fn failed(visit: &Visit, look: &Look, error: ApprovalError) -> Response {
    let (status, kind, title, message) = match error {
        ApprovalError::Unknown => {
            let status = StatusCode::NOT_FOUND;
            (status, "error", "approval-unknown", "approval-unknown-text")
        }
        ApprovalError::Over => (StatusCode::GONE, "warning", "approval-over", "approval-over-text"),
        ApprovalError::Decided(_) => {
            let status = StatusCode::GONE;
            (status, "info", "approval-decided", "approval-decided-text")
        }
        ApprovalError::Fault(fault) => return look.failure(visit, fault.into()),
    };
    notice(visit, look, status, (kind, title, message))
}

fn notice(
    visit: &Visit,
    look: &Look,
    status: StatusCode,
    (kind, title, message): (&'static str, &'static str, &'static str),
) -> Response {
    let template = NoticePage {
        page: look.page(visit, title),
        kind,
        message,
    };
    look.answer(status, &template)
}
