//! Secrets with which a back end makes consent links by itself (consent-tokens-and-preferences 3.4).

use axum::{extract::Request, response::Response};
use consentry_domain::credential::LinkSecret;
use consentry_ledger::preferences::{LinkSecretWish, link_secret_version};
use consentry_web::visit::Visit;
use serde_json::{Map, Value, json};

use crate::{
    admission::{Admitted, Counted},
    answer::{ok, page},
    failure::{Feathers, not_found, told},
    repeated, tokens,
    wish::Reader,
};

/// Largest body, in bytes.
const LARGEST: usize = 16 * 1024;

/// Longest name and description, in characters.
const LONGEST: usize = 1_000;

/// `GET /secrets`.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let _permit = admitted.managing()?;
    admitted.require_organization()?;
    let all = admitted.tenant().link_secrets.values();
    let all = all.map(|secret| shown(&admitted, secret)).collect();
    Ok(admitted.told(page(all, &admitted.query)?))
}

/// `POST /secrets`: the answer is the only one with the secret in it.
pub(crate) async fn add(visit: Visit, request: Request) -> Result<Response, Feathers> {
    repeated::once(visit, request, make, read).await
}

async fn make(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    let body = admitted.read(body, LARGEST).await?;
    let wish = wish(&body, false)?;
    tokens::organization(&admitted, &body)?;
    let ledger = admitted.visit.ledger();
    let made = ledger.make_link_secret(admitted.tenant(), &permit, &wish).await;
    let (secret, drawn) = made.map_err(told)?;
    let mut answer = shown(&admitted, &secret);
    answer["version"] = json!(1);
    answer["secret"] = json!(drawn.expose());
    Ok(admitted.told(ok(&answer)))
}

/// `GET /secrets/{secret}`.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let _permit = admitted.managing()?;
    admitted.require_organization()?;
    let secret = admitted.tenant().link_secrets.get(&admitted.last_segment()?);
    Ok(admitted.told(ok(&shown(&admitted, secret.ok_or_else(not_found)?))))
}

/// `PUT /secrets/{secret}`.
pub(crate) async fn put(visit: Visit, request: Request) -> Result<Response, Feathers> {
    change(visit, request, true).await
}

/// `PATCH /secrets/{secret}`.
pub(crate) async fn patch(visit: Visit, request: Request) -> Result<Response, Feathers> {
    change(visit, request, false).await
}

async fn change(visit: Visit, request: Request, is_whole: bool) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    let id = admitted.last_segment()?;
    let body = admitted.read(body, LARGEST).await?;
    let wish = wish(&body, is_whole)?;
    tokens::organization(&admitted, &body)?;
    let ledger = admitted.visit.ledger();
    let changed = ledger.change_link_secret(admitted.tenant(), &permit, &id, &wish);
    let secret = changed.await.map_err(told)?;
    let directory = ledger.directory();
    let now = directory.tenant(admitted.tenant().id()).ok_or_else(not_found)?;
    let mut answer = shown(&admitted, &secret);
    answer["version"] = json!(link_secret_version(now, &id));
    Ok(admitted.told(ok(&answer)))
}

/// `DELETE /secrets/{secret}`: answers what it was.
pub(crate) async fn delete(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    admitted.require_organization()?;
    let id = admitted.last_segment()?;
    let ledger = admitted.visit.ledger();
    let removed = ledger.remove_link_secret(admitted.tenant(), &permit, &id).await;
    Ok(admitted.told(ok(&shown(&admitted, &removed.map_err(told)?))))
}

fn wish(body: &Value, is_whole: bool) -> Result<LinkSecretWish, Feathers> {
    let mut reader = Reader::default();
    let none = Map::new();
    let object = reader.object(body, "").unwrap_or(&none);
    let name = reader.text(object, ("name", "name"), LONGEST);
    let description = reader.text(object, ("description", "description"), LONGEST);
    let enabled = Reader::member(object, "enabled");
    if enabled.is_some_and(|value| !value.is_boolean()) {
        reader.refuse("enabled", "must be true or false");
    }
    let version = Reader::member(object, "version");
    if version.is_some_and(|value| value.as_u64().is_none()) {
        reader.refuse("version", "must be a number");
    }
    let wish = LinkSecretWish {
        name: name.filter(|name| !name.is_empty()),
        description: description.or_else(|| is_whole.then(String::new)),
        enabled: enabled
            .and_then(Value::as_bool)
            .or_else(|| is_whole.then_some(true)),
        version: version.and_then(Value::as_u64),
    };
    reader.finish()?;
    Ok(wish)
}

fn shown(admitted: &Admitted, secret: &LinkSecret) -> Value {
    let tenant = admitted.tenant();
    let mut shown = json!({
        "id": secret.id,
        "organization_id": tenant.tenant.slug,
        "name": secret.name,
        "enabled": secret.enabled,
        "version": link_secret_version(tenant, &secret.id),
        "created_at": secret.created_at.to_rfc3339_millis(),
        "updated_at": secret.updated_at.to_rfc3339_millis(),
    });
    if let Some(description) = &secret.description {
        shown["description"] = json!(description);
    }
    shown
}
