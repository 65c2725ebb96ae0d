//! Mails that were given up: which there are, and sending one again. Addresses and words are shown nowhere.

use axum::{extract::Request, response::Response};
use consentry_domain::Timestamp;
use consentry_ledger::{
    administration::State,
    mail::{RetryError, To, Waiting},
    once::Outcome,
};
use consentry_web::{
    error::{ApiError, Problem, registry},
    visit::Visit,
};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use crate::{
    admission::{Admitted, not_found, one, wrong_parameter},
    answer,
};

/// Mails where nothing is said, and at most: as many as are kept.
const USUAL: u32 = 100;
const MOST: u32 = 1_000;

#[derive(Serialize)]
struct Resource {
    id: String,
    kind: &'static str,
    to: &'static str,
    given_up_at: Timestamp,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    mails: Vec<Resource>,
}

impl Resource {
    fn of(mail: &Waiting) -> Self {
        Self {
            id: mail.id(),
            kind: mail.about().kind().as_str(),
            to: match mail.to() {
                To::Person(_) => "person",
                To::Party(_) => "party",
                To::Operator(_) => "operator",
            },
            given_up_at: mail.given_up_at(),
            attempts: mail.attempts(),
            reason: mail.last_error().map(str::to_owned),
        }
    }
}

/// `GET /mails`: those that were given up, oldest first.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let limit = match one(&admitted.parameters()?, "limit")? {
        None => USUAL,
        Some(text) => {
            let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
            limit.ok_or_else(|| wrong_parameter("limit", "must be from 1 to 1000"))?
        }
    };
    let tenant = admitted.tenant();
    let parked = admitted.visit.ledger().parked_mails(tenant.id(), limit).await;
    let listed = Listed {
        mails: parked.map_err(ApiError::from)?.iter().map(Resource::of).collect(),
    };
    let state = State::of_list(tenant, "mails", &listed)?;
    Ok(answer::found(&admitted, &state, &listed)?)
}

/// `POST /mails/{mail}/retry`: it waits again, as if it had never been tried.
pub(crate) async fn retry(visit: Visit, request: Request) -> Result<Response, Problem> {
    let admitted = Admitted::admit(visit, request).await?;
    let id = admitted.segment(1)?;
    let again = async |admitted: Admitted| {
        let retried = admitted.visit.ledger().retry_mail(admitted.tenant(), &id).await;
        match retried {
            Ok(mail) => Ok(accepted(&mail.id())),
            Err(RetryError::Absent) => Err(not_found()),
            Err(RetryError::Over) => {
                Err(ApiError::new(&registry::CONFLICT).detail("what the mail says is over"))
            }
            Err(RetryError::Fault(fault)) => Err(fault.into()),
        }
    };
    let repeat = async |_outcome: Outcome| Ok(accepted(&id));
    Ok(admitted.once(&[], again, repeat).await?)
}

fn accepted(id: &str) -> Response {
    answer::plain(StatusCode::ACCEPTED, &json!({ "id": id }))
}
