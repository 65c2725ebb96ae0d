//! Answers: JSON, and lists with their envelopes (consent-tokens-and-preferences 2.5).

use axum::response::{IntoResponse as _, Response};
use consentry_ledger::answers::Piece;
use consentry_web::{error::ApiError, headers};
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::query::Query;

/// 200 with a JSON body that nobody keeps.
pub(crate) fn ok(body: &Value) -> Response {
    written(body.to_string())
}

/// The same, where the body is written already.
pub(crate) fn kept(pieces: &[Piece]) -> Response {
    let texts = pieces.iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text.as_str()),
        Piece::Place(_) => None,
    });
    written(texts.collect())
}

fn written(body: String) -> Response {
    let media_type = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::OK, headers::api(), media_type, body).into_response()
}

/// 204.
pub(crate) fn gone() -> Response {
    (StatusCode::NO_CONTENT, headers::api(), ()).into_response()
}

/// What is said beside conditions on the entries of a list.
const BESIDE: [&str; 2] = ["organization_id", "key"];

/// A part of a list, as far as it fits what is asked, in the order that is asked for.
pub(crate) fn page(mut all: Vec<Value>, query: &Query) -> Result<Response, ApiError> {
    all.retain(|entry| query.fits(entry, &BESIDE));
    query.sorted(&mut all);
    part(all, query)
}

/// A part of a list, with how many there are in all.
pub(crate) fn part(all: Vec<Value>, query: &Query) -> Result<Response, ApiError> {
    let (limit, skip) = (query.limit()?, query.skip()?);
    let total = all.len();
    let data: Vec<Value> = all.into_iter().skip(skip).take(limit).collect();
    Ok(ok(
        &json!({ "total": total, "limit": limit, "skip": skip, "data": data }),
    ))
}
