//! The page's own API about what was agreed to outside of connections: purposes and preferences, and records of back ends (consent-dashboard
//! B9). The same rules as in [`page_api`](super::page_api).

use axum::{extract::Request, response::Response};
use consentry_domain::Consent;
use consentry_web::{
    error::{ApiError, registry},
    path,
    visit::Visit,
};
use http::request::Parts;
use serde_json::{Value, json};

use super::{
    page_api::{BASE, MOST_ENDED, answer, confirmed, permit, read, wrong},
    single,
    visitor::Visitor,
};
use crate::{api::consents::refused, view::object};

/// `GET /consents`: all of them, those that ended included.
pub async fn list(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, _parts, _body| {
        let found = visitor.singles(&visit).await?;
        let (telling, now) = (visitor.telling(&visit), visit.ledger().now());
        let shown = found.iter().map(|consent| object::single(&telling, consent, now));
        Ok(json!({ "consents": shown.collect::<Vec<Value>>() }))
    })
    .await
}

/// `GET /consents/{id}`.
pub async fn show(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, _body| {
        let consent = named(&visit, &visitor, &parts).await?;
        Ok(object::single(
            &visitor.telling(&visit),
            &consent,
            visit.ledger().now(),
        ))
    })
    .await
}

/// `GET /consents/{id}/activity`.
pub async fn activity(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, _body| {
        let consent = named(&visit, &visitor, &parts).await?;
        let history = single::history(&visit, &visitor, &consent).await?;
        Ok(object::single_history(&history))
    })
    .await
}

/// `POST /consents/{id}/revoke` with `{"confirm": true}`. One that has ended stays as it is.
pub async fn revoke(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, body| {
        confirmed(&read(&parts, body).await?)?;
        let consent = named(&visit, &visitor, &parts).await?;
        take_back(&visit, &visitor, std::slice::from_ref(&consent)).await?;
        let consent = named(&visit, &visitor, &parts).await?;
        Ok(object::single(
            &visitor.telling(&visit),
            &consent,
            visit.ledger().now(),
        ))
    })
    .await
}

/// `POST /consents/revoke` with `{"ids": […], "confirm": true}`: those that are the person's, in one decision.
pub async fn revoke_several(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, body| {
        let body = read(&parts, body).await?;
        confirmed(&body)?;
        let ids = body.get("ids").and_then(Value::as_array);
        let ids: Option<Vec<&str>> = ids.and_then(|ids| ids.iter().map(Value::as_str).collect());
        let ids = ids
            .filter(|ids| ids.len() <= MOST_ENDED)
            .ok_or_else(|| wrong("/ids", "must be a list of at most 200 ids"))?;
        let mut found = visitor.singles(&visit).await?;
        found.retain(|consent| ids.contains(&consent.id.to_string().as_str()));
        take_back(&visit, &visitor, &found).await?;
        let result = |id: &&str| {
            let known = found.iter().any(|consent| consent.id.to_string() == **id);
            json!({ "id": id, "result": if known { "revoked" } else { "not_found" } })
        };
        Ok(json!({ "results": ids.iter().map(result).collect::<Vec<Value>>() }))
    })
    .await
}

async fn take_back(visit: &Visit, visitor: &Visitor, consents: &[Consent]) -> Result<(), ApiError> {
    let whose = (visitor.session.subject, consents);
    let request = Some(visit.request_id.to_string());
    visit
        .ledger()
        .stop_single(&visit.tenant, &permit(visitor)?, whose, request)
        .await
        .map_err(refused)?;
    Ok(())
}

/// What the path names: unknown, and of somebody else, are not told apart.
async fn named(visit: &Visit, visitor: &Visitor, parts: &Parts) -> Result<Consent, ApiError> {
    let id = path::segment(&parts.uri, BASE, 1);
    let found = visitor.singles(visit).await?;
    found
        .into_iter()
        .find(|consent| id.as_deref() == Some(consent.id.to_string().as_str()))
        .ok_or_else(|| ApiError::new(&registry::NOT_FOUND))
}
