//! Revoking consents of one person toward one client (TPA-CO-05, TPA-CO-10).

use axum::response::{IntoResponse, Response};
use consentry_domain::{
    AgreementId, ApplicationId, ClientId, SubjectId,
    decision::{Door, EndReason},
};
use consentry_ledger::{
    DecisionError, Permit,
    access::ManageAgreements,
    agreements::{AgreementQuery, StopRequest, agreement_called},
};
use consentry_web::{
    error::ApiError,
    headers,
    idempotency::{self, Asked},
    parameters::Parameters,
    visit::Visit,
};
use http::{HeaderMap, Method, StatusCode, Uri};

use super::access::{forbidden, not_found};

/// What shall end: every active consent of the pair, or the one named.
pub(super) struct Pair {
    /// Whose.
    pub subject: SubjectId,
    /// The application the client belongs to.
    pub application: ApplicationId,
    /// Toward whom.
    pub client: ClientId,
    /// Only this one.
    pub only: Option<AgreementId>,
}

/// `consent_id`, ours or that of the system that the consent came from.
pub(super) fn only(visit: &Visit, parameters: &Parameters) -> Result<Option<AgreementId>, ApiError> {
    let id = parameters.one("consent_id")?;
    Ok(id.map(|id| agreement_called(visit.tenant.id(), id)))
}

/// Where it was asked: the address, and what came with it.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    /// Address of the request.
    pub uri: &'a Uri,
    /// Its headers.
    pub headers: &'a HeaderMap,
}

/// Ends what the pair has that is active, all in one commit; 404 where there is nothing, so also the second time, unless the request
/// has an `Idempotency-Key` and is the same as then.
pub(super) async fn stop(
    visit: &Visit,
    permit: &Permit<ManageAgreements>,
    sent: Sent<'_>,
    pair: Pair,
    reason: EndReason,
) -> Result<Response, ApiError> {
    let asked = Asked {
        caller: &permit.caller().sender(),
        method: &Method::DELETE,
        uri: sent.uri,
        headers: sent.headers,
        body: &[],
    };
    let end = async |visit| end(&visit, permit, pair, reason).await;
    idempotency::once(visit, &asked, end, async |_outcome| Ok(ended())).await
}

fn ended() -> Response {
    (headers::api(), StatusCode::OK).into_response()
}

async fn end(
    visit: &Visit,
    permit: &Permit<ManageAgreements>,
    pair: Pair,
    reason: EndReason,
) -> Result<Response, ApiError> {
    let query = AgreementQuery {
        subject: Some(pair.subject),
        application: Some(pair.application),
        client: Some(pair.client),
        in_force_at: Some(visit.ledger().now()),
        ..AgreementQuery::default()
    };
    let active = visit.ledger().agreements(&visit.tenant, permit, query).await?;
    let agreements: Vec<AgreementId> = active
        .iter()
        .map(|seen| seen.agreement.id)
        .filter(|id| pair.only.is_none_or(|only| only == *id))
        .collect();
    if agreements.is_empty() {
        return Err(not_found());
    }
    let request = StopRequest {
        subject: pair.subject,
        agreements,
        door: Door::Authorization,
        reason,
        request: Some(visit.request_id.to_string()),
    };
    let stopped = visit
        .ledger()
        .stop_agreements(&visit.tenant, permit, &request)
        .await
        .map_err(refused)?;
    if stopped.ended.is_empty() {
        return Err(not_found());
    }
    Ok(ended())
}

fn refused(error: DecisionError) -> ApiError {
    match error {
        DecisionError::Fault(fault) => fault.into(),
        DecisionError::Denied(denied) => forbidden().because(denied),
        DecisionError::Rejected(_) => not_found().because(error),
        DecisionError::Spent | DecisionError::Repeated { .. } => ApiError::internal(error),
    }
}
