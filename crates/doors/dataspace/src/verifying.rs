//! `POST /Consent/Verify`: a data source asks whether a token is good now (dataspace-consent-protocol 5.3, 8.3).

use axum::{extract::Request, response::Response};
use consentry_ledger::dataspace::token::Shown;
use consentry_web::{
    credentials::{Credentials, authorization},
    error::ApiError,
    visit::Visit,
};
use http::{HeaderMap, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::{
    Signers, answer,
    body::{self, wrong},
    id_token,
    provider::provider,
};

/// `POST /Consent/Verify`. Nothing is said about why not; only what is no question at all is refused.
pub(crate) async fn verify(visit: &Visit, signers: &Signers, request: Request) -> Result<Response, ApiError> {
    let provider = provider(visit)?;
    let (parts, body) = request.into_parts();
    let Ok(Credentials::Bearer(id_token)) = authorization(&parts.headers) else {
        return Err(wrong("", "the header Authorization must be one Bearer token"));
    };
    let token = consent_token(&parts.headers)?;
    let members = body::object(&parts.headers, body).await?;
    let source = body::data_source(members.get("dataSource"), "/dataSource".to_owned())?;
    let person = id_token::vouched(visit, &signers.parties, &provider, id_token.expose_secret()).await?;
    let found = match &person {
        Some(person) => {
            let shown = Shown {
                token,
                source: source.as_str(),
                person: Some(person),
            };
            visit
                .ledger()
                .shown_consent(&visit.tenant, &provider, &shown)
                .await?
        }
        None => None,
    };
    answer::json(StatusCode::OK, &json!({ "verified": found.is_some() }))
}

fn consent_token(headers: &HeaderMap) -> Result<&str, ApiError> {
    let mut values = headers.get_all("x-consent-token").iter();
    let missing = || wrong("", "the header X-Consent-Token must be there once");
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(missing());
    };
    let token = value.to_str().map_err(|_| missing())?.trim();
    if token.is_empty() {
        return Err(missing());
    }
    Ok(token)
}
