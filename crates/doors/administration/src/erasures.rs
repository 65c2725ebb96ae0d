//! Deleting people at every door, and what became of it (GDPR Art. 17; enforcement-events-evidence 10.4).

use axum::{extract::Request, response::Response};
use consentry_domain::SubjectId;
use consentry_ledger::{
    Target,
    erasure::{Erasure, ErasureError, ErasureWish, FollowErasures},
    once::Outcome,
};
use consentry_web::{
    erasures,
    error::{ApiError, Problem, registry},
    visit::Visit,
};
use http::StatusCode;

use crate::{
    admission::{Admitted, members, not_found},
    answer,
    people::{REASON, subject},
};

/// Longest reference, in bytes.
const REFERENCE: usize = 256;

/// `POST /people/{subject}/erasures`: 202, or 200 with the first result where that was done before (DSR-15).
pub(crate) async fn erase(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (admitted, body) = Admitted::admit_with_body(visit, request).await?;
    let body = admitted.read(body).await?;
    let erase = async |admitted: Admitted| {
        let mut members = members(&body)?;
        let reason = members.required_text("reason", REASON).unwrap_or_default();
        let reference = members.text("request_ref", REFERENCE);
        members.finish()?;
        let (wish, act) = (ErasureWish { reason, reference }, admitted.act());
        let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
        let erased = ledger.erase_person(tenant, act.permit, subject(&admitted)?, (&wish, act.request));
        let (erasure, is_new) = erased.await.map_err(refused)?;
        let status = if is_new {
            StatusCode::ACCEPTED
        } else {
            StatusCode::OK
        };
        shown(&admitted, status, erasure)
    };
    let repeat = async |_outcome: Outcome| {
        let known = known(&admitted, subject(&admitted)?).await?;
        shown(&admitted, StatusCode::ACCEPTED, known)
    };
    Ok(admitted.once(&body, erase, repeat).await?)
}

/// `GET /erasures/{erasure}`.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let id = admitted.segment(1)?.parse().map_err(|_| not_found())?;
    let known = known(&admitted, id).await?;
    Ok(shown(&admitted, StatusCode::OK, known)?)
}

async fn known(admitted: &Admitted, id: SubjectId) -> Result<Erasure, ApiError> {
    let caller = admitted.act().permit.caller();
    let permit = consentry_ledger::authorize::<FollowErasures>(caller, Target::Tenant)
        .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
    let known = admitted.visit.ledger().erasure(admitted.tenant(), &permit, id);
    known.await?.ok_or_else(not_found)
}

fn shown(admitted: &Admitted, status: StatusCode, erasure: Erasure) -> Result<Response, ApiError> {
    let path = format!("/erasures/{}", erasure.id);
    let shown = erasures::shown(&admitted.visit, erasure)?;
    if status == StatusCode::ACCEPTED {
        return answer::placed(status, &path, &shown);
    }
    Ok(answer::plain(status, &shown))
}

fn refused(error: ErasureError) -> ApiError {
    match error {
        ErasureError::Nobody => not_found(),
        ErasureError::Held(held) => erasures::held(held),
        ErasureError::Fault(fault) => fault.into(),
    }
}
