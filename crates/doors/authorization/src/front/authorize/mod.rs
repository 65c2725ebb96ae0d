//! The authorization endpoint (third-party-authorization A.5.1).
//!
//! A request is read in two stages. First [`address`]: who asks, and where an answer goes; what is wrong there is shown here and
//! never redirected. Then [`checks`]: everything else, in a fixed order, each rule in a file of its own; what is wrong there is an
//! OAuth error at the redirect address.

mod address;
mod checks;

use axum::{extract::Request, response::Response};
use consentry_web::{
    error::{ApiError, registry},
    form,
    origin::{self, Provenance},
    parameters::{Parameters, Rules},
    query,
    visit::Visit,
};
use http::HeaderMap;

use super::{
    browser::Browser,
    failure::{self, Failure},
    proceed,
    redirect::{Target, see_other, with_parameters},
};

/// `GET /oidc/auth`.
pub(super) async fn get(visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let done = match query::read(&parts.uri, &Rules::OAUTH) {
        Ok(parameters) => respond(&visit, &parts.headers, &parameters).await,
        Err(error) => Err(unreadable(error.into())),
    };
    done.unwrap_or_else(|failure| failure.html(&visit, &[]))
}

/// `POST /oidc/auth` (B13-01).
pub(super) async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = match form::read(&parts.headers, body, &Rules::OAUTH).await {
        Ok(parameters) if needs_another_trip(&visit, &parts.headers) => again_as_get(&visit, &parameters),
        Ok(parameters) => respond(&visit, &parts.headers, &parameters).await,
        Err(error) => Err(unreadable(error.into())),
    };
    done.unwrap_or_else(|failure| failure.html(&visit, &[]))
}

/// A form of another site brings no `SameSite=Lax` cookie, so whether somebody is logged in cannot be told from it.
fn needs_another_trip(visit: &Visit, headers: &HeaderMap) -> bool {
    let own = visit.house.origin(&visit.tenant);
    let foreign = own.is_some_and(|own| origin::provenance(headers, &own) == Provenance::Foreign);
    foreign && Browser::new(visit, headers).session_bearer().is_none()
}

/// The same request as a navigation, on which such cookies travel.
fn again_as_get(visit: &Visit, parameters: &Parameters) -> Result<Response, Failure> {
    let endpoint = format!("{}/auth", visit.house.issuer(&visit.tenant));
    Ok(see_other(
        &with_parameters(&endpoint, parameters.iter()),
        Vec::new(),
    )?)
}

fn unreadable(error: ApiError) -> Failure {
    Failure::with_words(error, failure::BAD_REQUEST)
}

async fn respond(visit: &Visit, headers: &HeaderMap, parameters: &Parameters) -> Result<Response, Failure> {
    if origin::speculative(headers) {
        return Err(ApiError::new(&registry::FORBIDDEN)
            .detail("speculative loads are not served here")
            .into());
    }
    let address = address::find(&visit.tenant, parameters).map_err(|wrong| {
        let words = if wrong.is_about_the_client() {
            failure::UNKNOWN_CLIENT
        } else {
            failure::BAD_REQUEST
        };
        Failure::with_words(
            ApiError::new(&registry::INVALID_REQUEST).detail(wrong.to_string()),
            words,
        )
    })?;
    let issuer = visit.house.issuer(&visit.tenant);
    match checks::run(&visit.tenant, &issuer, &address, parameters) {
        Ok(request) => proceed::first_step(visit, headers, &address.client, request).await,
        Err(refusal) => {
            tracing::info!(oauth.error = refusal.error, client.id = %address.client.id, "authorization request refused");
            let target = Target {
                redirect_uri: &address.redirect_uri,
                state: address.state.as_deref(),
                issuer: &issuer,
            };
            Ok(see_other(
                &target.with_error(refusal.error, &refusal.description),
                Vec::new(),
            )?)
        }
    }
}
