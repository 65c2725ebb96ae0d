//! Centers as a resource that a back end writes (consent-tokens-and-preferences 11.2, 11.3), in either form: as a preferences center, which
//! people see at once, and as a widget, which they see once it is deployed.

use axum::{body::Body, extract::Request, response::Response};
use consentry_domain::{
    DefinitionKey,
    definition::DefinitionKind,
    tenant::{Center, PreferencesSettings},
};
use consentry_ledger::{TenantSnapshot, once::Outcome, preferences::PreferenceError};
use consentry_web::{error::ApiError, visit::Visit};
use serde_json::{Map, Value, json};

use super::written::{self, Form};
use crate::{
    admission::{Admitted, Counted},
    answer::ok,
    failure::{Feathers, not_found, refused, told},
    privacy_centers, tokens, widgets,
    wish::Reader,
};

/// Largest body, in bytes.
const LARGEST: usize = 256 * 1024;

impl Form {
    /// The one of this id, as it is written here.
    fn standing<'s>(self, settings: &'s PreferencesSettings, id: &str) -> Option<&'s Center> {
        match self {
            Self::Center => settings.center(id),
            Self::Widget => settings.draft(id),
        }
    }

    /// What a new one is where its body does not say.
    fn first(self, tenant: &TenantSnapshot, id: &str) -> Value {
        // What is defined later is off in a widget until somebody switches it on.
        let all = |kind| -> Vec<&DefinitionKey> {
            let own = tenant.definitions.values();
            let shown = own.filter(|own| own.kind == kind && !own.choice.hidden);
            shown.map(|own| &own.key).collect()
        };
        match self {
            Self::Center => json!({ "id": id }),
            Self::Widget => json!({
                "id": id,
                "purposes": all(DefinitionKind::Purpose),
                "preferences": all(DefinitionKind::Preference),
            }),
        }
    }

    /// What one is laid over: all of what is there, or what stays where it is said anew.
    fn before(self, center: &Center, is_over: bool) -> Result<Value, ApiError> {
        Ok(match self {
            _ if is_over => serde_json::to_value(center).map_err(ApiError::internal)?,
            Self::Center => json!({ "id": center.id }),
            Self::Widget => {
                json!({ "id": center.id, "purposes": center.purposes, "preferences": center.preferences })
            }
        })
    }

    /// A body laid over what is there.
    fn laid(
        self,
        body: &Map<String, Value>,
        before: Value,
        tenant: &TenantSnapshot,
    ) -> Result<Center, ApiError> {
        if self == Self::Widget {
            widgets::check(body)?;
        }
        let center = written::center(self, body, before, tenant.tenant.locale.as_str())?;
        if self == Self::Widget && center.purposes.is_empty() {
            return Err(refused("selected_purposes_ids", "must be at least one"));
        }
        Ok(center)
    }

    /// Keeps one: in its place, or beside the one that people see.
    fn keep(self, settings: &mut PreferencesSettings, center: Center) {
        match self {
            Self::Center => match settings.centers.iter_mut().find(|own| own.id == center.id) {
                Some(own) => *own = center,
                None => settings.centers.push(center),
            },
            Self::Widget => {
                settings.drafts.retain(|own| own.id != center.id);
                if settings.center(&center.id) != Some(&center) {
                    settings.drafts.push(center);
                }
            }
        }
    }

    fn shown(self, admitted: &Admitted, settings: &PreferencesSettings, center: &Center) -> Response {
        ok(&match self {
            Self::Center => privacy_centers::shown(admitted, settings, center),
            Self::Widget => widgets::shown(admitted, settings, center),
        })
    }
}

/// `POST`.
pub(crate) async fn make(form: Form, visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    let body = read_body(&admitted, body).await?;
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    let id = match body.get("id").and_then(Value::as_str) {
        Some(id) => id.to_owned(),
        None => ledger.event_id_for_link(),
    };
    let center = form.laid(&body, form.first(tenant, &id), tenant)?;
    written::known(form, tenant, &center).map_err(told)?;
    ledger.leads_to(Outcome::made(&id));
    let changed = ledger.change_preference_settings(tenant, &permit, |settings| {
        if form.standing(settings, &id).is_some() {
            return Err(PreferenceError::Conflict("the id is taken"));
        }
        form.keep(settings, center.clone());
        Ok(())
    });
    let settings = changed.await.map_err(told)?;
    Ok(admitted.told(form.shown(&admitted, &settings, &center)))
}

/// `PATCH` where it is laid over what is there, else `PUT`.
pub(crate) async fn change(
    form: Form,
    visit: Visit,
    request: Request,
    is_over: bool,
) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    let id = admitted.last_segment()?;
    let body = read_body(&admitted, body).await?;
    if body.get("id").is_some_and(|named| *named != id) {
        return Err(refused("id", "is another one than that of the address").into());
    }
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    let laid = |settings: &PreferencesSettings| {
        let center = form.standing(settings, &id).ok_or_else(not_found)?;
        form.laid(&body, form.before(center, is_over)?, tenant)
    };
    // What is wrong with the body is said whether or not there is such a one.
    form.laid(&body, json!({ "id": id, "purposes": ["any"] }), tenant)?;
    let center = laid(&tenant.tenant.preferences)?;
    written::known(form, tenant, &center).map_err(told)?;
    let changed = ledger.change_preference_settings(tenant, &permit, |settings| {
        let center = laid(settings).map_err(|_| PreferenceError::NotFound)?;
        form.keep(settings, center);
        Ok(())
    });
    let settings = changed.await.map_err(told)?;
    let center = form.standing(&settings, &id).ok_or_else(not_found)?;
    Ok(admitted.told(form.shown(&admitted, &settings, center)))
}

/// `DELETE`: answers what it was.
pub(crate) async fn delete(form: Form, visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let permit = admitted.managing()?;
    admitted.require_organization()?;
    let id = admitted.last_segment()?;
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    let settings = &tenant.tenant.preferences;
    let center = form.standing(settings, &id).ok_or_else(not_found)?;
    let changed = ledger.change_preference_settings(tenant, &permit, |settings| {
        settings.centers.retain(|own| own.id != id);
        settings.drafts.retain(|own| own.id != id);
        Ok(())
    });
    changed.await.map_err(told)?;
    Ok(admitted.told(form.shown(&admitted, settings, center)))
}

/// Reads a body as an object that names no other organization.
pub(crate) async fn read_body(admitted: &Admitted, body: Body) -> Result<Map<String, Value>, Feathers> {
    let body = admitted.read(body, LARGEST).await?;
    let mut reader = Reader::default();
    let object = reader.object(&body, "").cloned();
    reader.finish()?;
    tokens::organization(admitted, &body)?;
    Ok(object.unwrap_or_default())
}
