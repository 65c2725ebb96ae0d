//! Answers: JSON, with an entity tag where there is a state that can be named again.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use consentry_ledger::{
    administration::{Put, State},
    once::Outcome,
    provision::Taken,
};
use consentry_web::{error::ApiError, headers};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{BASE, admission::Admitted};

/// What is there, or 304 where the sender has it already.
pub(crate) fn found(
    admitted: &Admitted,
    state: &State,
    resource: &impl Serialize,
) -> Result<Response, ApiError> {
    if admitted.conditions.names(Some(state.as_str())) {
        return tagged(empty(StatusCode::NOT_MODIFIED), state);
    }
    json(StatusCode::OK, state, resource)
}

/// What was put: 201 where it is new.
pub(crate) fn put<T>(put: &Put<T>, resource: &impl Serialize) -> Result<Response, ApiError> {
    let status = if put.taken == Taken::Added {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    json(status, &put.state, resource)
}

/// What was put when the request came first, as it is now.
pub(crate) fn put_before(
    outcome: &Outcome,
    state: &State,
    resource: &impl Serialize,
) -> Result<Response, ApiError> {
    let status = if outcome.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    json(status, state, resource)
}

/// It is gone.
pub(crate) fn gone() -> Response {
    empty(StatusCode::NO_CONTENT)
}

/// What was asked for, which has no state of its own.
pub(crate) fn plain(status: StatusCode, resource: &impl Serialize) -> Response {
    (status, headers::api(), Json(resource)).into_response()
}

/// The same, with the place where it is found from now on, below [`BASE`].
pub(crate) fn placed(
    status: StatusCode,
    path: &str,
    resource: &impl Serialize,
) -> Result<Response, ApiError> {
    let place = HeaderValue::from_str(&format!("{BASE}{path}")).map_err(ApiError::internal)?;
    Ok(([(header::LOCATION, place)], plain(status, resource)).into_response())
}

fn empty(status: StatusCode) -> Response {
    (status, headers::api(), ()).into_response()
}

fn json(status: StatusCode, state: &State, resource: &impl Serialize) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(resource).map_err(ApiError::internal)?;
    let media_type = [(header::CONTENT_TYPE, "application/json")];
    tagged((status, headers::api(), media_type, body).into_response(), state)
}

fn tagged(mut answer: Response, state: &State) -> Result<Response, ApiError> {
    let tag = HeaderValue::from_str(&format!("\"{state}\"")).map_err(ApiError::internal)?;
    answer.headers_mut().insert(header::ETAG, tag);
    Ok(answer)
}
