//! One question, one decision (AuthZEN 1.0, 6).

use axum::{extract::Request, response::Response};
use consentry_ledger::checks::{CHECK, Checker};
use consentry_web::{
    error::{ApiError, Problem},
    visit::Visit,
};
use serde_json::{Map, Value};

use crate::{
    admission::{QUESTION, admit},
    answer::{Decision, ok},
    question::{Members, question},
};

/// `POST /access/v1/evaluation`.
pub(crate) async fn evaluate(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (checker, body) = admit(&visit, request, CHECK, QUESTION).await?;
    Ok(single(&visit, &checker, &body).await?)
}

/// Answers a request with one question.
pub(crate) async fn single(
    visit: &Visit,
    checker: &Checker,
    body: &Map<String, Value>,
) -> Result<Response, ApiError> {
    let question = question(Members::whole(body))?;
    let mut moment = visit.ledger().moment_for(&visit.tenant, checker);
    let verdict = moment.evaluate(&question).await?;
    Ok(ok(&Decision::of(&verdict)))
}
