//! The catalogue of event types and their schemas (enforcement-events-evidence 3.4; EVT-14, EVT-24).

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, Request},
    response::{IntoResponse, Response},
};
use consentry_ledger::feed::{self, CATALOGUE, EventType};
use consentry_web::{
    error::{ApiError, Problem, registry},
    headers,
    visit::Visit,
};
use http::header;
use serde::Serialize;

use super::{readers, wish};
use crate::answer::ok;

#[derive(Serialize)]
struct Types {
    types: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    description: &'static str,
    dataschema: String,
    leaf: bool,
    renderings: BTreeMap<&'static str, &'static [&'static str]>,
}

/// `GET /events/v1/types`: those that the reader can ever see.
pub(crate) async fn types(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let (reader, parameters) = readers::admit(&visit, &parts.headers, &parts.uri).await?;
    if let Some((name, _)) = parameters.iter().next() {
        return Err(wish::wrong(name, "is not known here").into());
    }
    let base = visit.base_url();
    let for_reader = |entry: &&EventType| reader.party().is_none() || !entry.tenant_only;
    let types = CATALOGUE
        .iter()
        .filter(for_reader)
        .map(|entry| Entry {
            kind: entry.wire_name(),
            description: entry.description,
            dataschema: feed::schema_address(&base, entry),
            leaf: entry.leaf,
            renderings: entry.renderings.iter().copied().collect(),
        })
        .collect();
    Ok(ok(&Types { types }))
}

/// `GET /events/v1/schemas/{file}`: public, and the same for ever under its name.
pub(crate) async fn schema(visit: Visit, Path(file): Path<String>) -> Result<Response, Problem> {
    let entry = feed::schema::entry_of(&file).ok_or_else(|| ApiError::new(&registry::NOT_FOUND))?;
    let address = feed::schema_address(&visit.base_url(), entry);
    let own = [
        (header::CONTENT_TYPE, "application/schema+json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    let schema = Json(feed::schema::of(entry, &address));
    Ok((headers::api(), own, schema).into_response())
}
