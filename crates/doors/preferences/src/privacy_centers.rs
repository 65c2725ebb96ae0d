//! Centers as a resource (consent-tokens-and-preferences 11.2): what pages of others show of them, and what a back end makes of them. They
//! are settings of the tenant, as the manifest has them.

use axum::{body::Body, extract::Request, response::Response};
use consentry_domain::tenant::{Center, PreferencesSettings};
use consentry_ledger::{
    TenantSnapshot,
    once::Outcome,
    preferences::{PreferenceError, named},
};
use consentry_web::{error::ApiError, parameters::Rules, path, query, rate_limits, visit::Visit};
use http::HeaderMap;
use serde_json::{Map, Value, json};

use crate::{
    admission::{Admitted, Counted},
    answer::{ok, page},
    center::{
        published, shown_address,
        written::{self, Form},
    },
    failure::{Feathers, not_authenticated, not_found, refused, told},
    repeated, tokens,
    wish::Reader,
};

/// Largest body, in bytes.
const LARGEST: usize = 256 * 1024;

/// `GET /privacy-centers`.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let _permit = admitted.managing()?;
    admitted.require_organization()?;
    let all = &admitted.tenant().tenant.preferences.centers;
    let all = all.iter().map(|center| shown(&admitted, center)).collect();
    Ok(admitted.told(page(all, &admitted.query)?))
}

/// `GET /privacy-centers/{center}`: all of it for a session; what is published of it for whoever names the public key or has a token.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let parameters = query::read(request.uri(), &Rules::DEFAULT)?;
    let base = if request.uri().path().starts_with("/v1/") {
        "/v1"
    } else {
        ""
    };
    let id = path::segment(request.uri(), base, 1).ok_or_else(not_found)?;
    let headers: HeaderMap = request.headers().clone();
    let lang = parameters.all("lang").next();
    let settings = &visit.tenant.tenant.preferences;
    if let Some(key) = parameters.all("key").next() {
        if !settings.is_public_key(key) {
            return Err(not_authenticated()
                .detail("key is no public key of this organization")
                .into());
        }
        let counted = visit.ledger().count_consent_token(&visit.tenant, visit.address);
        let quota = counted.map_err(|quota| rate_limits::exceeded_in_draft_7(&quota))?;
        let center = settings.center(&id).ok_or_else(not_found)?;
        let answer = ok(&published(&visit, center, &headers, lang));
        return Ok(rate_limits::told_in_draft_7(answer, Some(&quota)));
    }
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    admitted.require_organization()?;
    let center = admitted.tenant().tenant.preferences.center(&id);
    let center = center.ok_or_else(not_found)?;
    let answer = match admitted.token() {
        Some(_) => published(&admitted.visit, center, &headers, lang),
        None => shown(&admitted, center),
    };
    Ok(admitted.told(ok(&answer)))
}

/// `POST /privacy-centers`.
pub(crate) async fn add(visit: Visit, request: Request) -> Result<Response, Feathers> {
    repeated::once(visit, request, make, read).await
}

async fn make(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    let body = read_body(&admitted, body).await?;
    let id = body
        .get("id")
        .and_then(Value::as_str)
        .map_or_else(|| admitted.visit.ledger().event_id_for_link(), str::to_owned);
    let center = center_of(&body, json!({ "id": id }), &admitted)?;
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    ledger.leads_to(Outcome::made(&id));
    let changed = ledger.change_preference_settings(tenant, &permit, |settings| {
        if settings.center(&id).is_some() {
            return Err(PreferenceError::Conflict("the id is taken"));
        }
        known(tenant, &center)?;
        settings.centers.push(center.clone());
        Ok(())
    });
    changed.await.map_err(told)?;
    Ok(admitted.told(ok(&shown(&admitted, &center))))
}

/// `PUT /privacy-centers/{center}`.
pub(crate) async fn put(visit: Visit, request: Request) -> Result<Response, Feathers> {
    change(visit, request, false).await
}

/// `PATCH /privacy-centers/{center}`.
pub(crate) async fn patch(visit: Visit, request: Request) -> Result<Response, Feathers> {
    change(visit, request, true).await
}

async fn change(visit: Visit, request: Request, is_over: bool) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    let id = admitted.last_segment()?;
    let body = read_body(&admitted, body).await?;
    if body.get("id").is_some_and(|named| *named != id) {
        return Err(refused("id", "is another one than that of the address").into());
    }
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    let before = |settings: &PreferencesSettings| match settings.center(&id) {
        None => Err(PreferenceError::NotFound),
        Some(_) if !is_over => Ok(json!({ "id": id })),
        Some(center) => Ok(serde_json::to_value(center).unwrap_or_default()),
    };
    // What is wrong with the body is said whether or not there is such a center.
    center_of(&body, json!({ "id": id.clone() }), &admitted)?;
    let first = before(&tenant.tenant.preferences).map_err(told)?;
    let mut center = center_of(&body, first, &admitted)?;
    known(tenant, &center).map_err(told)?;
    let changed = ledger.change_preference_settings(tenant, &permit, |settings| {
        let laid = center_of(&body, before(settings)?, &admitted).map_err(|_| PreferenceError::NotFound)?;
        for own in settings.centers.iter_mut().filter(|own| own.id == id) {
            *own = laid.clone();
        }
        Ok(())
    });
    if let Some(now) = changed.await.map_err(told)?.center(&id) {
        center = now.clone();
    }
    Ok(admitted.told(ok(&shown(&admitted, &center))))
}

/// `DELETE /privacy-centers/{center}`: answers what it was.
pub(crate) async fn delete(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    admitted.require_organization()?;
    let id = admitted.last_segment()?;
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    let center = tenant.tenant.preferences.center(&id).ok_or_else(not_found)?;
    let changed = ledger.change_preference_settings(tenant, &permit, |settings| {
        settings.centers.retain(|own| own.id != id);
        settings.drafts.retain(|own| own.id != id);
        Ok(())
    });
    changed.await.map_err(told)?;
    Ok(admitted.told(ok(&shown(&admitted, center))))
}

async fn read_body(admitted: &Admitted, body: Body) -> Result<Map<String, Value>, Feathers> {
    let body = admitted.read(body, LARGEST).await?;
    let mut reader = Reader::default();
    let object = reader.object(&body, "").cloned();
    reader.finish()?;
    tokens::organization(admitted, &body)?;
    Ok(object.unwrap_or_default())
}

/// A body laid over what is there, in the words of the settings.
fn center_of(body: &Map<String, Value>, before: Value, admitted: &Admitted) -> Result<Center, ApiError> {
    let usual = admitted.tenant().tenant.locale.as_str();
    written::center(Form::Center, body, before, usual)
}

fn known(tenant: &TenantSnapshot, center: &Center) -> Result<(), PreferenceError> {
    written::known(Form::Center, tenant, center)
}

fn shown(admitted: &Admitted, center: &Center) -> Value {
    let tenant = &admitted.tenant().tenant;
    let name = named(&center.title, &[tenant.locale.as_str()]).unwrap_or(&center.id);
    let url = shown_address(&admitted.visit, center);
    let mut shown = written::shown(&tenant.preferences, center, url);
    shown["organization_id"] = tenant.slug.as_str().into();
    shown["name"] = name.into();
    shown["purposes"] = json!(center.purposes);
    shown["preferences"] = json!(center.preferences);
    shown["template"] = center.template.as_str().into();
    shown["custom_domains"] = json!(center.hosts);
    shown["privacy_policy"] = json!(center.privacy_policy);
    let email = center
        .help
        .as_deref()
        .and_then(|help| help.strip_prefix("mailto:"));
    shown["contact"] = json!({ "email": email });
    shown["customization"] = json!({ "colors": { "primary": center.accent } });
    shown
}
