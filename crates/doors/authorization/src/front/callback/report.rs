//! The first party's back end reports the answer: `POST /auth/consent/callback` (third-party-authorization A.8.7).

use axum::{
    Json,
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{AccountId, Accounts, SubjectId, scope::Scope};
use consentry_ledger::{
    Opaque,
    interactions::{Report, ReportError},
};
use consentry_web::{
    error::{ApiError, FieldError, Vendor, registry},
    headers,
    json::{self, Limits},
    visit::Visit,
};
use serde_json::{Map, Value, json};

use crate::bearer;

/// Largest body, in bytes.
const LARGEST: usize = 16 * 1024;

/// `POST /auth/consent/callback`.
pub(in crate::front) async fn post(visit: Visit, request: Request) -> Result<Response, Vendor> {
    let (parts, body) = request.into_parts();
    let caller = bearer::caller(&visit, &parts.headers).await?;
    let body = json::read(
        &parts.headers,
        body,
        &["application/json"],
        &Limits::size(LARGEST),
    )
    .await;
    let (handle, report) = read(&body.map_err(ApiError::from)?)?;
    let resume = visit
        .ledger()
        .report_decision(&visit.tenant, &caller, &handle, &report)
        .await
        .map_err(refused)?;
    let url = format!("{}/auth/{}", visit.house.issuer(&visit.tenant), resume.expose());
    Ok((headers::api(), Json(json!({ "result": { "url": url } }))).into_response())
}

fn refused(error: ReportError) -> ApiError {
    match error {
        ReportError::Unknown => ApiError::new(&registry::NOT_FOUND).detail("Interaction not found"),
        ReportError::Over => ApiError::new(&registry::GONE).detail("Interaction is over"),
        ReportError::Denied(denied) => ApiError::new(&registry::FORBIDDEN)
            .detail("Forbidden")
            .because(denied),
        ReportError::NotAsked => wrong("/granted_scope", "names what was not asked"),
        ReportError::Fault(fault) => fault.into(),
    }
}

fn wrong(pointer: &'static str, detail: &'static str) -> ApiError {
    ApiError::new(&registry::INVALID_REQUEST).field(FieldError::pointer(pointer, detail))
}

fn read(body: &Value) -> Result<(Opaque, Report), ApiError> {
    let Value::Object(members) = body else {
        return Err(wrong("", "must be a JSON object"));
    };
    let text = |name: &str| {
        members
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let handle = text("src_interaction").ok_or_else(|| wrong("/src_interaction", "must be a text"))?;
    let approved = members.get("approved").and_then(Value::as_bool);
    let subject = text("user_id").and_then(|text| text.parse::<SubjectId>().ok());
    let report = Report {
        approved: approved.ok_or_else(|| wrong("/approved", "must be exactly true or false"))?,
        subject: subject.ok_or_else(|| wrong("/user_id", "must be the id of a user"))?,
        granted: granted(members)?,
        accounts: accounts(members)?,
    };
    Ok((Opaque::received(handle), report))
}

/// `granted_scope`: a list of values, or a text with spaces between them.
fn granted(members: &Map<String, Value>) -> Result<Option<Scope>, ApiError> {
    let not_a_scope = || wrong("/granted_scope", "must be a list of scope values");
    let text = match members.get("granted_scope") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(values)) => {
            let values: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            values.ok_or_else(not_a_scope)?.join(" ")
        }
        Some(_) => return Err(not_a_scope()),
    };
    Scope::parse(&text).map(Some).map_err(|_| not_a_scope())
}

/// `accounts`: ids of the accounts that the person chose, at most [`Accounts::MOST`]; left out, the answer is about all of them.
fn accounts(members: &Map<String, Value>) -> Result<Option<Vec<AccountId>>, ApiError> {
    let wrong = || wrong("/accounts", "must be a list of account ids");
    let values = match members.get("accounts") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(values)) if values.len() <= Accounts::MOST => values,
        Some(_) => return Err(wrong()),
    };
    let ids: Option<Vec<AccountId>> = values
        .iter()
        .map(|value| value.as_str().and_then(|text| AccountId::parse(text).ok()))
        .collect();
    ids.map(Some).ok_or_else(wrong)
}
