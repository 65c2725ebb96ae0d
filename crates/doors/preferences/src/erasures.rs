//! What became of the deletion of a user (enforcement-events-evidence 10.4).

use axum::{extract::Request, response::Response};
use consentry_ledger::{erasure::FollowErasures, preferences::PreferenceError};
use consentry_web::{erasures, error::ApiError, visit::Visit};
use http::HeaderName;

use crate::{
    admission::{Admitted, Counted},
    answer::ok,
    failure::{Feathers, not_found, told},
};

/// Under which id a deletion is followed, on the answer to it, whose body is the user.
pub(crate) const ERASURE: HeaderName = HeaderName::from_static("consentry-erasure");

/// `GET /consents/erasures/{erasure}`.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.permit::<FollowErasures>()?;
    admitted.require_organization()?;
    let id = admitted.last_segment()?.parse().map_err(|_| not_found())?;
    let known = admitted.visit.ledger().erasure(admitted.tenant(), &permit, id);
    let known = known.await.map_err(|fault| told(PreferenceError::Fault(fault)))?;
    let shown = erasures::shown(&admitted.visit, known.ok_or_else(not_found)?)?;
    let body = serde_json::to_value(shown).map_err(ApiError::internal)?;
    Ok(admitted.told(ok(&body)))
}
