//! `POST /Consent/RequestConsents`: what lacks consent, and the page where the person is asked (dataspace-consent-protocol 5.1, 5.6).

use axum::{extract::Request, response::Response};
use consentry_domain::{dsi::Dsi, tenant::MOST_SOURCES};
use consentry_ledger::dataspace::Wanted;
use consentry_web::{
    error::{ApiError, registry},
    visit::Visit,
};
use http::{StatusCode, request::Parts};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    Signers, answer,
    body::{self, wrong},
    provider::provider,
    request_token::{self, HEADER},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Missing<'a> {
    data_source: &'a str,
    required: bool,
}

/// `POST /Consent/RequestConsents`.
pub(crate) async fn request_consents(
    visit: &Visit,
    signers: &Signers,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let asker = request_token::admit(visit, signers, &parts.headers).await?;
    let members = body::object(&parts.headers, body).await?;
    ask(visit, &asker, &members)
        .await
        .map(|answer| asker.told(answer))
}

/// `POST /Consent/Request`: the address of version 0.1. Whoever sends what belongs to the other one, as the published example still says,
/// is answered; whoever speaks the old version is told where to go.
pub(crate) async fn legacy(visit: &Visit, signers: &Signers, request: Request) -> Result<Response, ApiError> {
    let own = provider(visit)?;
    let (parts, body): (Parts, _) = request.into_parts();
    let gone = || {
        ApiError::new(&registry::GONE).detail(format!(
            "version 0.1 is not served; use POST {}/Consent/RequestConsents",
            own.issuer
        ))
    };
    if !parts.headers.contains_key(HEADER) {
        return Err(gone());
    }
    let asker = request_token::admit(visit, signers, &parts.headers).await?;
    let members = body::object(&parts.headers, body).await?;
    if !members.contains_key("consentRequests") {
        return Err(gone());
    }
    ask(visit, &asker, &members)
        .await
        .map(|answer| asker.told(answer))
}

async fn ask(
    visit: &Visit,
    asker: &request_token::Asker,
    members: &Map<String, Value>,
) -> Result<Response, ApiError> {
    let wanted = wanted(visit, members)?;
    let ledger = visit.ledger();
    let missing = ledger
        .missing_sources(&visit.tenant, asker.relation.as_ref(), &wanted)
        .await?;
    if missing.is_empty() {
        return answer::json(StatusCode::OK, &json!({ "type": "allConsentsGranted" }));
    }
    let id = ledger
        .begin_source_request(&visit.tenant, &asker.client().id, asker.person(), wanted)
        .await?;
    let missing: Vec<Missing<'_>> = missing
        .iter()
        .map(|one| Missing {
            data_source: one.source.as_str(),
            required: one.required,
        })
        .collect();
    let body = json!({
        "type": "requestUserConsent",
        "missingConsents": missing,
        "requestUrl": format!("{}/request/{id}", asker.provider().issuer),
    });
    answer::json(StatusCode::CREATED, &body)
}

/// What is asked for, each data source once; of repetitions the stricter counts.
fn wanted(visit: &Visit, members: &Map<String, Value>) -> Result<Vec<Wanted>, ApiError> {
    const LIST: &str = "/consentRequests";
    let list = match members.get("consentRequests") {
        Some(Value::Array(list)) => list,
        Some(_) => return Err(wrong(LIST, "must be an array")),
        None => return Err(wrong(LIST, "is missing")),
    };
    if !(1..=MOST_SOURCES).contains(&u32::try_from(list.len()).unwrap_or(u32::MAX)) {
        return Err(wrong(LIST, "must have 1 to 50 items"));
    }
    let mut wanted: Vec<Wanted> = Vec::with_capacity(list.len());
    for (index, item) in list.iter().enumerate() {
        let place = format!("{LIST}/{index}");
        if !item.is_object() {
            return Err(wrong(place, "must be an object"));
        }
        let at = format!("{place}/dataSource");
        let source: Dsi = body::data_source(item.get("dataSource"), at.clone())?;
        if visit.tenant.data_source(&source).is_none() {
            return Err(wrong(at, "is no data source of this dataspace"));
        }
        let required = match item.get("required") {
            Some(Value::Bool(required)) => *required,
            Some(_) => return Err(wrong(format!("{place}/required"), "must be true or false")),
            None => return Err(wrong(format!("{place}/required"), "is missing")),
        };
        match wanted.iter_mut().find(|own| own.source == *source.key()) {
            Some(own) => own.required |= required,
            None => wanted.push(Wanted {
                source: source.key().clone(),
                required,
            }),
        }
    }
    // All or nothing is asked for a few things, not for a bundle (dataspace-consent-protocol 12).
    let most = visit.tenant.tenant.dataspace.most_required;
    let required = wanted.iter().filter(|own| own.required).count();
    if u32::try_from(required).unwrap_or(u32::MAX) > most {
        return Err(wrong(
            LIST,
            format!("may require {most} data sources at the most"),
        ));
    }
    Ok(wanted)
}
