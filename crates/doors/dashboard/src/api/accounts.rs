//! `PUT /api/{version}/customer_accounts`: the bank's back end says which accounts a customer has, so that people recognise them and
//! can choose among them (consent-dashboard B4.3). The list replaces the one before.

use axum::{
    Json,
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_ledger::{
    Target,
    access::{Denied, OpenDashboard, authorize},
};
use consentry_web::{
    error::{ApiError, Dashboard, FieldError, registry},
    headers, json,
    visit::Visit,
};
use serde_json::json;

use super::{credentials, serving};
use crate::listed_accounts;

const MEDIA_TYPES: &[&str] = &["application/json"];

/// Replaces the list of a customer's accounts. The caller is checked before the body is looked at.
pub async fn replace(visit: Visit, request: Request) -> Result<Response, Dashboard> {
    serving(&visit)?;
    let (parts, body) = request.into_parts();
    let provider = credentials::provider(&visit, &parts.headers)?;
    let permit = authorize::<OpenDashboard>(&provider.caller(), Target::Tenant)
        .map_err(|denied: Denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
    let body = json::read(&parts.headers, body, MEDIA_TYPES, &listed_accounts::LIMITS)
        .await
        .map_err(ApiError::from)?;
    let wrong = |field| ApiError::new(&registry::INVALID_REQUEST).field(field);
    if !body.is_object() {
        return Err(wrong(FieldError::pointer("", "must be a JSON object")).into());
    }
    let customer = listed_accounts::customer(&body).map_err(wrong)?;
    let accounts = listed_accounts::accounts(&body).map_err(wrong)?;
    visit
        .ledger()
        .replace_holdings(&visit.tenant, &permit, &customer, &accounts)
        .await
        .map_err(ApiError::from)?;
    Ok((headers::api(), Json(json!({ "accounts": accounts.len() }))).into_response())
}
