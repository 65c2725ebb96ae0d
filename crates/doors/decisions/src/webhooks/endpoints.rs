//! Endpoints: made, listed, read, changed, removed, switched on and off; secrets and keys.

use axum::{
    extract::{Path, Request},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_domain::Lifetime;
use consentry_egress::Egress;
use consentry_ledger::webhooks::{
    Endpoint, EndpointError, EndpointHealth, EndpointSettings, MOST_OVERLAP, Made,
};
use consentry_web::{
    conditional::Tags,
    cursor,
    error::{ApiError, Problem, registry},
    headers,
    parameters::Rules,
    query,
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{BASE, keeper, parameter, refused, resource, settings, unprocessable};
use crate::{admission::invalid, answer::ok};

/// How long an old secret lives on where nobody says.
const OVERLAP: i64 = 86_400;

/// Endpoints on a page where nobody says, and at most.
const PAGE: (usize, usize) = (50, 100);

/// `GET /webhooks/v1/endpoints`.
pub(super) async fn list(visit: Visit, request: Request) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let keeper = keeper::admit(&visit, &parts.headers).await?;
    let parameters = query::read(&parts.uri, &Rules::DEFAULT)?;
    let (mut limit, mut after) = (PAGE.0, None);
    for (name, value) in parameters.iter() {
        match name {
            "limit" => {
                let number = value.parse().ok().filter(|number| (1..=PAGE.1).contains(number));
                limit = number.ok_or_else(|| parameter("limit", "is not from 1 to 100"))?;
            }
            "cursor" => {
                let text = cursor::decode(&visit.tenant, "endpoints", keeper.name(), value);
                after = Some(text.ok_or_else(|| ApiError::new(&registry::CURSOR_MISMATCH))?);
            }
            _ => return Err(parameter(name, "is not known here").into()),
        }
    }
    let ledger = visit.ledger();
    let all = ledger.webhook_endpoints(&visit.tenant, &keeper);
    let mut left = all.into_iter().filter(|endpoint| {
        after
            .as_ref()
            .is_none_or(|after| endpoint.id.to_string() > *after)
    });
    let mut listed = Vec::new();
    for endpoint in left.by_ref().take(limit) {
        listed.push((shown(&visit, &endpoint).await?, endpoint.id.to_string()));
    }
    let last = listed.last().filter(|_| left.next().is_some());
    let next = last.map(|(_, id)| cursor::encode(&visit.tenant, "endpoints", keeper.name(), id));
    let endpoints: Vec<Value> = listed.into_iter().map(|(endpoint, _)| endpoint).collect();
    Ok(ok(&json!({ "endpoints": endpoints, "next_cursor": next })))
}

/// `POST /webhooks/v1/endpoints`.
pub(super) async fn make(egress: &Egress, visit: Visit, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let keeper = keeper::admit(&visit, &parts.headers).await?;
    let members = keeper::members(&parts, body).await?;
    if !members.contains_key("url") {
        return Err(invalid("/url", "is missing").into());
    }
    let mut own = EndpointSettings::default();
    settings::write(&mut own, &members)?;
    reachable(egress, &own.url).await?;
    let made = visit.ledger().make_endpoint(&visit.tenant, &keeper, own);
    let made = made.await.map_err(refused)?;
    let place = format!("{}{BASE}/endpoints/{}", visit.base_url(), made.endpoint.id);
    let place = HeaderValue::from_str(&place).map_err(ApiError::internal)?;
    let body = with_secret(&visit, &made).await?;
    let own = [(header::LOCATION, place), (header::ETAG, tag(made.version)?)];
    Ok((StatusCode::CREATED, own, ok(&body)).into_response())
}

/// `GET /webhooks/v1/endpoints/{id}`.
pub(super) async fn read(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let keeper = keeper::admit(&visit, &parts.headers).await?;
    let found = visit
        .ledger()
        .webhook_endpoint(&visit.tenant, &keeper, keeper::endpoint(&id)?)
        .map_err(refused)?;
    let own = [(header::ETAG, tag(found.version(&visit.tenant))?)];
    Ok((own, ok(&shown(&visit, &found).await?)).into_response())
}

/// `PATCH /webhooks/v1/endpoints/{id}`: JSON merge patch.
pub(super) async fn change(
    egress: &Egress,
    visit: Visit,
    id: &str,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let keeper = keeper::admit(&visit, &parts.headers).await?;
    let id = keeper::endpoint(id)?;
    let expected = expected(&parts.headers)?;
    let members = keeper::members(&parts, body).await?;
    let ledger = visit.ledger();
    let known = ledger
        .webhook_endpoint(&visit.tenant, &keeper, id)
        .map_err(refused)?;
    let mut tried = known.settings.clone();
    settings::write(&mut tried, &members)?;
    if tried.url != known.settings.url {
        reachable(egress, &tried.url).await?;
    }
    let write = |own: &mut EndpointSettings| {
        settings::write(own, &members).map_err(|error| EndpointError::Invalid {
            pointer: "",
            why: error.message().to_owned(),
        })
    };
    let changed = ledger.change_endpoint(visit.tenant.id(), &keeper, id, expected, write);
    let (endpoint, version) = changed.await.map_err(refused)?;
    changed_to(&visit, &endpoint, version).await
}

/// `DELETE /webhooks/v1/endpoints/{id}`.
pub(super) async fn remove(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let keeper = keeper::admit(&visit, &parts.headers).await?;
    let expected = expected(&parts.headers)?;
    let id = keeper::endpoint(&id)?;
    let removed = visit
        .ledger()
        .remove_endpoint(visit.tenant.id(), &keeper, id, expected);
    removed.await.map_err(refused)?;
    Ok((StatusCode::NO_CONTENT, headers::api(), ()).into_response())
}

/// `POST /webhooks/v1/endpoints/{id}/enable`.
pub(super) async fn enable(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    switch(&visit, &id, request, true).await
}

/// `POST /webhooks/v1/endpoints/{id}/disable`.
pub(super) async fn disable(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    switch(&visit, &id, request, false).await
}

async fn switch(visit: &Visit, id: &str, request: Request, is_on: bool) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let keeper = keeper::admit(visit, &parts.headers).await?;
    let id = keeper::endpoint(id)?;
    let switched = visit
        .ledger()
        .switch_endpoint(visit.tenant.id(), &keeper, id, is_on);
    let (endpoint, version) = switched.await.map_err(refused)?;
    changed_to(visit, &endpoint, version).await
}

/// `POST /webhooks/v1/endpoints/{id}/secret/rotate`.
pub(super) async fn rotate(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let keeper = keeper::admit(&visit, &parts.headers).await?;
    let id = keeper::endpoint(&id)?;
    let members = keeper::members(&parts, body).await?;
    let most = MOST_OVERLAP.as_seconds();
    let overlap = match members.get("overlap_s") {
        None | Some(Value::Null) => OVERLAP,
        Some(value) => {
            let seconds = value.as_i64().filter(|seconds| (0..=most).contains(seconds));
            seconds.ok_or_else(|| invalid("/overlap_s", "must be whole seconds from 0 to 604800"))?
        }
    };
    let ledger = visit.ledger();
    let rotated = ledger.rotate_endpoint_secret(visit.tenant.id(), &keeper, id, Lifetime::seconds(overlap));
    let made = rotated.await.map_err(refused)?;
    Ok(ok(&with_secret(&visit, &made).await?))
}

/// `GET /webhooks/v1/endpoints/{id}/public-key`.
pub(super) async fn public_key(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let keeper = keeper::admit(&visit, &parts.headers).await?;
    let found = visit
        .ledger()
        .webhook_endpoint(&visit.tenant, &keeper, keeper::endpoint(&id)?)
        .map_err(refused)?;
    let key = found.key(&visit.tenant.keys).map_err(ApiError::from)?;
    let jwk =
        json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(key.public()), "use": "sig" });
    Ok(ok(&json!({ "whpk": key.text(), "jwk": jwk })))
}

/// WHK-01: whether an address may be reached at all, now.
async fn reachable(egress: &Egress, url: &str) -> Result<(), ApiError> {
    let checked = egress.check_resolving(url).await;
    checked.map_err(|error| unprocessable("/url", &error.to_string()))
}

async fn health(visit: &Visit, endpoint: &Endpoint) -> Result<EndpointHealth, ApiError> {
    let health = visit.ledger().endpoint_health(visit.tenant.id(), endpoint.id);
    health.await.map_err(ApiError::from)
}

async fn shown(visit: &Visit, endpoint: &Endpoint) -> Result<Value, ApiError> {
    let health = health(visit, endpoint).await?;
    Ok(resource::endpoint(
        endpoint,
        endpoint.version(&visit.tenant),
        &health,
    ))
}

async fn with_secret(visit: &Visit, made: &Made) -> Result<Value, ApiError> {
    let health = health(visit, &made.endpoint).await?;
    let mut body = resource::endpoint(&made.endpoint, made.version, &health);
    body["secret"] = json!(made.secret.text());
    Ok(body)
}

async fn changed_to(visit: &Visit, endpoint: &Endpoint, version: u32) -> Result<Response, Problem> {
    let health = health(visit, endpoint).await?;
    let own = [(header::ETAG, tag(version)?)];
    Ok((own, ok(&resource::endpoint(endpoint, version, &health))).into_response())
}

fn tag(version: u32) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(&format!("\"{version}\"")).map_err(ApiError::internal)
}

/// The version that `If-Match` names; none where anything will do.
fn expected(headers: &HeaderMap) -> Result<Option<u32>, ApiError> {
    let wrong =
        || ApiError::new(&registry::INVALID_REQUEST).detail("If-Match must be * or a list of entity tags");
    match Tags::read(headers, &header::IF_MATCH).map_err(|_| wrong())? {
        None | Some(Tags::Any) => Ok(None),
        // A tag that is no version of ours fits none.
        Some(Tags::Listed(tags)) => {
            let version = tags.iter().find_map(|tag| tag.opaque.parse().ok());
            Ok(Some(version.unwrap_or(0)))
        }
    }
}
