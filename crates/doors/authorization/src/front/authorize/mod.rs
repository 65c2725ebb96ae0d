//! The authorization endpoint (third-party-authorization A.5.1).
//!
//! A request is read in two stages. First [`address`]: who asks, and where an answer goes; what is wrong there is shown here and
//! never redirected. Then [`checks`]: everything else, in a fixed order, each rule in a file of its own; what is wrong there is an
//! OAuth error at the redirect address. A request that was handed in beforehand went through both then.

mod address;
mod checks;

use std::sync::Arc;

use address::Wrong;
use axum::{extract::Request, response::Response};
use checks::{Refusal, Way};
use consentry_domain::client::Client;
use consentry_ledger::{
    Fault,
    interactions::{AuthorizationRequest, Reference},
};
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
    onward::{Leaving, leave},
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
    if let Some(reference) = reference(parameters)? {
        return handed_in(visit, headers, parameters, &reference).await;
    }
    let address = address::find(&visit.tenant, parameters)?;
    let issuer = visit.house.issuer(&visit.tenant);
    let judged = checks::run(visit, &issuer, &address, parameters, Way::Browser);
    match fresh(visit, judged).await? {
        Ok(request) => proceed::first_step(visit, headers, &address.client, request).await,
        Err(refusal) => {
            tracing::info!(oauth.error = refusal.error, client.id = %address.client.id, "authorization request refused");
            let target = Target {
                redirect_uri: &address.redirect_uri,
                state: address.state.as_deref(),
                issuer: &issuer,
            };
            let fields = target.error(refusal.error, &refusal.description);
            let leaving = Leaving {
                target,
                mode: address.mode,
                client: &address.client.name,
                ui_locales: &[],
            };
            Ok(leave(visit, leaving, fields, Vec::new())?)
        }
    }
}

/// The reference to a request that was handed in beforehand; none where the request is here. A `request_uri` of another kind is
/// refused with the other checks.
fn reference(parameters: &Parameters) -> Result<Option<Reference>, Failure> {
    let given = parameters.one("request_uri").map_err(Wrong::from)?;
    Ok(given.and_then(Reference::parse))
}

/// What was handed in beforehand, as it was then: other parameters than the client's name are not looked at (B07-08).
async fn handed_in(
    visit: &Visit,
    headers: &HeaderMap,
    parameters: &Parameters,
    reference: &Reference,
) -> Result<Response, Failure> {
    let client = address::client(&visit.tenant, parameters)?;
    let found = visit
        .ledger()
        .pushed_request(&visit.tenant, client, reference)
        .await?;
    let request = found.ok_or_else(|| {
        let error = ApiError::new(&registry::INVALID_REQUEST);
        Failure::with_words(
            error.detail("request_uri is unknown, used or too old"),
            failure::OVER,
        )
    })?;
    proceed::first_step(visit, headers, client, request).await
}

/// Judges a request that a client's back end hands in as if a browser had brought it.
pub(crate) async fn judge(
    visit: &Visit,
    client: &Arc<Client>,
    parameters: &Parameters,
) -> Result<Result<AuthorizationRequest, Refusal>, Fault> {
    let address = match address::find_for(client, parameters) {
        Ok(address) => address,
        Err(wrong) => return Ok(Err(Refusal::invalid_request(wrong.to_string()))),
    };
    let issuer = visit.house.issuer(&visit.tenant);
    let judged = checks::run(visit, &issuer, &address, parameters, Way::BackEnd);
    fresh(visit, judged).await
}

/// Refuses a request whose challenge is one that the client redeemed a code with before (B12-05): the only check that asks the ledger, so
/// it comes when all others are done.
async fn fresh(
    visit: &Visit,
    judged: Result<AuthorizationRequest, Refusal>,
) -> Result<Result<AuthorizationRequest, Refusal>, Fault> {
    let Ok(request) = judged else { return Ok(judged) };
    let Some(challenge) = &request.code_challenge else {
        return Ok(Ok(request));
    };
    let is_redeemed = visit
        .ledger()
        .is_challenge_redeemed(&visit.tenant, &request.client, challenge);
    if is_redeemed.await? {
        return Ok(Err(Refusal::invalid_request(
            "code_challenge was used before, and each request needs one of its own",
        )));
    }
    Ok(Ok(request))
}

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Self {
        let words = if wrong.is_about_the_client() {
            failure::UNKNOWN_CLIENT
        } else {
            failure::BAD_REQUEST
        };
        Self::with_words(
            ApiError::new(&registry::INVALID_REQUEST).detail(wrong.to_string()),
            words,
        )
    }
}
