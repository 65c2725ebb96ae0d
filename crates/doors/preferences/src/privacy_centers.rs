//! Centers as a resource (consent-tokens-and-preferences 11.2): what pages of others show of them, and what a back end makes of them. They
//! are settings of the tenant, as the manifest has them.

use axum::{body::Body, extract::Request, response::Response};
use consentry_domain::tenant::{Center, PreferencesSettings};
use consentry_ledger::{
    once::Outcome,
    preferences::{PreferenceError, Wrong, named},
};
use consentry_web::{error::ApiError, parameters::Rules, path, query, rate_limits, visit::Visit};
use http::HeaderMap;
use serde_json::{Map, Value, json};

use crate::{
    admission::{Admitted, Counted},
    answer::{ok, page},
    center::published,
    failure::{Feathers, not_authenticated, not_found, refused, told},
    repeated, tokens,
    wish::Reader,
};

/// Largest body, in bytes.
const LARGEST: usize = 256 * 1024;

/// Members of a body, and what they are called in the settings.
const MEMBERS: [(&str, &str); 7] = [
    ("purposes", "purposes"),
    ("channels", "channels"),
    ("regulation", "regulation"),
    ("frame_origins", "frame_origins"),
    ("auth_enabled", "sign_in"),
    ("auth_allow_user_creation", "new_people"),
    ("validations", "validations"),
];

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
    let mut center = before;
    let content = body.get("content").and_then(Value::as_object);
    let named = match body.get("name") {
        Some(Value::String(name)) => {
            let mut title = center.get("title").cloned().unwrap_or_else(|| json!({}));
            title[admitted.tenant().tenant.locale.as_str()] = name.clone().into();
            Some(title)
        }
        name => name.cloned(),
    };
    let inner = |name: &str| content.and_then(|content| content.get(name)).cloned();
    for (name, value) in [("title", inner("title").or(named)), ("lead", inner("lead"))] {
        if let Some(value) = value {
            center[name] = value;
        }
    }
    for (member, own) in MEMBERS {
        match body.get(member) {
            None => {}
            Some(Value::Null) => {
                if let Some(center) = center.as_object_mut() {
                    center.remove(own);
                }
            }
            Some(value) => center[own] = value.clone(),
        }
    }
    let whole = center.clone();
    serde_json::from_value(center).map_err(|error| {
        // Which member it is, one after the other says.
        let alone = |(_, own): &&(&str, &str)| {
            let one = json!({ "id": "x", *own: whole[own] });
            whole.get(own).is_some() && serde_json::from_value::<Center>(one).is_err()
        };
        let texts = [("content", "title"), ("content", "lead")];
        let place = MEMBERS
            .iter()
            .chain(&texts)
            .find(alone)
            .map_or("", |(member, _)| member);
        refused(place, &error.to_string())
    })
}

/// A center shows purposes that are there.
fn known(tenant: &consentry_ledger::TenantSnapshot, center: &Center) -> Result<(), PreferenceError> {
    let is_there = |key| {
        tenant
            .definitions
            .get(key)
            .is_some_and(|own| own.kind == consentry_domain::definition::DefinitionKind::Purpose)
    };
    let missing = center.purposes.iter().filter(|key| !is_there(key));
    let wrong: Vec<Wrong> = missing
        .map(|key| Wrong {
            index: None,
            path: "purposes".to_owned(),
            why: format!("{key} is no purpose of the organization"),
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(PreferenceError::Invalid(wrong))
    }
}

fn shown(admitted: &Admitted, center: &Center) -> Value {
    let tenant = &admitted.tenant().tenant;
    let settings = &tenant.preferences;
    let name = named(&center.title, &[tenant.locale.as_str()]).unwrap_or(&center.id);
    json!({
        "id": center.id,
        "organization_id": tenant.slug,
        "name": name,
        "content": { "title": center.title, "lead": center.lead },
        "url": format!("{}/center/{}", admitted.visit.base_url(), center.id),
        "purposes": center.purposes,
        "channels": center.channels,
        "regulation": center.regulation,
        "frame_origins": center.frame_origins,
        "auth_required": true,
        "auth_enabled": center.sign_in,
        "auth_allow_user_creation": center.new_people,
        "validations": center.validations,
        "approvers": settings.approvers,
        "approval_lifetime": settings.approval_lifetime,
        "notify_on_reject": settings.notify_on_reject,
    })
}
