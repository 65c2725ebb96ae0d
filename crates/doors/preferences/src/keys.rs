//! API keys of the door (consent-tokens-and-preferences 3.1): which there are, and switching one off. They are made where the operator
//! makes credentials, so that nobody who holds one can make others.

use axum::{extract::Request, response::Response};
use consentry_domain::credential::{ApiCredential, Opens};
use consentry_web::visit::Visit;
use serde_json::{Map, Value, json};

use crate::{
    admission::{Admitted, Counted},
    answer::{ok, page},
    failure::{Feathers, forbidden, not_found, refused, told},
    tokens,
    wish::Reader,
};

/// Largest body, in bytes.
const LARGEST: usize = 16 * 1024;

/// `GET /keys`.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let _permit = admitted.managing()?;
    admitted.require_organization()?;
    let all = admitted.tenant().api_credentials.values();
    let own = all.filter(|key| key.opens == Opens::Preferences);
    let own = own.map(|key| shown(&admitted, key)).collect();
    Ok(admitted.told(page(own, &admitted.query)?))
}

/// `GET /keys/{key}`.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let _permit = admitted.managing()?;
    admitted.require_organization()?;
    let key = admitted.tenant().api_credentials.get(&admitted.last_segment()?);
    let key = key
        .filter(|key| key.opens == Opens::Preferences)
        .ok_or_else(not_found)?;
    Ok(admitted.told(ok(&shown(&admitted, key))))
}

/// `PATCH /keys/{key}`: `{"enabled": false}`.
pub(crate) async fn switch_off(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    let id = admitted.last_segment()?;
    let body = admitted.read(body, LARGEST).await?;
    let mut reader = Reader::default();
    let none = Map::new();
    let object = reader.object(&body, "").unwrap_or(&none);
    let enabled = Reader::member(object, "enabled").map(Value::as_bool);
    reader.finish()?;
    tokens::organization(&admitted, &body)?;
    match enabled {
        Some(Some(false)) => {}
        Some(Some(true)) => return Err(forbidden("keys are switched on where they are made").into()),
        Some(None) | None => return Err(refused("enabled", "must be false").into()),
    }
    let ledger = admitted.visit.ledger();
    let key = ledger.switch_api_key_off(admitted.tenant(), &permit, &id).await;
    Ok(admitted.told(ok(&shown(&admitted, &key.map_err(told)?))))
}

fn shown(admitted: &Admitted, key: &ApiCredential) -> Value {
    json!({
        "id": key.client_id,
        "name": key.client_id,
        "organization_id": admitted.tenant().tenant.slug,
        "enabled": key.enabled,
        "is_internal": false,
    })
}
