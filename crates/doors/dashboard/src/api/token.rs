//! `POST /api/{version}/token` and `POST /api/{version}/token/revoke` (consent-dashboard A2).

use axum::{
    Json,
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_ledger::{
    Opaque, Target,
    access::{Denied, OpenDashboard, Permit, authorize},
    embed::{IssueError, Provider},
};
use consentry_web::{
    error::{ApiError, Dashboard, FieldError, registry},
    headers,
    json::{self, Limits},
    visit::Visit,
};
use serde_json::{Value, json};

use super::{credentials, serving, token_request};

/// Largest body (A2.4).
const LIMITS: Limits = Limits::size(8 * 1024);

const MEDIA_TYPES: &[&str] = &["application/json"];

/// Issues a one-time token. The caller is checked before the body is looked at.
pub async fn issue(visit: Visit, request: Request) -> Result<Response, Dashboard> {
    let (provider, body) = authenticated(&visit, request).await?;
    let permit = permit(&provider)?;
    let customer = token_request::customer(&body?)?;
    let ticket = visit
        .ledger()
        .issue_ticket(&visit.tenant, &permit, &provider, &customer)
        .await
        .map_err(|error| match error {
            IssueError::UnknownCustomer => ApiError::new(&registry::CUSTOMER_NOT_FOUND),
            IssueError::Replayed => ApiError::new(&registry::INVALID_REQUEST).because(error),
            IssueError::Fault(fault) => fault.into(),
        })?;
    let answer = json!({
        "access_token": ticket.token.expose(),
        "token_type": "Bearer",
        "expires_in": ticket.lifetime.as_seconds(),
    });
    Ok((headers::api(), Json(answer)).into_response())
}

/// Makes a token useless and ends the page it opened. Answers alike for every text (A2.7).
pub async fn revoke(visit: Visit, request: Request) -> Result<Response, Dashboard> {
    let (provider, body) = authenticated(&visit, request).await?;
    let permit = permit(&provider)?;
    let body = body?;
    let token = body.get("token").and_then(Value::as_str).ok_or_else(|| {
        ApiError::new(&registry::INVALID_REQUEST)
            .detail("token must be a string")
            .field(FieldError::pointer("/token", "must be a string"))
    })?;
    visit
        .ledger()
        .revoke_ticket(&visit.tenant, &permit, &Opaque::received(token))
        .await
        .map_err(ApiError::from)?;
    Ok((headers::api(), Json(json!({}))).into_response())
}

/// The caller, and the body or what is wrong with it.
async fn authenticated(
    visit: &Visit,
    request: Request,
) -> Result<(Provider, Result<Value, ApiError>), ApiError> {
    serving(visit)?;
    let (parts, body) = request.into_parts();
    let provider = credentials::provider(visit, &parts.headers)?;
    let body = json::read(&parts.headers, body, MEDIA_TYPES, &LIMITS)
        .await
        .map_err(ApiError::from);
    Ok((provider, body))
}

fn permit(provider: &Provider) -> Result<Permit<OpenDashboard>, ApiError> {
    authorize::<OpenDashboard>(&provider.caller(), Target::Tenant)
        .map_err(|denied: Denied| ApiError::new(&registry::FORBIDDEN).because(denied))
}
