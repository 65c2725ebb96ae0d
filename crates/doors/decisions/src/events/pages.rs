//! Pages of events, and one event by its id (enforcement-events-evidence 4.2; EVT-22 to EVT-24).

use std::time::Duration;

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Response},
};
use consentry_domain::EventId;
use consentry_ledger::feed::{Page, Start};
use consentry_web::{
    deadline::Deadline,
    error::{ApiError, Problem, registry},
    headers,
    visit::Visit,
};
use http::{Extensions, HeaderValue, Uri, header};

use super::{BASE, accept, readers, refused, wish};

const JSON: &str = "application/json";

/// The bare array of CloudEvents (JSON event format 4).
const BATCH: &str = "application/cloudevents-batch+json";

/// A single CloudEvent (JSON event format 3).
const EVENT: &str = "application/cloudevents+json";

/// What is left of a request's time for answering when waiting is over.
const ANSWERING: Duration = Duration::from_secs(2);

/// `GET /events/v1/events`.
pub(crate) async fn page(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let (reader, parameters) = readers::admit(&visit, &parts.headers, &parts.uri).await?;
    let media_type = accept::choose(&parts.headers, &[JSON, BATCH])?;
    wish::require_known(&parameters, &["limit", "wait"])?;
    let (limit, wait) = (wish::limit(&parameters)?, wish::wait(&parameters)?);
    let wish = wish::wish(&parameters, Start::Earliest)?;
    wish::require_durable(&wish.filter)?;
    let reading = visit
        .ledger()
        .read_events(visit.tenant.clone(), visit.base_url(), reader, wish);
    let mut reading = reading.await.map_err(refused)?;
    let page = if wait.is_zero() {
        reading.page(limit).await.map_err(ApiError::from)?
    } else {
        let wait = bounded(wait, &parts.extensions);
        reading.page_within(limit, wait).await.map_err(refused)?
    };
    let cursor = reading.cursor();
    if media_type == BATCH {
        let link = next(&visit.base_url(), &parts.uri, &cursor);
        let link = HeaderValue::from_str(&link).map_err(ApiError::internal)?;
        let own = [
            (header::CONTENT_TYPE, HeaderValue::from_static(BATCH)),
            (header::LINK, link),
        ];
        return Ok((headers::api(), own, format!("[{}]", joined(&page))).into_response());
    }
    let body = format!(
        "{{\"events\":[{}],\"next_cursor\":\"{cursor}\",\"has_more\":{}}}",
        joined(&page),
        page.has_more
    );
    let own = [(header::CONTENT_TYPE, JSON)];
    Ok((headers::api(), own, body).into_response())
}

/// `GET /events/v1/events/{id}`: whole, where long lists of a page are cut.
pub(crate) async fn one(visit: Visit, Path(id): Path<String>, request: Request) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let (reader, parameters) = readers::admit(&visit, &parts.headers, &parts.uri).await?;
    let media_type = accept::choose(&parts.headers, &[JSON, EVENT])?;
    if let Some((name, _)) = parameters
        .iter()
        .find(|(name, _)| !matches!(*name, "subject_view" | "subject_issuer"))
    {
        return Err(wish::wrong(name, "is not known here").into());
    }
    let view = wish::view(&parameters)?;
    let missing = || ApiError::new(&registry::NOT_FOUND);
    let id: EventId = id.parse().map_err(|_| missing())?;
    let base = visit.base_url();
    let found = visit.ledger().event_for(&visit.tenant, &base, &reader, &view, id);
    let event = found.await.map_err(refused)?.ok_or_else(missing)?;
    let own = [(header::CONTENT_TYPE, media_type.to_owned())];
    Ok((headers::api(), own, event).into_response())
}

fn joined(page: &Page) -> String {
    let mut text = String::with_capacity(page.events.iter().map(|event| event.json.len() + 1).sum());
    for event in &page.events {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&event.json);
    }
    text
}

/// Waiting ends before the request's own time does.
fn bounded(wait: Duration, extensions: &Extensions) -> Duration {
    let deadline = extensions.get::<Deadline>();
    deadline.map_or(wait, |Deadline(deadline)| {
        wait.min(deadline.saturating_sub(ANSWERING))
    })
}

/// Where the next page is, for readers of the bare array.
fn next(base: &str, uri: &Uri, cursor: &str) -> String {
    let mut query = String::new();
    let asked = uri.query().unwrap_or_default();
    for pair in asked.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        if !matches!(name, "cursor" | "from") {
            query.push_str(pair);
            query.push('&');
        }
    }
    format!("<{base}{BASE}/events?{query}cursor={cursor}>; rel=\"next\"")
}
