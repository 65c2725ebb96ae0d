//! Several questions, one instant (AuthZEN 1.0, 7).

use axum::{extract::Request, response::Response};
use consentry_ledger::checks::CHECK;
use consentry_web::{
    error::{ApiError, Problem, registry},
    rate_limits::told,
    visit::Visit,
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    admission::{QUESTIONS, admit, invalid},
    answer::{Decision, ok},
    evaluation::{counted, single},
    question::{Members, question},
};

/// When no further question is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Semantic {
    ExecuteAll,
    DenyOnFirstDeny,
    PermitOnFirstPermit,
}

#[derive(Serialize)]
struct Evaluations {
    evaluations: Vec<Decision>,
}

/// `POST /access/v1/evaluations`.
pub(crate) async fn evaluate(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (checker, body) = admit(&visit, request, CHECK, QUESTIONS).await?;
    let items = match body.get("evaluations") {
        None => return Ok(single(&visit, &checker, &body).await?),
        Some(Value::Array(items)) if items.is_empty() => {
            return Ok(single(&visit, &checker, &body).await?);
        }
        Some(Value::Array(items)) => items,
        Some(_) => return Err(invalid("/evaluations", "must be an array").into()),
    };
    let most = visit.tenant.tenant.checks.most_evaluations;
    if u32::try_from(items.len()).map_or(true, |count| count > most) {
        return Err(ApiError::new(&registry::PAYLOAD_TOO_LARGE)
            .detail(format!("there are more than {most} evaluations"))
            .into());
    }
    let semantic = Semantic::read(&body)?;
    let quota = counted(&visit, &checker, items.len())?;
    let base = visit.base_url();
    let mut moment = visit.ledger().moment_for(&visit.tenant, &checker, &base);
    let mut evaluations = Vec::with_capacity(items.len());
    for (number, item) in items.iter().enumerate() {
        let place = format!("/evaluations/{number}");
        let asked = match item {
            Value::Object(own) => question(&moment, Members::item(own, &body, &place)),
            _ => Err(invalid(&place, "must be an object")),
        };
        let decision = match asked {
            Ok(question) => {
                let verdict = moment.evaluate(&question).await.map_err(ApiError::from)?;
                Decision::of(&visit, &verdict)
            }
            Err(error) => Decision::broken(&error),
        };
        match semantic.ends_with(&decision) {
            Some(rule) => {
                evaluations.push(decision.short_circuited(rule));
                break;
            }
            None => evaluations.push(decision),
        }
    }
    Ok(told(ok(&Evaluations { evaluations }), quota.as_ref()))
}

impl Semantic {
    fn read(body: &Map<String, Value>) -> Result<Self, ApiError> {
        let named = match body.get("options") {
            None => return Ok(Self::ExecuteAll),
            Some(Value::Object(options)) => options.get("evaluations_semantic"),
            Some(_) => return Err(invalid("/options", "must be an object")),
        };
        match named.map(|named| named.as_str().unwrap_or_default()) {
            None | Some("execute_all") => Ok(Self::ExecuteAll),
            Some("deny_on_first_deny") => Ok(Self::DenyOnFirstDeny),
            Some("permit_on_first_permit") => Ok(Self::PermitOnFirstPermit),
            Some(_) => Err(invalid(
                "/options/evaluations_semantic",
                "must be execute_all, deny_on_first_deny or permit_on_first_permit",
            )),
        }
    }

    /// Its name, where nothing behind this decision is looked at.
    const fn ends_with(self, decision: &Decision) -> Option<&'static str> {
        match self {
            Self::DenyOnFirstDeny if !decision.is_permit() => Some("deny_on_first_deny"),
            Self::PermitOnFirstPermit if decision.is_permit() => Some("permit_on_first_permit"),
            _ => None,
        }
    }
}
