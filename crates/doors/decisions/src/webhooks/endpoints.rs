//! Endpoints: made, listed, read, changed, removed, switched on and off; secrets and keys.

use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_domain::{EndpointId, Lifetime};
use consentry_egress::Egress;
use consentry_ledger::{
    once::Outcome,
    webhooks::{
        Auth, AuthWish, Endpoint, EndpointError, EndpointHealth, EndpointSettings, MOST_OVERLAP, Made,
    },
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

use super::{BASE, asked::Admitted, parameter, refused, resource, settings, unprocessable};
use crate::{admission::invalid, answer::ok};

/// How long an old secret lives on where nobody says.
const OVERLAP: i64 = 86_400;

/// Endpoints on a page where nobody says, and at most.
const PAGE: (usize, usize) = (50, 100);

/// `GET /webhooks/v1/endpoints`.
pub(super) async fn list(asked: Admitted) -> Result<Response, Problem> {
    let (visit, keeper) = (&asked.visit, &asked.keeper);
    let parameters = query::read(&asked.uri, &Rules::DEFAULT)?;
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
    let all = asked.ledger().webhook_endpoints(&visit.tenant, keeper);
    let mut left = all.into_iter().filter(|endpoint| {
        after
            .as_ref()
            .is_none_or(|after| endpoint.id.to_string() > *after)
    });
    let mut listed = Vec::new();
    for endpoint in left.by_ref().take(limit) {
        listed.push((shown(visit, &endpoint).await?, endpoint.id.to_string()));
    }
    let last = listed.last().filter(|_| left.next().is_some());
    let next = last.map(|(_, id)| cursor::encode(&visit.tenant, "endpoints", keeper.name(), id));
    let endpoints: Vec<Value> = listed.into_iter().map(|(endpoint, _)| endpoint).collect();
    Ok(ok(&json!({ "endpoints": endpoints, "next_cursor": next })))
}

/// `POST /webhooks/v1/endpoints`.
pub(super) async fn make(egress: &Egress, asked: Admitted) -> Result<Response, Problem> {
    let make = async |asked: &Admitted| {
        let members = asked.members()?;
        if !members.contains_key("url") {
            return Err(invalid("/url", "is missing"));
        }
        let mut own = EndpointSettings::default();
        settings::write(&mut own, &members)?;
        let auth = settings::auth(&members)?;
        readable(egress, &own.ca)?;
        reachable(egress, "/url", &own.url).await?;
        auth_reachable(egress, &auth).await?;
        let made = asked
            .ledger()
            .make_endpoint(asked.tenant(), &asked.keeper, own, &auth);
        let made = made.await.map_err(refused)?;
        let body = with_secret(&asked.visit, &made).await?;
        created(&asked.visit, made.endpoint.id, made.version, &body)
    };
    let repeat = async |asked: &Admitted, outcome: Outcome| {
        let id = outcome.made.and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| ApiError::new(&registry::NOT_FOUND))?;
        let (body, version) = without_secret(asked, id).await?;
        created(&asked.visit, id, version, &body)
    };
    asked.once(make, repeat).await
}

fn created(visit: &Visit, id: EndpointId, version: u32, body: &Value) -> Result<Response, ApiError> {
    let place = format!("{}{BASE}/endpoints/{id}", visit.base_url());
    let place = HeaderValue::from_str(&place).map_err(ApiError::internal)?;
    let own = [(header::LOCATION, place), (header::ETAG, tag(version)?)];
    Ok((StatusCode::CREATED, own, ok(body)).into_response())
}

/// `GET /webhooks/v1/endpoints/{id}`.
pub(super) async fn read(asked: Admitted) -> Result<Response, Problem> {
    Ok(as_it_is(&asked).await?)
}

/// An endpoint as it is now.
async fn as_it_is(asked: &Admitted) -> Result<Response, ApiError> {
    let found = asked
        .ledger()
        .webhook_endpoint(asked.tenant(), &asked.keeper, asked.endpoint()?)
        .map_err(refused)?;
    let own = [(header::ETAG, tag(found.version(asked.tenant()))?)];
    Ok((own, ok(&shown(&asked.visit, &found).await?)).into_response())
}

/// `PATCH /webhooks/v1/endpoints/{id}`: JSON merge patch.
pub(super) async fn change(egress: &Egress, asked: Admitted) -> Result<Response, Problem> {
    let change = async |asked: &Admitted| {
        let id = asked.endpoint()?;
        let expected = expected(&asked.headers)?;
        let members = asked.members()?;
        let ledger = asked.ledger();
        let known = ledger
            .webhook_endpoint(asked.tenant(), &asked.keeper, id)
            .map_err(refused)?;
        let mut tried = known.settings.clone();
        settings::write(&mut tried, &members)?;
        let auth = settings::auth(&members)?;
        if tried.ca != known.settings.ca {
            readable(egress, &tried.ca)?;
        }
        if tried.url != known.settings.url {
            reachable(egress, "/url", &tried.url).await?;
        }
        auth_reachable(egress, &auth).await?;
        let write = |own: &mut EndpointSettings| {
            settings::write(own, &members).map_err(|error| EndpointError::Invalid {
                pointer: "",
                why: error.message().to_owned(),
            })
        };
        let changed = ledger.change_endpoint(asked.tenant().id(), &asked.keeper, id, expected, &auth, write);
        let (endpoint, version) = changed.await.map_err(refused)?;
        changed_to(&asked.visit, &endpoint, version).await
    };
    asked.once(change, async |asked, _| as_it_is(asked).await).await
}

/// `DELETE /webhooks/v1/endpoints/{id}`.
pub(super) async fn remove(asked: Admitted) -> Result<Response, Problem> {
    let expected = expected(&asked.headers)?;
    let id = asked.endpoint()?;
    let removed = asked
        .ledger()
        .remove_endpoint(asked.tenant().id(), &asked.keeper, id, expected);
    removed.await.map_err(refused)?;
    Ok((StatusCode::NO_CONTENT, headers::api(), ()).into_response())
}

/// `POST /webhooks/v1/endpoints/{id}/enable`.
pub(super) async fn enable(asked: Admitted) -> Result<Response, Problem> {
    switch(asked, true).await
}

/// `POST /webhooks/v1/endpoints/{id}/disable`.
pub(super) async fn disable(asked: Admitted) -> Result<Response, Problem> {
    switch(asked, false).await
}

async fn switch(asked: Admitted, is_on: bool) -> Result<Response, Problem> {
    let switch = async |asked: &Admitted| {
        let id = asked.endpoint()?;
        let switched = asked
            .ledger()
            .switch_endpoint(asked.tenant().id(), &asked.keeper, id, is_on);
        let (endpoint, version) = switched.await.map_err(refused)?;
        changed_to(&asked.visit, &endpoint, version).await
    };
    asked.once(switch, async |asked, _| as_it_is(asked).await).await
}

/// `POST /webhooks/v1/endpoints/{id}/secret/rotate`.
pub(super) async fn rotate(asked: Admitted) -> Result<Response, Problem> {
    let rotate = async |asked: &Admitted| {
        let id = asked.endpoint()?;
        let members = asked.members()?;
        let most = MOST_OVERLAP.as_seconds();
        let overlap = match members.get("overlap_s") {
            None | Some(Value::Null) => OVERLAP,
            Some(value) => {
                let seconds = settings::whole(value).as_i64();
                let seconds = seconds.filter(|seconds| (0..=most).contains(seconds));
                seconds.ok_or_else(|| invalid("/overlap_s", "must be whole seconds from 0 to 604800"))?
            }
        };
        let rotated = asked.ledger().rotate_endpoint_secret(
            asked.tenant().id(),
            &asked.keeper,
            id,
            Lifetime::seconds(overlap),
        );
        let made = rotated.await.map_err(refused)?;
        Ok(ok(&with_secret(&asked.visit, &made).await?))
    };
    let repeat = async |asked: &Admitted, _| {
        let (body, _) = without_secret(asked, asked.endpoint()?).await?;
        Ok(ok(&body))
    };
    asked.once(rotate, repeat).await
}

/// `GET /webhooks/v1/endpoints/{id}/public-key`.
pub(super) async fn public_key(asked: Admitted) -> Result<Response, Problem> {
    let found = asked
        .ledger()
        .webhook_endpoint(asked.tenant(), &asked.keeper, asked.endpoint()?)
        .map_err(refused)?;
    let key = found.key(&asked.tenant().keys).map_err(ApiError::from)?;
    let jwk =
        json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(key.public()), "use": "sig" });
    Ok(ok(&json!({ "whpk": key.text(), "jwk": jwk })))
}

/// That authorities of an endpoint's own are certificates (WHK-21).
fn readable(egress: &Egress, ca: &str) -> Result<(), ApiError> {
    if ca.is_empty() {
        return Ok(());
    }
    let way = egress.trusting(ca);
    way.map(drop)
        .map_err(|error| unprocessable("/ca", &error.to_string()))
}

/// That tokens can be fetched where they are to be.
async fn auth_reachable(egress: &Egress, auth: &AuthWish) -> Result<(), ApiError> {
    match auth {
        AuthWish::Set(Auth::ClientCredentials { token_url, .. }) => {
            reachable(egress, "/auth/token_url", token_url).await
        }
        _ => Ok(()),
    }
}

/// WHK-01: whether an address may be reached at all, now.
async fn reachable(egress: &Egress, pointer: &'static str, url: &str) -> Result<(), ApiError> {
    let checked = egress.check_resolving(url).await;
    checked.map_err(|error| unprocessable(pointer, &error.to_string()))
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
    body["secret_available"] = json!(true);
    Ok(body)
}

/// What a repeated request is shown (COM-10).
async fn without_secret(asked: &Admitted, id: EndpointId) -> Result<(Value, u32), ApiError> {
    let found = asked.ledger().webhook_endpoint(asked.tenant(), &asked.keeper, id);
    let found = found.map_err(refused)?;
    let mut body = shown(&asked.visit, &found).await?;
    body["secret_available"] = json!(false);
    Ok((body, found.version(asked.tenant())))
}

async fn changed_to(visit: &Visit, endpoint: &Endpoint, version: u32) -> Result<Response, ApiError> {
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
