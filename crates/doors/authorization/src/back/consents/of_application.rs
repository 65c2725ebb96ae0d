//! Calls 1 to 5: a back end of the first party, or a management application, looks at consents and revokes them.

use axum::{extract::Path, response::Response};
use consentry_domain::{ApplicationId, ClientId, decision::EndReason};
use consentry_ledger::agreements::agreement_called;
use consentry_web::{
    error::{ApiError, Vendor},
    parameters::Parameters,
    visit::Visit,
};
use http::{HeaderMap, Uri};

use super::{
    access::{BackEnd, not_found},
    list::{List, parameters, wrong},
    stop::{Pair, Sent, only, stop},
    wire::{self, Detail},
};
use crate::back::answer;

/// Call 1: the consents of the caller's own application, whatever the filters (TPA-CO-06).
pub(crate) async fn list(visit: Visit, uri: Uri, headers: HeaderMap) -> Result<Response, Vendor> {
    let back_end = BackEnd::of(&visit, &headers).await?;
    let list = List::read(&parameters(&uri)?)?;
    let permit = back_end.permit(back_end.application)?;
    Ok(list
        .answer(&visit, &permit, back_end.application, None, Detail::Plain)
        .await?)
}

/// Call 2: one consent of the caller's own application, whatever has become of it.
pub(crate) async fn one(
    visit: Visit,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Vendor> {
    let back_end = BackEnd::of(&visit, &headers).await?;
    let id = agreement_called(visit.tenant.id(), &id);
    let seen = visit.ledger().agreement(&visit.tenant, id).await?;
    let seen = seen
        .filter(|seen| seen.agreement.application == back_end.application)
        .ok_or_else(not_found)?;
    let _permit = back_end.permit_for(seen.agreement.subject, back_end.application)?;
    let result = wire::Consent::new(&visit.tenant, &seen, Detail::Evidence).ok_or_else(not_found)?;
    Ok(answer(&wire::Result {
        result,
        next_cursor: None,
    })?)
}

/// Call 3: revokes consents of the caller's own application.
pub(crate) async fn revoke(
    visit: Visit,
    Path(pair): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Vendor> {
    let back_end = BackEnd::of(&visit, &headers).await?;
    let sent = Sent {
        uri: &uri,
        headers: &headers,
    };
    Ok(revoke_in(&visit, &back_end, back_end.application, &pair, sent).await?)
}

/// Call 4: the consents of a named application.
pub(crate) async fn managed(visit: Visit, uri: Uri, headers: HeaderMap) -> Result<Response, Vendor> {
    let back_end = BackEnd::of(&visit, &headers).await?;
    let parameters = parameters(&uri)?;
    let application = named(&visit, &back_end, &parameters)?;
    let list = List::read(&parameters)?;
    let permit = back_end.permit(application)?;
    Ok(list
        .answer(&visit, &permit, application, None, Detail::Named)
        .await?)
}

/// Call 5: revokes consents of a named application.
pub(crate) async fn revoke_managed(
    visit: Visit,
    Path(pair): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Vendor> {
    let back_end = BackEnd::of(&visit, &headers).await?;
    let parameters = parameters(&uri)?;
    let application = named(&visit, &back_end, &parameters)?;
    let sent = Sent {
        uri: &uri,
        headers: &headers,
    };
    Ok(revoke_in(&visit, &back_end, application, &pair, sent).await?)
}

fn named(visit: &Visit, back_end: &BackEnd, parameters: &Parameters) -> Result<ApplicationId, ApiError> {
    let named = parameters
        .one("app_id")?
        .ok_or_else(|| wrong("app_id", "is missing"))?;
    back_end.named_application(visit, named)
}

async fn revoke_in(
    visit: &Visit,
    back_end: &BackEnd,
    application: ApplicationId,
    (client, user): &(String, String),
    sent: Sent<'_>,
) -> Result<Response, ApiError> {
    let parameters = parameters(sent.uri)?;
    let subject = user.parse().map_err(|_| not_found())?;
    let client = ClientId::parse(client).map_err(|_| not_found())?;
    let permit = back_end.permit_for(subject, application)?;
    let pair = Pair {
        subject,
        application,
        client,
        only: only(visit, &parameters)?,
    };
    stop(visit, &permit, sent, pair, EndReason::PartyAction).await
}
