//! `POST /Consent/GetToken`: a fresh token for a consent in force (dataspace-consent-protocol 5.2).

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
    let (client, is_known) = (&asker.client, visit.tenant.data_source(&source).is_some());
    let consent = match asker.subject.filter(|_| is_known) {
        Some(subject) => {
            ledger
                .source_consent(&visit.tenant, subject, &client.id, source.key())
                .await?
        }
        None => None,
    };
    let Some(consent) = consent else {
        return answer::json(StatusCode::OK, &json!({ "type": "missingConsent" }));
    };
    let signed = ledger.sign_consent_token(&visit.tenant, &asker.provider, client, &consent)?;
    let body = json!({
        "type": "consentGranted",
        "consentToken": signed.token,
        "tid": consent.id,
        "consentExpiresAt": consent.valid_until.map(consentry_domain::Timestamp::as_seconds),
    });
    answer::json(StatusCode::OK, &body)
}
