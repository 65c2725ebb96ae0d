//! `POST /Consent/GetToken`: a token for a consent in force (dataspace-consent-protocol 5.2).

use axum::{extract::Request, response::Response};
use consentry_domain::{ConsentId, Timestamp};
use consentry_web::{error::ApiError, visit::Visit};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use crate::{Signers, answer, body, request_token};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Granted<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    consent_token: &'a str,
    tid: ConsentId,
    consent_expires_at: Option<i64>,
}

/// `POST /Consent/GetToken`. Never granted, declined, taken back, over and not known at all are one answer.
pub(crate) async fn get_token(
    visit: &Visit,
    signers: &Signers,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let asker = request_token::admit(visit, signers, &parts.headers).await?;
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
        let missing = answer::json(StatusCode::OK, &json!({ "type": "missingConsent" }));
        return missing.map(|answer| asker.told(answer));
    };
    let signed = ledger.consent_token(&visit.tenant, asker.provider(), &asker.spoken(), &consent)?;
    let body = Granted {
        kind: "consentGranted",
        consent_token: &signed.token,
        tid: consent.id,
        consent_expires_at: consent.valid_until.map(Timestamp::as_seconds),
    };
    answer::json(StatusCode::OK, &body).map(|answer| asker.told(answer))
}
