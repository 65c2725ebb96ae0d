//! `POST /Consent/GetToken`: a token for a consent in force (dataspace-consent-protocol 5.2).

use axum::{extract::Request, response::Response};
use consentry_web::{error::ApiError, visit::Visit};
use http::StatusCode;
use serde_json::json;

use crate::{answer, body, parties::Parties, request_token};

/// `POST /Consent/GetToken`. Never granted, declined, taken back, over and not known at all are one answer.
pub(crate) async fn get_token(
    visit: &Visit,
    parties: &Parties,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let asker = request_token::admit(visit, parties, &parts.headers).await?;
    let members = body::object(&parts.headers, body).await?;
    let source = body::data_source(members.get("dataSource"), "/dataSource".to_owned())?;
    let ledger = visit.ledger();
    let is_known = visit.tenant.data_source(&source).is_some();
    let consent = match asker.relation.as_ref().filter(|_| is_known) {
        Some(relation) => {
            ledger
                .source_consent(&visit.tenant, relation, source.key())
                .await?
        }
        None => None,
    };
    let Some(consent) = consent else {
        return answer::json(StatusCode::OK, &json!({ "type": "missingConsent" }));
    };
    let signed = ledger.consent_token(&visit.tenant, &asker.provider, &asker.spoken(), &consent)?;
    let body = json!({
        "type": "consentGranted",
        "consentToken": signed.token,
        "tid": consent.id,
        "consentExpiresAt": consent.valid_until.map(consentry_domain::Timestamp::as_seconds),
    });
    answer::json(StatusCode::OK, &body)
}
