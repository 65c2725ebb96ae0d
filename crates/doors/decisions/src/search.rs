//! What may be used of a person, and how (AuthZEN 1.0, 8).

use axum::{extract::Request, response::Response};
use consentry_ledger::checks::{ACTIONS, Held, Question, SEARCH, Wanted};
use consentry_web::{
    error::{ApiError, Problem},
    visit::Visit,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    admission::{QUESTION, admit},
    answer::ok,
    page::{self, Page},
    question::{Context, Members, action, resource, resource_type, subject},
};

#[derive(Serialize)]
struct Found {
    page: Page,
    results: Vec<Value>,
}

/// `POST /access/v1/search/resource`: what may this audience use of that person?
pub(crate) async fn resources(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (checker, body) = admit(&visit, request, SEARCH, QUESTION).await?;
    let members = Members::whole(&body);
    let action = action(members)?;
    let wanted = Wanted {
        subject: subject(members)?,
        kind: resource_type(members)?,
        audience: Context::read(members)?.audience,
    };
    let mut moment = visit.ledger().moment_for(&visit.tenant, &checker);
    let page = page::Wanted::read(&visit, &body, moment.at())?;
    let held = if ACTIONS.contains(&action.as_str()) {
        moment.resources(&wanted).await.map_err(ApiError::from)?
    } else {
        Vec::new()
    };
    let all = held
        .into_iter()
        .map(|held| (held.consent.to_string(), shown(&wanted.kind, &held)));
    let (page, results) = page.cut(&visit, moment.at(), all.collect());
    Ok(ok(&Found { page, results }))
}

/// `POST /access/v1/search/action`: how may this audience use that of that person?
pub(crate) async fn actions(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (checker, body) = admit(&visit, request, SEARCH, QUESTION).await?;
    let members = Members::whole(&body);
    let context = Context::read(members)?;
    let mut question = Question {
        subject: subject(members)?,
        resource: resource(members)?,
        action: String::new(),
        audience: context.audience,
        grant: context.grant,
    };
    let mut moment = visit.ledger().moment_for(&visit.tenant, &checker);
    let page = page::Wanted::read(&visit, &body, moment.at())?;
    let mut all = Vec::new();
    for name in ACTIONS {
        name.clone_into(&mut question.action);
        if moment
            .evaluate(&question)
            .await
            .map_err(ApiError::from)?
            .is_permit()
        {
            all.push((name.to_owned(), json!({ "name": name })));
        }
    }
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (page, results) = page.cut(&visit, moment.at(), all);
    Ok(ok(&Found { page, results }))
}

fn shown(kind: &str, held: &Held) -> Value {
    let mut properties = json!({ "consent_id": held.consent });
    if let Some(until) = held.valid_until {
        properties["valid_until"] = json!(until);
    }
    json!({ "type": kind, "id": held.definition, "properties": properties })
}
