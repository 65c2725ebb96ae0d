//! Who agreed, what may be used of a person, and how (AuthZEN 1.0, 8).

use axum::{extract::Request, response::Response};
use consentry_domain::Timestamp;
use consentry_ledger::checks::{Held, People, Position, Question, Sought, Wanted};
use consentry_web::{
    error::{ApiError, Problem},
    rate_limits::told,
    visit::Visit,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    admission::admit_search,
    answer::ok,
    page::{self, Page},
    question::{Context, Members, action, alone, resource, resource_type, subject, subject_type},
};

#[derive(Serialize)]
struct Found {
    page: Page,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Value>,
    results: Vec<Value>,
}

/// `POST /access/v1/search/subject`: who agreed to that toward this audience?
pub(crate) async fn people(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (checker, body, quota) = admit_search(&visit, request).await?;
    let base = visit.base_url();
    let mut moment = visit.ledger().moment_for(&visit.tenant, &checker, &base);
    let members = Members::whole(&body);
    let (kind, issuer) = subject_type(members)?;
    let context = Context::of_search(&moment, members)?;
    let sought = Sought {
        kind,
        issuer,
        resource: resource(members)?,
        action: action(members)?,
        audience: context.audience,
        within: context.within,
    };
    alone(&sought.within, None, Some(&sought.resource))?;
    let page = page::Wanted::read(&visit, &body, moment.at())?;
    let behind = position(page.behind());
    let people = if page.limit() == 0 {
        // Nothing is looked at, so there may be something.
        People::default()
    } else {
        moment
            .people(&sought, behind, page.limit())
            .await
            .map_err(ApiError::from)?
    };
    let last = people
        .next
        .map(|(at, record)| format!("{} {record}", at.as_micros()));
    let last = last.or_else(|| (page.limit() == 0).then(String::new));
    let issuer = sought.issuer.as_deref().unwrap_or(moment.default_issuer());
    let results = people.found.iter().map(|somebody| {
        let mut properties = json!({ "issuer": issuer, "consent_id": somebody.consent });
        if let Some(until) = somebody.valid_until {
            properties["valid_until"] = json!(until);
        }
        json!({ "type": sought.kind, "id": somebody.name, "properties": properties })
    });
    let found = Found {
        page: page.ending_with(&visit, moment.at(), people.found.len(), last.as_deref()),
        context: Some(json!({ "omitted": people.omitted })),
        results: results.collect(),
    };
    Ok(told(ok(&found), Some(&quota)))
}

/// Where a page of people begins; what is no position of ours is the beginning.
fn position(behind: &str) -> Option<Position> {
    let (at, record) = behind.split_once(' ')?;
    Some((Timestamp::from_micros(at.parse().ok()?), record.parse().ok()?))
}

/// `POST /access/v1/search/resource`: what may this audience use of that person?
pub(crate) async fn resources(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (checker, body, quota) = admit_search(&visit, request).await?;
    let base = visit.base_url();
    let mut moment = visit.ledger().moment_for(&visit.tenant, &checker, &base);
    let members = Members::whole(&body);
    let context = Context::of_search(&moment, members)?;
    let wanted = Wanted {
        subject: subject(members)?,
        kind: resource_type(members)?,
        action: action(members)?,
        audience: context.audience,
        within: context.within,
    };
    alone(&wanted.within, Some(&wanted.subject), None)?;
    let page = page::Wanted::read(&visit, &body, moment.at())?;
    let held = moment.resources(&wanted).await.map_err(ApiError::from)?;
    let all = held
        .into_iter()
        .map(|held| (held.consent.to_string(), shown(&wanted.kind, &held)));
    let (page, results) = page.cut(&visit, moment.at(), all.collect());
    let found = Found {
        page,
        context: None,
        results,
    };
    Ok(told(ok(&found), Some(&quota)))
}

/// `POST /access/v1/search/action`: how may this audience use that of that person?
pub(crate) async fn actions(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (checker, body, quota) = admit_search(&visit, request).await?;
    let base = visit.base_url();
    let mut moment = visit.ledger().moment_for(&visit.tenant, &checker, &base);
    let members = Members::whole(&body);
    let context = Context::of_search(&moment, members)?;
    let mut question = Question {
        subject: subject(members)?,
        resource: resource(members)?,
        action: String::new(),
        audience: context.audience,
        within: context.within,
        as_of: None,
        record_use: false,
    };
    alone(
        &question.within,
        Some(&question.subject),
        Some(&question.resource),
    )?;
    let page = page::Wanted::read(&visit, &body, moment.at())?;
    let mut all = Vec::new();
    for name in question.resource.action_names(&visit.tenant) {
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
    let found = Found {
        page,
        context: None,
        results,
    };
    Ok(told(ok(&found), Some(&quota)))
}

fn shown(kind: &str, held: &Held) -> Value {
    let mut properties = json!({ "consent_id": held.consent });
    if let Some(until) = held.valid_until {
        properties["valid_until"] = json!(until);
    }
    json!({ "type": kind, "id": held.definition, "properties": properties })
}
