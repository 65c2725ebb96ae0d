//! `POST /Consent/Revoke`: an application gives a consent back (dataspace-consent-protocol 11.4).

use axum::{extract::Request, response::Response};
use consentry_domain::{client::ClientAuthority, decision::CredentialKind};
use consentry_ledger::{
    Caller, Target,
    access::{WithdrawSources, authorize},
    error::DecisionError,
};
use consentry_web::{
    error::{ApiError, registry},
    visit::Visit,
};
use http::StatusCode;
use serde_json::json;

use crate::{Signers, answer, body, request_token};

/// `POST /Consent/Revoke`. Giving back what is not there is no error: afterwards it is not there.
pub(crate) async fn revoke(visit: &Visit, signers: &Signers, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let asker = request_token::admit(visit, signers, &parts.headers).await?;
    let members = body::object(&parts.headers, body).await?;
    let source = body::data_source(members.get("dataSource"), "/dataSource".to_owned())?;
    let (ledger, client) = (visit.ledger(), asker.client());
    let consent = match &asker.relation {
        Some(relation) => ledger
            .source_consent(&visit.tenant, relation, source.key())
            .await?
            .map(|consent| (relation.subject, (*consent).clone())),
        None => None,
    };
    if let Some((subject, consent)) = consent {
        let caller = Caller::Client {
            client: client.id.clone(),
            application: client.application,
            authority: ClientAuthority::None,
            credential: CredentialKind::SignedRequest,
        };
        let target = Target::Agreements(subject, client.application);
        let permit = authorize::<WithdrawSources>(&caller, target)
            .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
        let request_id = Some(visit.request_id.to_string());
        ledger
            .withdraw_sources(&visit.tenant, &permit, (subject, &[consent]), request_id)
            .await
            .map_err(failed)?;
    }
    answer::json(StatusCode::OK, &json!({ "type": "consentRevoked" }))
}

/// A withdrawal that could not be carried out.
pub(crate) fn failed(error: DecisionError) -> ApiError {
    match error {
        DecisionError::Fault(fault) => fault.into(),
        other => ApiError::internal(other),
    }
}
