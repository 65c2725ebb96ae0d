//! `/oidc/request` (RFC 9126): a client's back end hands an authorization request in and gets a reference to it.
//!
//! It is judged as at the authorization endpoint; what is wrong is told here as JSON and never by a redirect (RFC 9126 2.3).

use axum::{extract::Request, response::Response};
use consentry_ledger::rates::Quota;
use consentry_web::{
    error::{ApiError, OAuth, error_description, registry},
    rate_limits,
    visit::Visit,
};
use http::StatusCode;
use serde::Serialize;

use super::{answer, oauth_form};
use crate::{client_authentication::authenticate, front::judge};

/// The reference on the wire (RFC 9126 2.2).
#[derive(Serialize)]
struct Accepted {
    request_uri: String,
    expires_in: i64,
}

#[derive(Serialize)]
struct Refused<'a> {
    error: &'a str,
    error_description: String,
}

/// Takes a request in.
pub(crate) async fn push(visit: Visit, request: Request) -> Result<Response, OAuth> {
    let (parts, body) = request.into_parts();
    let form = oauth_form(&parts.headers, body).await?;
    let proven = authenticate(&visit, &parts.headers, &form).await?;
    let quota = visit
        .ledger()
        .count_pushed(&visit.tenant, &proven)
        .map_err(|quota: Quota| rate_limits::exceeded(&quota))?;
    if form.one("request_uri")?.is_some() {
        let error = ApiError::new(&registry::INVALID_REQUEST);
        return Err(error.detail("request_uri cannot be handed in").into());
    }
    let told = |answer| rate_limits::told(answer, Some(&quota));
    match judge(&visit, proven.client(), &form).await? {
        Ok(request) => {
            let pushed = visit
                .ledger()
                .push_request(&visit.tenant, proven.client(), request)
                .await?;
            let body = Accepted {
                request_uri: pushed.reference.to_uri(),
                expires_in: pushed.usable.as_seconds(),
            };
            Ok(told(with_status(StatusCode::CREATED, &body)?))
        }
        Err(refusal) => {
            tracing::info!(oauth.error = refusal.error, client.id = %proven.client().id, "pushed request refused");
            let body = Refused {
                error: refusal.error,
                error_description: error_description(&refusal.description),
            };
            Ok(told(with_status(StatusCode::BAD_REQUEST, &body)?))
        }
    }
}

fn with_status(status: StatusCode, body: &impl Serialize) -> Result<Response, ApiError> {
    let mut answer = answer(body)?;
    *answer.status_mut() = status;
    Ok(answer)
}
