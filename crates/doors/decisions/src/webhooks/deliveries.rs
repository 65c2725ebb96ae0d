//! Messages of an endpoint: what has become of them, tests, and asking for them again.

use std::time::Duration;

use axum::response::{IntoResponse as _, Response};
use consentry_domain::{DeliveryId, EndpointId, Timestamp};
use consentry_ledger::{
    feed::{self, TypePattern},
    once::Outcome,
    webhooks::{Delivery, DeliveryWish, ReplayWish},
};
use consentry_web::{
    cursor,
    deadline::Deadline,
    error::{ApiError, Problem, registry},
    parameters::Rules,
    query,
};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{asked::Admitted, parameter, refused, resource, unprocessable};
use crate::{admission::invalid, answer::ok};

/// Messages on a page where nobody says, and at most.
const PAGE: (u32, u32) = (50, 200);

/// How often it is looked whether a test is over.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How long a test may take beside what its receiver has for an answer.
const BESIDE: Duration = Duration::from_secs(5);

/// What is left of a request's time for answering when waiting is over.
const ANSWERING: Duration = Duration::from_secs(2);

/// `GET /webhooks/v1/endpoints/{id}/deliveries`.
pub(super) async fn list(asked: Admitted) -> Result<Response, Problem> {
    let (visit, keeper) = (&asked.visit, &asked.keeper);
    let id = asked.endpoint()?;
    let parameters = query::read(&asked.uri, &Rules::DEFAULT)?;
    let mut wish = DeliveryWish {
        limit: PAGE.0,
        ..DeliveryWish::default()
    };
    let mut question = id.to_string();
    for (name, value) in parameters.iter() {
        if name != "cursor" && name != "limit" {
            question.extend(["\u{0}", name, "=", value]);
        }
        match name {
            "status" => {
                wish.status =
                    Some(Delivery::status_named(value).ok_or_else(|| parameter(name, "is not known"))?);
            }
            "type" => wish.kind = Some(kind(value).ok_or_else(|| parameter(name, "names no event type"))?),
            "from" => {
                let time = Timestamp::parse(value);
                wish.since = Some(time.map_err(|_| parameter(name, "is no RFC 3339 time"))?);
            }
            "limit" => {
                let number = value.parse().ok().filter(|number| (1..=PAGE.1).contains(number));
                wish.limit = number.ok_or_else(|| parameter(name, "is not from 1 to 200"))?;
            }
            "cursor" => {}
            _ => return Err(parameter(name, "is not known here").into()),
        }
    }
    if let Some((_, given)) = parameters.iter().find(|(name, _)| *name == "cursor") {
        let text = cursor::decode(&visit.tenant, "deliveries", &question, given);
        let number = text.and_then(|text| text.parse().ok());
        wish.before = Some(number.ok_or_else(|| ApiError::new(&registry::CURSOR_MISMATCH))?);
    }
    let found = visit.ledger().webhook_deliveries(&visit.tenant, keeper, id, wish);
    let page = found.await.map_err(refused)?;
    let next = page.next.map(|number| number.to_string());
    let next = next.map(|text| cursor::encode(&visit.tenant, "deliveries", &question, &text));
    let listed: Vec<Value> = page
        .deliveries
        .iter()
        .map(|delivery| resource::delivery(delivery, false))
        .collect();
    Ok(ok(&json!({ "deliveries": listed, "next_cursor": next })))
}

/// `GET /webhooks/v1/deliveries/{id}`.
pub(super) async fn read(asked: Admitted) -> Result<Response, Problem> {
    Ok(ok(&told(&asked, asked.delivery()?).await?))
}

/// A message as it stands, with its attempts.
async fn told(asked: &Admitted, id: DeliveryId) -> Result<Value, ApiError> {
    let found = asked.ledger().webhook_delivery(asked.tenant(), &asked.keeper, id);
    Ok(resource::delivery(&found.await.map_err(refused)?, true))
}

/// `POST /webhooks/v1/deliveries/{id}/retry`.
pub(super) async fn retry(asked: Admitted) -> Result<Response, Problem> {
    let retry = async |asked: &Admitted| {
        let id = asked.delivery()?;
        let ledger = asked.ledger();
        ledger
            .ask_delivery_again(asked.tenant(), &asked.keeper, id)
            .await
            .map_err(refused)?;
        accepted(asked, id).await
    };
    let repeat = async |asked: &Admitted, _| accepted(asked, asked.delivery()?).await;
    asked.once(retry, repeat).await
}

async fn accepted(asked: &Admitted, id: DeliveryId) -> Result<Response, ApiError> {
    let body = told(asked, id).await?;
    Ok((StatusCode::ACCEPTED, ok(&body)).into_response())
}

/// `POST /webhooks/v1/endpoints/{id}/test`: sends a ping and answers with what became of it, or with how it stands when the time of the
/// request is over.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a caller waits for a receiver; what became of the message is in the ledger"
)]
pub(super) async fn test(asked: Admitted) -> Result<Response, Problem> {
    let test = async |asked: &Admitted| {
        let id = asked.endpoint()?;
        let ledger = asked.ledger();
        let endpoint = ledger
            .webhook_endpoint(asked.tenant(), &asked.keeper, id)
            .map_err(refused)?;
        let sent = ledger.ping_endpoint(asked.tenant(), &asked.keeper, id);
        let sent = sent.await.map_err(refused)?;
        let time = Duration::from_secs(endpoint.settings.timeout_s.into()) + BESIDE;
        let time = asked.deadline.map_or(time, |Deadline(deadline)| {
            time.min(deadline.saturating_sub(ANSWERING))
        });
        let over = async {
            loop {
                let found = ledger
                    .webhook_delivery(asked.tenant(), &asked.keeper, sent)
                    .await?;
                if found.finished_at().is_some() {
                    return Ok::<_, consentry_ledger::webhooks::EndpointError>(found);
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        let found = match tokio::time::timeout(time, over).await {
            Ok(found) => found,
            Err(_) => ledger.webhook_delivery(asked.tenant(), &asked.keeper, sent).await,
        };
        Ok(ok(&resource::delivery(&found.map_err(refused)?, true)))
    };
    let repeat = async |asked: &Admitted, outcome: Outcome| {
        let sent = outcome.made.and_then(|id| id.parse().ok());
        let sent = sent.ok_or_else(|| ApiError::new(&registry::NOT_FOUND))?;
        Ok(ok(&told(asked, sent).await?))
    };
    asked.once(test, repeat).await
}

/// `POST /webhooks/v1/endpoints/{id}/replay`.
pub(super) async fn replay(asked: Admitted) -> Result<Response, Problem> {
    let replay = async |asked: &Admitted| {
        let id = asked.endpoint()?;
        let wish = wish(asked)?;
        let replayed = asked
            .ledger()
            .replay_webhooks(asked.tenant(), &asked.keeper, id, &wish);
        replayed.await.map_err(refused)?;
        Ok(replaying(id, &wish))
    };
    let repeat = async |asked: &Admitted, _| Ok(replaying(asked.endpoint()?, &wish(asked)?));
    asked.once(replay, repeat).await
}

fn replaying(id: EndpointId, wish: &ReplayWish) -> Response {
    let ReplayWish {
        from,
        to,
        only_failed,
        ..
    } = wish;
    let body = json!({ "endpoint": id, "from": from, "to": to, "only_failed": only_failed });
    (StatusCode::ACCEPTED, ok(&body)).into_response()
}

/// What a body asks to be sent again.
fn wish(asked: &Admitted) -> Result<ReplayWish, ApiError> {
    let members = asked.members()?;
    let from = time(&members, "from")?.ok_or_else(|| invalid("/from", "is missing"))?;
    let to = time(&members, "to")?;
    if to.is_some_and(|to| to <= from) {
        return Err(unprocessable("/to", "is not after from"));
    }
    let patterns = match members.get("types") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(types)) if types.len() <= 50 => types.clone(),
        Some(_) => return Err(invalid("/types", "must be an array of at most 50 strings")),
    };
    let mut types = std::collections::BTreeSet::new();
    for (nth, pattern) in patterns.iter().enumerate() {
        let parsed = pattern.as_str().and_then(|text| TypePattern::parse(text).ok());
        let parsed = parsed.filter(|pattern| !pattern.means_signals());
        let wrong = || invalid(&format!("/types/{nth}"), "names no event type");
        types.insert(parsed.ok_or_else(wrong)?);
    }
    let only_failed = match members.get("only_failed") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(value)) => *value,
        Some(_) => return Err(invalid("/only_failed", "must be true or false")),
    };
    Ok(ReplayWish {
        from,
        to,
        types,
        only_failed,
    })
}

fn time(members: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, ApiError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let time = value.as_str().and_then(|text| Timestamp::parse(text).ok());
            let wrong = || invalid(&format!("/{name}"), "must be an RFC 3339 time");
            time.map(Some).ok_or_else(wrong)
        }
    }
}

/// A name of the catalogue, with or without prefix.
fn kind(text: &str) -> Option<String> {
    let name = text.strip_prefix("consentry.").unwrap_or(text);
    feed::catalogue::find(name).map(|entry| entry.name.to_owned())
}
