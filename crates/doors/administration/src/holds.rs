//! Legal holds: what is known of a person stays, whoever asks for its erasure (enforcement-events-evidence 10.2, 10.4).

use axum::{extract::Request, response::Response};
use consentry_domain::Timestamp;
use consentry_ledger::{
    administration::State,
    holds::{Hold, HoldError},
    once::Outcome,
};
use consentry_web::{
    error::{ApiError, FieldError, Problem, registry},
    visit::Visit,
};
use http::StatusCode;
use serde::Serialize;

use crate::{
    admission::{Admitted, members, not_found},
    answer,
    members::Members,
    people::{REASON, subject},
};

/// Longest moment, in bytes.
const MOMENT: usize = 64;

#[derive(Serialize)]
struct Resource {
    id: String,
    reason: String,
    since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

#[derive(Serialize)]
struct Listed {
    holds: Vec<Resource>,
}

impl Resource {
    fn of(hold: Hold) -> Self {
        Self {
            id: hold.id,
            reason: hold.reason,
            since: hold.since,
            until: hold.until,
        }
    }
}

/// `GET /people/{subject}/holds`: those that stand, in the order in which they were made.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let holds = standing(&admitted).await?;
    let listed = Listed {
        holds: holds.into_iter().map(Resource::of).collect(),
    };
    let state = State::of_list(admitted.tenant(), "holds", &listed).map_err(ApiError::from)?;
    Ok(answer::found(&admitted, &state, &listed)?)
}

/// `POST /people/{subject}/holds`.
pub(crate) async fn make(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (admitted, body) = Admitted::admit_with_body(visit, request).await?;
    let body = admitted.read(body).await?;
    let make = async |admitted: Admitted| {
        let mut members = members(&body)?;
        let reason = members.required_text("reason", REASON).unwrap_or_default();
        let until = moment(&mut members, "until");
        members.finish()?;
        let act = admitted.act();
        let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
        let made = ledger.hold(
            tenant,
            act.permit,
            subject(&admitted)?,
            (&reason, until, act.request),
        );
        made_answer(&admitted, made.await.map_err(refused)?)
    };
    let repeat = async |outcome: Outcome| {
        let made = outcome.made.ok_or_else(not_found)?;
        let holds = standing(&admitted).await?;
        let hold = holds.into_iter().find(|hold| hold.id == made);
        made_answer(&admitted, hold.ok_or_else(not_found)?)
    };
    Ok(admitted.once(&body, make, repeat).await?)
}

/// `DELETE /people/{subject}/holds/{hold}`.
pub(crate) async fn lift(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let lift = async |admitted: Admitted| {
        let (act, id) = (admitted.act(), admitted.segment(3)?);
        let ledger = admitted.visit.ledger();
        let which = (id.as_str(), act.request);
        let lifted = ledger.lift(admitted.tenant(), act.permit, subject(&admitted)?, which);
        lifted.await.map_err(refused)?;
        Ok(answer::gone())
    };
    Ok(admitted.once(&[], lift, async |_gone| Ok(answer::gone())).await?)
}

async fn standing(admitted: &Admitted) -> Result<Vec<Hold>, ApiError> {
    let (ledger, act) = (admitted.visit.ledger(), admitted.act());
    let holds = ledger.holds_of(admitted.tenant(), act.permit, subject(admitted)?);
    holds.await.map_err(refused)
}

fn moment(members: &mut Members, name: &str) -> Option<Timestamp> {
    let text = members.text(name, MOMENT)?;
    let moment = Timestamp::parse(&text);
    if moment.is_err() {
        members.refuse(name, "must be a time as RFC 3339 writes it");
    }
    moment.ok()
}

fn made_answer(admitted: &Admitted, hold: Hold) -> Result<Response, ApiError> {
    let path = format!("/people/{}/holds/{}", subject(admitted)?, hold.id);
    answer::placed(StatusCode::CREATED, &path, &Resource::of(hold))
}

fn refused(error: HoldError) -> ApiError {
    match error {
        HoldError::Nobody | HoldError::Absent => not_found(),
        HoldError::Over => ApiError::new(&registry::INVALID_REQUEST)
            .detail("the body cannot be accepted: /until")
            .field(FieldError::pointer("/until", "must be later than now")),
        HoldError::TooMany => {
            ApiError::new(&registry::CONFLICT).detail("the person has as many holds as there may be")
        }
        HoldError::Fault(fault) => fault.into(),
    }
}
