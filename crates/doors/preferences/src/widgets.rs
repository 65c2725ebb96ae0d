//! Widgets as a resource (consent-tokens-and-preferences 11.3). A widget is a center of the tenant: what is changed here is a draft beside it,
//! and people see it once it is deployed.

use axum::{body::Body, extract::Request, response::Response};
use consentry_domain::{
    DefinitionKey,
    definition::DefinitionKind,
    tenant::{Center, CenterTemplate, PreferencesSettings},
};
use consentry_ledger::{
    once::Outcome,
    preferences::{PreferenceError, named},
};
use consentry_web::{error::ApiError, visit::Visit};
use serde_json::{Map, Value, json};

use crate::{
    admission::{Admitted, Counted},
    answer::{ok, page},
    center::{
        shown_address,
        written::{self, Form},
    },
    failure::{Feathers, not_found, refused, told},
    repeated, tokens,
    wish::Reader,
};

/// Largest body, in bytes.
const LARGEST: usize = 256 * 1024;

/// Most widgets of one deployment.
const MOST: usize = 50;

/// Ids that are parts of other addresses.
const RESERVED: [&str; 2] = ["deployments", "templates"];

/// `GET /widgets`.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let _permit = admitted.managing()?;
    admitted.require_organization()?;
    let settings = &admitted.tenant().tenant.preferences;
    let is_new = |draft: &&Center| settings.center(&draft.id).is_none();
    let centers = settings.centers.iter();
    let all = centers
        .map(|center| settings.draft(&center.id).unwrap_or(center))
        .chain(settings.drafts.iter().filter(is_new))
        .map(|widget| shown(&admitted, settings, widget))
        .collect();
    Ok(admitted.told(page(all, &admitted.query)?))
}

/// `GET /widgets/templates`: of what widgets can be made.
pub(crate) async fn templates(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let _permit = admitted.managing()?;
    admitted.require_organization()?;
    let of = |template: &CenterTemplate| {
        let components: &[&str] = match template {
            CenterTemplate::Full => &["auth", "header", "sections", "save", "footer"],
            CenterTemplate::SectionsAndSave => &["auth", "sections", "save"],
            CenterTemplate::Sections => &["auth", "sections"],
        };
        json!({ "id": template.as_str(), "components": components })
    };
    let all = CenterTemplate::ALL.iter().map(of).collect();
    Ok(admitted.told(page(all, &admitted.query)?))
}

/// `GET /widgets/{widget}`: as it will be once it is deployed.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let _permit = admitted.managing()?;
    admitted.require_organization()?;
    let settings = &admitted.tenant().tenant.preferences;
    let widget = settings.draft(&admitted.last_segment()?).ok_or_else(not_found)?;
    Ok(admitted.told(ok(&shown(&admitted, settings, widget))))
}

/// `POST /widgets`.
pub(crate) async fn add(visit: Visit, request: Request) -> Result<Response, Feathers> {
    repeated::once(visit, request, make, read).await
}

async fn make(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    let body = read_body(&admitted, body).await?;
    let id = match body.get("id").and_then(Value::as_str) {
        Some(id) if RESERVED.contains(&id) => return Err(refused("id", "is part of another address").into()),
        Some(id) => id.to_owned(),
        None => admitted.visit.ledger().event_id_for_link(),
    };
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    // What is defined later is off until somebody switches it on.
    let all = |kind| -> Vec<&DefinitionKey> {
        let own = tenant.definitions.values();
        let shown = own.filter(|own| own.kind == kind && !own.choice.hidden);
        shown.map(|own| &own.key).collect()
    };
    let first = json!({
        "id": id,
        "purposes": all(DefinitionKind::Purpose),
        "preferences": all(DefinitionKind::Preference),
    });
    let widget = widget_of(&body, first, &admitted)?;
    written::known(Form::Widget, tenant, &widget).map_err(told)?;
    ledger.leads_to(Outcome::made(&id));
    let changed = ledger.change_preference_settings(tenant, &permit, |settings| {
        if settings.draft(&id).is_some() {
            return Err(PreferenceError::Conflict("the id is taken"));
        }
        settings.drafts.push(widget.clone());
        Ok(())
    });
    let settings = changed.await.map_err(told)?;
    Ok(admitted.told(ok(&shown(&admitted, &settings, &widget))))
}

/// `PUT /widgets/{widget}`.
pub(crate) async fn put(visit: Visit, request: Request) -> Result<Response, Feathers> {
    change(visit, request, false).await
}

/// `PATCH /widgets/{widget}`.
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
    let laid = |settings: &PreferencesSettings| -> Result<Center, Feathers> {
        let before = match settings.draft(&id) {
            None => return Err(not_found().into()),
            Some(before) if is_over => serde_json::to_value(before).map_err(ApiError::internal)?,
            Some(before) => {
                json!({ "id": id, "purposes": before.purposes, "preferences": before.preferences })
            }
        };
        Ok(widget_of(&body, before, &admitted)?)
    };
    // What is wrong with the body is said whether or not there is such a widget.
    widget_of(&body, json!({ "id": id.clone(), "purposes": ["any"] }), &admitted)?;
    let widget = laid(&tenant.tenant.preferences)?;
    written::known(Form::Widget, tenant, &widget).map_err(told)?;
    let changed = ledger.change_preference_settings(tenant, &permit, |settings| {
        let widget = laid(settings).map_err(|_| PreferenceError::NotFound)?;
        settings.drafts.retain(|own| own.id != id);
        if settings.center(&id) != Some(&widget) {
            settings.drafts.push(widget);
        }
        Ok(())
    });
    let settings = changed.await.map_err(told)?;
    let widget = settings.draft(&id).ok_or_else(not_found)?;
    Ok(admitted.told(ok(&shown(&admitted, &settings, widget))))
}

/// `DELETE /widgets/{widget}`: answers what it was.
pub(crate) async fn delete(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    admitted.require_organization()?;
    let id = admitted.last_segment()?;
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    let settings = &tenant.tenant.preferences;
    let widget = settings.draft(&id).ok_or_else(not_found)?;
    let changed = ledger.change_preference_settings(tenant, &permit, |settings| {
        settings.centers.retain(|own| own.id != id);
        settings.drafts.retain(|own| own.id != id);
        Ok(())
    });
    changed.await.map_err(told)?;
    Ok(admitted.told(ok(&shown(&admitted, settings, widget))))
}

/// `POST /widgets/deployments`: people see the named widgets as they were changed; all of them where none is named.
pub(crate) async fn deploy(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    let body = read_body(&admitted, body).await?;
    let named = named_widgets(&body)?;
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    let before = &tenant.tenant.preferences;
    if let Some(unknown) = named.iter().flatten().find(|id| before.draft(id).is_none()) {
        return Err(refused("widgets_ids", &format!("{unknown} is no widget")).into());
    }
    let is_meant = |id: &str| {
        named
            .as_ref()
            .is_none_or(|named| named.iter().any(|own| own == id))
    };
    let changed = ledger.change_preference_settings(tenant, &permit, |settings| {
        let drafts = std::mem::take(&mut settings.drafts);
        let (ready, rest): (Vec<_>, Vec<_>) = drafts.into_iter().partition(|draft| is_meant(&draft.id));
        settings.drafts = rest;
        for draft in ready {
            match settings.centers.iter_mut().find(|own| own.id == draft.id) {
                Some(center) => *center = draft,
                None => settings.centers.push(draft),
            }
        }
        Ok(())
    });
    let settings = changed.await.map_err(told)?;
    let deployed = settings.centers.iter().filter(|center| is_meant(&center.id));
    let widgets: Vec<Value> = deployed.map(|own| shown(&admitted, &settings, own)).collect();
    Ok(admitted.told(ok(&json!({
        "organization_id": tenant.tenant.slug,
        "status": "deployed",
        "widgets": widgets,
    }))))
}

/// The widgets that a body names by `widget_id` or `widgets_ids`; none where it names none.
fn named_widgets(body: &Map<String, Value>) -> Result<Option<Vec<String>>, ApiError> {
    let wrong = || refused("widgets_ids", "must be at most 50 ids");
    match (
        Reader::member(body, "widget_id"),
        Reader::member(body, "widgets_ids"),
    ) {
        (None, None) => Ok(None),
        (Some(Value::String(id)), None) => Ok(Some(vec![id.clone()])),
        (None, Some(Value::Array(ids))) if ids.len() <= MOST => ids
            .iter()
            .map(|id| id.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect::<Result<Vec<_>, _>>()
            .map(Some),
        _ => Err(wrong()),
    }
}

async fn read_body(admitted: &Admitted, body: Body) -> Result<Map<String, Value>, Feathers> {
    let body = admitted.read(body, LARGEST).await?;
    let mut reader = Reader::default();
    let object = reader.object(&body, "").cloned();
    reader.finish()?;
    tokens::organization(admitted, &body)?;
    Ok(object.unwrap_or_default())
}

fn widget_of(body: &Map<String, Value>, before: Value, admitted: &Admitted) -> Result<Center, ApiError> {
    if body.get("template_id").is_some_and(|own| own == "dsar_form") {
        return Err(refused(
            "template_id",
            "dsar_form is not there: requests of people are no part of this product",
        ));
    }
    let usual = admitted.tenant().tenant.locale.as_str();
    let widget = written::center(Form::Widget, body, before, usual)?;
    if widget.purposes.is_empty() {
        return Err(refused("selected_purposes_ids", "must be at least one"));
    }
    Ok(widget)
}

fn shown(admitted: &Admitted, settings: &PreferencesSettings, widget: &Center) -> Value {
    let tenant = &admitted.tenant().tenant;
    let live = settings.center(&widget.id);
    let url = shown_address(&admitted.visit, widget);
    let mut shown = written::shown(settings, widget, url);
    let name = named(&widget.title, &[tenant.locale.as_str()]).unwrap_or(&widget.id);
    shown["organization_id"] = tenant.slug.as_str().into();
    shown["name"] = name.into();
    shown["template_id"] = widget.template.as_str().into();
    shown["selected_purposes_ids"] = json!(widget.purposes);
    shown["selected_preferences_ids"] = json!(widget.preferences);
    shown["domain"] = if widget.hosts.is_empty() { "sub" } else { "custom" }.into();
    shown["custom_domain_id"] = json!(widget.hosts.first());
    shown["is_live"] = live.is_some().into();
    shown["has_changes"] = (live != Some(widget)).into();
    shown
}
