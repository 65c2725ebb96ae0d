//! `POST` that may be sent again and is carried out once (enforcement-events-evidence 1.4).
//!
//! A repetition is answered with what the first request made, as it is read now: by the handler that reads it, so that the answer is
//! whatever the caller may see of it.

use axum::{body::Body, extract::Request, response::Response};
use consentry_ledger::{once::Outcome, preferences::PreferenceBearer};
use consentry_web::{body, idempotency, path::encoded, visit::Visit};
use http::{Method, header, request::Parts};
use serde_json::Value;

use crate::{
    admission::{LARGEST_WITH_PROOFS, bearer},
    answer::ok,
    failure::{Feathers, not_found},
};

/// What stands between ids where one request made several things; no id has it.
pub(crate) const SEPARATOR: char = '\n';

/// Carries a request out, once for each `Idempotency-Key`; `read` answers what stands at an address below that of the request.
pub(crate) async fn once(
    visit: Visit,
    request: Request,
    carry_out: impl AsyncFnOnce(Visit, Request) -> Result<Response, Feathers>,
    read: impl AsyncFn(Visit, Request) -> Result<Response, Feathers>,
) -> Result<Response, Feathers> {
    if idempotency::key(request.headers())?.is_none() {
        return carry_out(visit, request).await;
    }
    let (parts, body) = request.into_parts();
    let caller = match bearer(&visit, &parts.headers).await? {
        PreferenceBearer::Session { key } => format!("organization {key}"),
        PreferenceBearer::Token(token) => format!("subject {}", token.subject),
    };
    let body = body::read(body, LARGEST_WITH_PROOFS).await?;
    let asked = idempotency::Asked {
        caller: &caller,
        method: &parts.method,
        uri: &parts.uri,
        headers: &parts.headers,
        body: &body,
    };
    let first = {
        let (parts, body) = (parts.clone(), body.clone());
        async |through| carry_out(through, Request::from_parts(parts, Body::from(body))).await
    };
    let again = async |outcome| repeated(&visit, &parts, outcome, &read).await;
    idempotency::once(&visit, &asked, first, again).await
}

async fn repeated(
    visit: &Visit,
    parts: &Parts,
    outcome: Outcome,
    read: &impl AsyncFn(Visit, Request) -> Result<Response, Feathers>,
) -> Result<Response, Feathers> {
    let made = outcome.made.ok_or_else(not_found)?;
    if !made.contains(SEPARATOR) {
        return read(visit.clone(), question(visit, parts, &made)?).await;
    }
    let mut all = Vec::new();
    for id in made.split_terminator(SEPARATOR) {
        let answer = read(visit.clone(), question(visit, parts, id)?).await?;
        let text = body::read(answer.into_body(), LARGEST_WITH_PROOFS).await?;
        all.push(serde_json::from_slice(&text).map_err(|_| not_found())?);
    }
    Ok(ok(&Value::Array(all)))
}

/// The request that reads what was made.
fn question(visit: &Visit, parts: &Parts, id: &str) -> Result<Request, Feathers> {
    let place = parts.uri.path().trim_end_matches('/');
    let address = format!(
        "{place}/{}?organization_id={}",
        encoded(id),
        visit.tenant.tenant.slug
    );
    let mut request = Request::builder().method(Method::GET).uri(address);
    if let Some(credential) = parts.headers.get(header::AUTHORIZATION) {
        request = request.header(header::AUTHORIZATION, credential);
    }
    Ok(request.body(Body::empty()).map_err(|_| not_found())?)
}
