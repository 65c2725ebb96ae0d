//! People, for restricting the processing of their data (GDPR Art. 18; enforcement-events-evidence 10.2, 10.5). Addresses hold our own
//! ids of people and no names.

use axum::{extract::Request, response::Response};
use consentry_domain::{SubjectId, Timestamp};
use consentry_ledger::{
    administration::{Put, State},
    once::Outcome,
    provision::Taken,
    restriction::{Restriction, RestrictionError},
};
use consentry_web::{
    error::{ApiError, Problem},
    visit::Visit,
};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use crate::{
    admission::{Admitted, members, not_found},
    answer,
};

/// Longest name of a person and of an issuer, in bytes.
const NAME: usize = 1024;

/// Longest reason of whatever is done with somebody, in bytes.
pub(crate) const REASON: usize = 1024;

#[derive(Serialize)]
struct Resource {
    since: Timestamp,
    reason: String,
}

impl Resource {
    fn of(restriction: Restriction) -> Self {
        Self {
            since: restriction.since,
            reason: restriction.reason,
        }
    }
}

/// `POST /people/lookup`: whom an issuer calls like that.
pub(crate) async fn look_up(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (admitted, body) = Admitted::admit_with_body(visit, request).await?;
    let body = admitted.read(body).await?;
    let mut members = members(&body)?;
    let issuer = members.required_text("issuer", NAME).unwrap_or_default();
    let id = members.required_text("id", NAME).unwrap_or_default();
    members.finish()?;
    let ledger = admitted.visit.ledger();
    let found = ledger.person_called(admitted.tenant(), admitted.act().permit, &issuer, &id);
    let subject = found.await.map_err(refused)?;
    Ok(answer::plain(StatusCode::OK, &json!({ "subject": subject })))
}

/// `GET /people/{subject}/restriction`; 404 where there is none.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let (state, resource) = restriction(&admitted).await?;
    Ok(answer::found(&admitted, &state, &resource)?)
}

/// `PUT /people/{subject}/restriction`: nothing is done with the person's data until it is taken away. What is restricted stays as it is.
pub(crate) async fn put(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (admitted, body) = Admitted::admit_with_body(visit, request).await?;
    let body = admitted.read(body).await?;
    let put = async |admitted: Admitted| {
        let mut members = members(&body)?;
        let reason = members.required_text("reason", REASON).unwrap_or_default();
        members.ignore(&["since"]);
        members.finish()?;
        let subject = subject(&admitted)?;
        let act = admitted.act();
        let ledger = admitted.visit.ledger();
        let restricted = ledger.restrict(admitted.tenant(), act.permit, subject, (&reason, act.request));
        let taken = if restricted.await.map_err(refused)? {
            Taken::Added
        } else {
            Taken::Unchanged
        };
        let (state, now) = restriction(&admitted).await?;
        let put = Put { taken, now, state };
        answer::put(&put, &put.now)
    };
    let repeat = async |outcome: Outcome| {
        let (state, now) = restriction(&admitted).await?;
        answer::put_before(&outcome, &state, &now)
    };
    Ok(admitted.once(&body, put, repeat).await?)
}

/// `DELETE /people/{subject}/restriction`: the same answer where there is none.
pub(crate) async fn delete(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let release = async |admitted: Admitted| {
        let act = admitted.act();
        let ledger = admitted.visit.ledger();
        let released = ledger.release(admitted.tenant(), act.permit, subject(&admitted)?, act.request);
        let _was_restricted = released.await.map_err(refused)?;
        Ok(answer::gone())
    };
    Ok(admitted
        .once(&[], release, async |_gone| Ok(answer::gone()))
        .await?)
}

async fn restriction(admitted: &Admitted) -> Result<(State, Resource), ApiError> {
    let tenant = admitted.tenant();
    let found = admitted
        .visit
        .ledger()
        .restriction_of(tenant, admitted.act().permit, subject(admitted)?);
    let found = found.await.map_err(refused)?.ok_or_else(not_found)?;
    let resource = Resource::of(found);
    Ok((State::of_list(tenant, "restriction", &resource)?, resource))
}

/// The person whom the address names.
pub(crate) fn subject(admitted: &Admitted) -> Result<SubjectId, ApiError> {
    admitted.segment(1)?.parse().map_err(|_| not_found())
}

fn refused(error: RestrictionError) -> ApiError {
    match error {
        RestrictionError::Nobody => not_found(),
        RestrictionError::Fault(fault) => fault.into(),
    }
}
