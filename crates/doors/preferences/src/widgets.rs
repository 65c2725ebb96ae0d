//! Widgets as a resource (consent-tokens-and-preferences 11.3). A widget is a center of the tenant: what is changed here is a draft beside it,
//! and people see it once it is deployed.

use axum::{extract::Request, response::Response};
use consentry_domain::tenant::{Center, CenterTemplate, PreferencesSettings};
use consentry_ledger::preferences::named;
use consentry_web::{error::ApiError, visit::Visit};
use serde_json::{Map, Value, json};

use crate::{
    admission::{Admitted, Counted},
    answer::{ok, page},
    center::{
        resource::{self, read_body},
        shown_address,
        written::{self, Form},
    },
    failure::{Feathers, not_found, refused, told},
    repeated,
    wish::Reader,
};

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
    let make = async |visit, request| resource::make(Form::Widget, visit, request).await;
    repeated::once(visit, request, make, read).await
}

/// `PUT /widgets/{widget}`.
pub(crate) async fn put(visit: Visit, request: Request) -> Result<Response, Feathers> {
    resource::change(Form::Widget, visit, request, false).await
}

/// `PATCH /widgets/{widget}`.
pub(crate) async fn patch(visit: Visit, request: Request) -> Result<Response, Feathers> {
    resource::change(Form::Widget, visit, request, true).await
}

/// `DELETE /widgets/{widget}`: answers what it was.
pub(crate) async fn delete(visit: Visit, request: Request) -> Result<Response, Feathers> {
    resource::delete(Form::Widget, visit, request).await
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

/// What a widget cannot be.
pub(crate) fn check(body: &Map<String, Value>) -> Result<(), ApiError> {
    if body.get("template_id").is_some_and(|own| own == "dsar_form") {
        return Err(refused(
            "template_id",
            "dsar_form is not there: requests of people are no part of this product",
        ));
    }
    let id = body.get("id").and_then(Value::as_str);
    if id.is_some_and(|id| RESERVED.contains(&id)) {
        return Err(refused("id", "is part of another address"));
    }
    Ok(())
}

/// A widget as a back end sees it.
pub(crate) fn shown(admitted: &Admitted, settings: &PreferencesSettings, widget: &Center) -> Value {
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
