//! One question, one decision (AuthZEN 1.0, 6).

use axum::{extract::Request, response::Response};
use consentry_ledger::{
    checks::{CHECK, Checker},
    rates::Quota,
};
use consentry_web::{
    error::{ApiError, Problem},
    rate_limits::{exceeded, told},
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
    let quota = counted(visit, checker, 1)?;
    let base = visit.base_url();
    let mut moment = visit.ledger().moment_for(&visit.tenant, checker, &base);
    let question = question(&moment, Members::whole(body))?;
    let verdict = moment.evaluate(&question).await?;
    Ok(told(ok(&Decision::of(visit, &verdict)), quota.as_ref()))
}

/// Counts the questions of a third party (enforcement-events-evidence 11); those of the tenant's own back ends are not.
pub(crate) fn counted(visit: &Visit, checker: &Checker, questions: usize) -> Result<Option<Quota>, ApiError> {
    let questions = u32::try_from(questions).unwrap_or(u32::MAX);
    visit
        .ledger()
        .count_questions(&visit.tenant, checker, questions)
        .map_err(|quota| exceeded(&quota))
}
