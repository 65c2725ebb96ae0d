//! Events and people as they are answered (consent-tokens-and-preferences 5.1, 6.1).

use consentry_domain::Timestamp;
use consentry_ledger::{
    TenantSnapshot,
    preferences::{
        EventView, UserView, full_tree,
        model::{Choices, EventBody, EventStatus, Validations},
        told_id,
    },
};
use consentry_web::error::ApiError;
use serde_json::{Map, Value, json};

fn time(at: Timestamp) -> Value {
    at.to_rfc3339_millis().into()
}

fn value(of: &impl Serialized) -> Result<Value, ApiError> {
    of.to_value().map_err(ApiError::internal)
}

/// What is written as it is kept.
trait Serialized {
    fn to_value(&self) -> serde_json::Result<Value>;
}

impl<T: serde::Serialize> Serialized for T {
    fn to_value(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

fn put(object: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}

/// An event.
pub(crate) fn event(tenant: &TenantSnapshot, view: &EventView) -> Result<Value, ApiError> {
    let event = &view.event;
    let mut shown = Map::new();
    put(&mut shown, "id", Some(event.id.as_str()));
    put(&mut shown, "organization_id", Some(tenant.tenant.slug.as_str()));
    put(&mut shown, "created_at", Some(time(event.created_at)));
    put(&mut shown, "updated_at", Some(time(event.updated_at)));
    put(&mut shown, "status", Some(event.status.as_str()));
    put(&mut shown, "regulation", Some(event.regulation.as_str()));
    put(&mut shown, "domain", event.domain.as_deref());
    put(&mut shown, "metadata", event.metadata.clone());
    let mut user = Map::new();
    put(&mut user, "id", Some(view.user_id.as_str()));
    put(
        &mut user,
        "organization_user_id",
        view.organization_user_id.as_deref(),
    );
    put(&mut user, "metadata", event.user.metadata.clone());
    put(&mut user, "country", event.user.country.as_deref());
    put(
        &mut user,
        "last_seen_country",
        event.user.last_seen_country.as_deref(),
    );
    put(
        &mut user,
        "organization_user_id_type",
        event.user.organization_user_id_type.as_deref(),
    );
    put(&mut shown, "user", Some(user));
    put(&mut shown, "consents", Some(said(tenant, &event.choices)?));
    let proofs: Vec<Value> = event
        .proofs
        .iter()
        .map(|proof| proof.id.as_str().into())
        .collect();
    put(
        &mut shown,
        "proofs_id",
        Some(proofs).filter(|proofs| !proofs.is_empty()),
    );
    put(
        &mut shown,
        "delegate",
        event.delegate.as_ref().map(value).transpose()?,
    );
    if let Some(validations) = &event.validations {
        let until = event.approval_until;
        put(&mut shown, "validations", Some(asked(validations, event, until)?));
    }
    Ok(Value::Object(shown))
}

/// What is asked before an event counts, with what has become of it (7.4).
fn asked(validations: &Validations, event: &EventBody, until: Option<Timestamp>) -> Result<Value, ApiError> {
    let mut shown = value(validations)?;
    for (method, own) in shown.as_object_mut().into_iter().flatten() {
        let holds = validations
            .iter()
            .any(|(known, own)| value(known).is_ok_and(|name| name == method.as_str()) && own.holds_back());
        if !holds {
            continue;
        }
        let decided = event
            .decided
            .iter()
            .find(|(known, _)| known.as_str() == method.as_str());
        own["state"] = match (decided, event.status) {
            (Some((_, decided)), _) if decided.is_approved => "approved",
            (Some(_), _) | (None, EventStatus::Rejected) => "rejected",
            (None, EventStatus::PendingApproval) => "pending",
            (None, EventStatus::Confirmed) => "approved",
            (None, EventStatus::Expired) => "expired",
        }
        .into();
        if let Some((_, decided)) = decided {
            own["decided_at"] = time(decided.at);
            own["decided_by"] = decided.by.as_str().into();
        }
        if let Some(until) = until {
            own["expires_at"] = time(until);
        }
    }
    Ok(shown)
}

/// A person under one regulation; `with_tree` shows every purpose there is.
pub(crate) fn user(tenant: &TenantSnapshot, view: &UserView, with_tree: bool) -> Result<Value, ApiError> {
    let mut shown = Map::new();
    put(&mut shown, "id", Some(view.id.as_str()));
    put(&mut shown, "organization_id", Some(tenant.tenant.slug.as_str()));
    put(
        &mut shown,
        "organization_user_id",
        view.organization_user_id.as_deref(),
    );
    put(
        &mut shown,
        "organization_user_id_type",
        view.organization_user_id_type.as_deref(),
    );
    put(&mut shown, "version", Some(view.version));
    put(&mut shown, "created_at", Some(time(view.created_at)));
    put(&mut shown, "updated_at", Some(time(view.updated_at)));
    put(&mut shown, "regulation", Some(view.regulation.as_str()));
    put(&mut shown, "metadata", Some(view.metadata.clone()));
    put(&mut shown, "country", view.country.as_deref());
    put(&mut shown, "last_seen_country", view.last_seen_country.as_deref());
    put(
        &mut shown,
        "consents",
        Some(consents(tenant, &view.choices, with_tree)?),
    );
    Ok(Value::Object(shown))
}

/// Choices, with the ids by which others are told of purposes (12).
fn said(tenant: &TenantSnapshot, choices: &Choices) -> Result<Value, ApiError> {
    let mut shown = value(choices)?;
    let purposes = shown["purposes"].as_array_mut();
    for (own, choice) in purposes.into_iter().flatten().zip(&choices.purposes) {
        own["id"] = told_id(tenant, &choice.id).into();
    }
    Ok(shown)
}

fn consents(tenant: &TenantSnapshot, choices: &Choices, with_tree: bool) -> Result<Value, ApiError> {
    let mut shown = said(tenant, choices)?;
    if shown.get("channels").is_none() {
        shown["channels"] = json!([]);
    }
    if with_tree {
        shown["purposes"] = full_tree(tenant, choices);
    }
    Ok(shown)
}
