//! Endpoints and messages as JSON.

use consentry_ledger::webhooks::{Delivery, Endpoint, EndpointHealth};
use serde_json::{Value, json};

/// An endpoint. Never with a secret: that is added where it is shown once.
pub(super) fn endpoint(endpoint: &Endpoint, version: u32, health: &EndpointHealth) -> Value {
    let own = &endpoint.settings;
    let selection = &own.selection;
    let mut filters = serde_json::Map::new();
    let mut add = |name: &str, is_empty: bool, values: Value| {
        if !is_empty {
            filters.insert(name.to_owned(), values);
        }
    };
    add(
        "definition",
        selection.definition.is_empty(),
        json!(selection.definition),
    );
    add("door", selection.door.is_empty(), json!(selection.door));
    add(
        "audience",
        selection.audience.is_empty(),
        json!(selection.audience),
    );
    add("client", selection.client.is_empty(), json!(selection.client));
    json!({
        "id": endpoint.id,
        "url": own.url,
        "description": own.description,
        "types": selection.types,
        "filters": filters,
        "format": own.format,
        "flatten": own.flatten,
        "signature": own.signature,
        "retry_profile": own.retry_profile,
        "timeout_s": own.timeout_s,
        "order": own.order,
        "max_in_flight": own.max_in_flight,
        "rate_per_s": own.rate_per_s,
        "subject_view": own.subject_view,
        "resume": own.resume,
        "handshake": own.handshake,
        "ca": own.ca,
        "auth_type": endpoint.auth.as_ref().map(|auth| &auth.kind),
        "allowed_per_minute": endpoint.allowed_per_minute,
        "status": endpoint.status,
        "disabled_reason": endpoint.disabled_reason,
        "next_attempt_at": health.next_attempt_at,
        "failing_since": health.failing_since,
        "created_at": endpoint.created_at,
        "updated_at": endpoint.updated_at,
        "version": version,
    })
}

/// A message, with its attempts where they are asked for.
pub(super) fn delivery(delivery: &Delivery, with_attempts: bool) -> Value {
    let waits = delivery.waits();
    let mut text = json!({
        "id": delivery.id(),
        "endpoint": delivery.endpoint(),
        "webhook_id": delivery.webhook_id(),
        "seq": delivery.number(),
        "type": format!("consentry.{}", delivery.kind()),
        "status": delivery.status(),
        "attempt_count": delivery.attempt_count(),
        "created_at": delivery.created_at(),
        "next_attempt_at": waits.then(|| delivery.due_at()),
        "finished_at": delivery.finished_at(),
    });
    if with_attempts {
        text["attempts"] = json!(delivery.attempts);
    }
    text
}
