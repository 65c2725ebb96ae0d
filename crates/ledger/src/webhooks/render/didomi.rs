//! Events and users of the preferences API (consent-tokens-and-preferences 5.1, 6.1, 14), as far as the log knows them: what somebody said
//! about agreements and purposes of the tenant itself, and what became of it. Preferences, channels, vendors, metadata and proofs are none of the
//! log's business, and what is granted to third parties is told in the dashboard's words.

use std::collections::BTreeMap;

use consentry_domain::{
    ConsentId, DecisionId, DefinitionKey, Fact, SubjectId, Timestamp,
    consent::Status,
    decision::{Actor, Decision, Role},
    definition::DefinitionKind,
};
use serde_json::{Map, Value, json};

use super::Telling;
use crate::{
    TenantSnapshot,
    error::Fault,
    events::{Body, Change},
    feed::{Happening, Leaf},
    preferences::told_id,
    webhooks::Part,
};

/// The regulation of all that is in the log.
const REGULATION: &str = "gdpr";

/// That somebody was deleted.
const ERASED: &str = "subject.erased";

/// Events of a person read at a time.
const AT_ONCE: u32 = 500;

/// Whether an event has a message of its own.
pub(in crate::webhooks) fn tells(tenant: &TenantSnapshot, event: &Happening) -> bool {
    match event.entry().name {
        "decision.recorded" => event.body().is_some_and(|body| {
            !is_silent(body) && !is_known(body) && own_changes(tenant, body).next().is_some()
        }),
        "decision.deleted" | "decision.updated" | "approval.requested" => {
            // Of somebody who was erased only that something was deleted is known.
            event
                .body()
                .map_or(event.entry().name == "decision.deleted", |body| {
                    noted(body).is_none_or(|own| own["regulation"] == REGULATION && own["silent"] != true)
                })
        }
        _ => false,
    }
}

/// Whether the person stands otherwise after an event, so that the user is told too.
pub(in crate::webhooks) fn changes_person(tenant: &TenantSnapshot, event: &Happening) -> bool {
    event.entry().name == ERASED && event.leaf.audience.is_none()
        || event.entry().name == "decision.recorded"
            && event.body().is_some_and(|body| {
                if is_silent(body) {
                    return false;
                }
                let mut changes = own_changes(tenant, body);
                changes.any(|change| enabled(change.from.as_deref()) != enabled(Some(&change.to)))
            })
}

/// Whether all that was said was to be kept from receivers, as imports are (consent-tokens-and-preferences 5.4).
fn is_silent(body: &Body) -> bool {
    let note = body.note.as_ref();
    if note.is_some_and(|note| note.get("silent") == Some(&Value::Bool(true))) {
        return true;
    }
    let events = note.and_then(|note| note.get("events")?.as_array());
    events.is_some_and(|all| !all.is_empty() && all.iter().all(|own| own["silent"] == true))
}

/// Whether receivers are told of all that was said by other events: when it was said, before it counted or was corrected; or that it was
/// taken away.
fn is_known(body: &Body) -> bool {
    let note = body.note.as_ref();
    let events = note.and_then(|note| note.get("events")?.as_array());
    note.is_some_and(|note| note.contains_key("deleted"))
        || events.is_some_and(|all| !all.is_empty() && all.iter().all(|own| own["known"] == true))
}

/// An event of the preferences door that something is told of beside a decision.
fn noted(body: &Body) -> Option<&Value> {
    body.note.as_ref()?.get("event")
}

/// What a decision changed of what the tenant itself is told.
fn own_changes<'a>(tenant: &'a TenantSnapshot, body: &'a Body) -> impl Iterator<Item = &'a Change> {
    let is_own = |change: &&Change| {
        // Answers under another regulation must not be taken for those under this one.
        if change.qualifier.as_str().starts_with("regulation=") {
            return false;
        }
        let definition = tenant.definitions.get(&change.definition);
        definition.is_none_or(|definition| {
            matches!(
                definition.kind,
                DefinitionKind::Agreement | DefinitionKind::Purpose
            )
        })
    };
    body.told.changes.iter().filter(is_own)
}

/// Yes, no, or no choice.
fn enabled(status: Option<&str>) -> Option<bool> {
    let status = status?;
    match Status::from_name(status) {
        Some(Status::Pending) => None,
        Some(status) => Some(status.is_granting()),
        // `expired` is no status of a row.
        None => Some(false),
    }
}

/// A test.
pub(super) fn ping(is_flat: bool) -> Value {
    finished("endpoint.ping", Map::new(), is_flat)
}

/// A message of an event, with its name.
pub(super) async fn render(
    telling: &Telling<'_>,
    event: &Happening,
    part: Part,
) -> Result<Option<(String, Value)>, Fault> {
    let is_flat = telling.endpoint.settings.flatten;
    let mut parameters = Map::new();
    let name = match (event.body(), part) {
        (None, part) => {
            let erased = json!({ "id": Value::Null, "erased": true });
            parameters.insert("entity".to_owned(), erased);
            match (event.entry().name, part) {
                ("decision.deleted", _) => "event.deleted",
                ("decision.updated", _) => "event.updated",
                (ERASED, _) => "user.deleted",
                (_, Part::Event) => "event.created",
                (_, Part::User) => "user.updated",
            }
        }
        (Some(body), Part::Event) if let Some(own) = noted(body) => {
            let is = stood(telling, event, own, &own["is"], body).await?;
            match (event.entry().name, own.get("was")) {
                ("decision.updated", Some(was)) => {
                    let source = json!({ "id": own["id"], "created_at": event.at().to_rfc3339_millis() });
                    parameters.insert("source".to_owned(), source);
                    let was = stood(telling, event, own, was, body).await?;
                    parameters.insert("old_entity".to_owned(), was);
                    parameters.insert("new_entity".to_owned(), is);
                    "event.updated"
                }
                (name, _) => {
                    parameters.insert("entity".to_owned(), is);
                    if name == "decision.deleted" {
                        "event.deleted"
                    } else {
                        "event.created"
                    }
                }
            }
        }
        (Some(body), Part::Event) => match &body.happened {
            Some(Fact::DecisionRecorded { decision }) => {
                let entity = decided(telling, event, decision, body).await?;
                parameters.insert("entity".to_owned(), entity);
                "event.created"
            }
            Some(Fact::DecisionDeleted { record }) => {
                let history = History::until(telling, body.subject, event.index()).await?;
                let first = history.first.get(&record.consent);
                let id = first.map_or_else(|| record.id.to_string(), ToString::to_string);
                let mut entity = entity(telling, event, &id, record.created_at, body).await?;
                entity["updated_at"] = json!(event.at().to_rfc3339_millis());
                parameters.insert("entity".to_owned(), entity);
                "event.deleted"
            }
            _ => return Ok(None),
        },
        (Some(body), Part::User) if event.entry().name == ERASED => {
            let before = History::until(telling, body.subject, event.index()).await?;
            if before.began.is_none() {
                return Ok(None);
            }
            let user = before.user(telling, event, body.subject).await?;
            parameters.insert("entity".to_owned(), user);
            "user.deleted"
        }
        (Some(body), Part::User) => {
            let before = History::until(telling, body.subject, event.index()).await?;
            let after = History::until(telling, body.subject, event.index() + 1).await?;
            let new = after.user(telling, event, body.subject).await?;
            if before.began.is_none() {
                parameters.insert("entity".to_owned(), new);
                "user.created"
            } else {
                let source = json!({
                    "id": event_id(body),
                    "created_at": event.at().to_rfc3339_millis(),
                });
                parameters.insert("source".to_owned(), source);
                parameters.insert(
                    "old_entity".to_owned(),
                    before.user(telling, event, body.subject).await?,
                );
                parameters.insert("new_entity".to_owned(), new);
                "user.updated"
            }
        }
    };
    Ok(Some((name.to_owned(), finished(name, parameters, is_flat))))
}

async fn decided(
    telling: &Telling<'_>,
    event: &Happening,
    decision: &Decision,
    body: &Body,
) -> Result<Value, Fault> {
    let id = event_id(body);
    let mut entity = entity(telling, event, &id, decision.taken_at, body).await?;
    let mut purposes: Vec<Value> = Vec::new();
    for change in own_changes(telling.rendering.tenant, body) {
        let purpose = json!({ "id": change.definition, "enabled": enabled(Some(&change.to)) });
        match purposes.iter_mut().find(|own| own["id"] == purpose["id"]) {
            // Of several answers to one purpose, toward different readers of it, one yes is a yes.
            Some(own) if purpose["enabled"] == true => *own = purpose,
            Some(_) => {}
            None => purposes.push(purpose),
        }
    }
    entity["consents"] = consents(telling.rendering.tenant, purposes);
    if let Some(delegate) = delegate(&decision.actor) {
        let own = own_event(body).map(|own| &own["delegate"]);
        entity["delegate"] = match own {
            Some(own) if own["id"] == delegate.as_str() => own.clone(),
            _ => json!({ "id": delegate }),
        };
    }
    Ok(entity)
}

/// The event of the preferences door that a decision is, where it is one.
fn own_event(body: &Body) -> Option<&Value> {
    match body.note.as_ref()?.get("events")?.as_array()?.as_slice() {
        [own] => Some(own),
        _ => None,
    }
}

/// The id under which the receiver can ask for what was said; of other doors the decision's.
fn event_id(body: &Body) -> String {
    own_event(body)
        .and_then(|own| own["id"].as_str())
        .map_or_else(|| body.decision.to_string(), str::to_owned)
}

fn delegate(actor: &Actor) -> Option<String> {
    let subject = || actor.subject.map(|subject| subject.to_string());
    (actor.role == Role::Delegate).then(|| actor.name.clone().or_else(subject))?
}

/// What every event of the preferences API has.
async fn entity(
    telling: &Telling<'_>,
    event: &Happening,
    id: &str,
    created_at: Timestamp,
    body: &Body,
) -> Result<Value, Fault> {
    let mut user = json!({ "id": body.subject });
    name_into(&mut user, telling, event).await?;
    Ok(json!({
        "id": id,
        "organization_id": telling.rendering.tenant.tenant.slug,
        "created_at": created_at.to_rfc3339_millis(),
        "updated_at": created_at.to_rfc3339_millis(),
        "status": "confirmed",
        "regulation": REGULATION,
        "user": user,
        "consents": consents(telling.rendering.tenant, Vec::new()),
    }))
}

/// An event as it stood, from what the log says of it.
async fn stood(
    telling: &Telling<'_>,
    event: &Happening,
    own: &Value,
    state: &Value,
    body: &Body,
) -> Result<Value, Fault> {
    let millis = |at: &Value| at.as_str().and_then(|at| Timestamp::parse(at).ok());
    let created_at = millis(&own["created_at"]).unwrap_or_else(|| event.at());
    let id = own["id"].as_str().unwrap_or_default();
    let mut entity = entity(telling, event, id, created_at, body).await?;
    if let Some(updated_at) = millis(&state["updated_at"]) {
        entity["updated_at"] = json!(updated_at.to_rfc3339_millis());
    }
    entity["status"] = state["status"].clone();
    let purposes = state["purposes"].as_array().into_iter().flatten();
    let switch = |purpose: &Value| json!({ "id": purpose["id"], "enabled": purpose["enabled"] });
    entity["consents"] = consents(telling.rendering.tenant, purposes.map(switch).collect());
    if let Some(methods) = state["validations"].as_object() {
        let states = methods.iter();
        let states = states.map(|(method, state)| (method.clone(), json!({ "state": state })));
        entity["validations"] = Value::Object(states.collect());
    }
    if let Some(delegate) = own.get("delegate") {
        entity["delegate"] = delegate.clone();
    }
    Ok(entity)
}

/// Purposes are told by the ids by which the preferences door tells them too.
fn consents(tenant: &TenantSnapshot, mut purposes: Vec<Value>) -> Value {
    for purpose in &mut purposes {
        let told = purpose["id"].as_str().map(|id| told_id(tenant, id).to_owned());
        purpose["id"] = json!(told);
    }
    json!({
        "purposes": purposes,
        "channels": [],
        "vendors": { "enabled": [], "disabled": [], "enabled_li": [], "disabled_li": [] },
    })
}

/// The person's name at the tenant, where the endpoint is told one.
async fn name_into(user: &mut Value, telling: &Telling<'_>, event: &Happening) -> Result<(), Fault> {
    if let Some(person) = telling.rendering.subject(event).await?
        && !person.is_own_id()
    {
        user["organization_user_id"] = json!(person.id);
    }
    Ok(())
}

/// A person as they stood at a place of the log.
#[derive(Debug, Default)]
struct History {
    /// When they first said something.
    began: Option<Timestamp>,
    /// When they last did.
    latest: Option<Timestamp>,
    /// How often their status changed.
    version: u32,
    /// The decision that first told of a consent.
    first: BTreeMap<ConsentId, DecisionId>,
    /// Purposes in order of first appearance, each with its answers.
    purposes: Vec<(DefinitionKey, BTreeMap<ConsentId, Option<bool>>)>,
}

impl History {
    /// Folds what is told of a person before an index of the log.
    async fn until(telling: &Telling<'_>, subject: SubjectId, index: u64) -> Result<Self, Fault> {
        let rendering = &telling.rendering;
        let (ledger, tenant) = (rendering.ledger, rendering.tenant);
        let mut history = Self::default();
        let mut from = 0;
        loop {
            let page = ledger
                .inner
                .store
                .events_of(tenant.id(), subject, from, AT_ONCE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(history);
            };
            from = last.index.saturating_add(1);
            for row in &page {
                if row.index >= index {
                    return Ok(history);
                }
                if matches!(row.kind.as_str(), "decision.recorded" | "consent.expired")
                    && let Some(event) = Happening::open(ledger, tenant, row, Leaf::of(row)).await?
                    && let Some(body) = event.body()
                {
                    history.add(tenant, body, event.at());
                }
            }
        }
    }

    fn add(&mut self, tenant: &TenantSnapshot, body: &Body, at: Timestamp) {
        let mut is_changed = false;
        for change in own_changes(tenant, body) {
            self.first.entry(change.consent).or_insert(body.decision);
            is_changed |= self.say(&change.definition, change.consent, enabled(Some(&change.to)));
            self.began.get_or_insert(at);
        }
        if let Some(Fact::ConsentExpired(fact)) = &body.happened
            && self.first.contains_key(&fact.consent.id)
        {
            is_changed |= self.say(&fact.consent.slot.definition, fact.consent.id, Some(false));
        }
        if is_changed {
            self.version += 1;
            self.latest = Some(at);
        }
    }

    fn say(&mut self, definition: &DefinitionKey, consent: ConsentId, said: Option<bool>) -> bool {
        match self.purposes.iter_mut().find(|(own, _)| own == definition) {
            Some((_, answers)) => answers.insert(consent, said) != Some(said),
            None => {
                let answers = BTreeMap::from([(consent, said)]);
                self.purposes.push((definition.clone(), answers));
                true
            }
        }
    }

    async fn user(
        &self,
        telling: &Telling<'_>,
        event: &Happening,
        subject: SubjectId,
    ) -> Result<Value, Fault> {
        let purposes = self.purposes.iter().map(|(definition, answers)| {
            let yes = answers.values().any(|answer| *answer == Some(true));
            let no = answers.values().any(|answer| *answer == Some(false));
            json!({ "id": definition, "enabled": if yes { Some(true) } else { no.then_some(false) } })
        });
        let mut user = json!({
            "id": subject,
            "organization_id": telling.rendering.tenant.tenant.slug,
            "version": self.version,
            "created_at": self.began.map(Timestamp::to_rfc3339_millis),
            "updated_at": self.latest.map(Timestamp::to_rfc3339_millis),
            "regulation": REGULATION,
            "metadata": {},
            "consents": consents(telling.rendering.tenant, purposes.collect()),
        });
        name_into(&mut user, telling, event).await?;
        Ok(user)
    }
}

/// The message whole, or as one flat object with the new state alone.
fn finished(name: &str, parameters: Map<String, Value>, is_flat: bool) -> Value {
    if !is_flat {
        return json!({ "type": name, "regulation": REGULATION, "parameters": parameters });
    }
    let mut flat = Map::new();
    flat.insert("type".to_owned(), json!(name));
    flat.insert("regulation".to_owned(), json!(REGULATION));
    let entity = parameters.get("entity").or_else(|| parameters.get("new_entity"));
    if let Some(entity) = entity {
        flatten(&mut flat, "parameters__entity", entity);
    }
    Value::Object(flat)
}

/// Writes a value below a path; places in arrays are numbers from 0. Empty objects and arrays have nothing to say.
fn flatten(flat: &mut Map<String, Value>, path: &str, value: &Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                flatten(flat, &format!("{path}__{name}"), value);
            }
        }
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                flatten(flat, &format!("{path}__{place}"), value);
            }
        }
        value => {
            flat.insert(path.to_owned(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_message_has_the_new_state_alone() {
        let mut parameters = Map::new();
        parameters.insert("source".to_owned(), json!({ "id": "e" }));
        parameters.insert("old_entity".to_owned(), json!({ "id": "u", "version": 1 }));
        let new = json!({ "id": "u", "version": 2, "consents": { "purposes": [{ "id": "news", "enabled": null }], "channels": [] } });
        parameters.insert("new_entity".to_owned(), new);
        assert_eq!(
            finished("user.updated", parameters, true),
            json!({
                "type": "user.updated",
                "regulation": "gdpr",
                "parameters__entity__id": "u",
                "parameters__entity__version": 2,
                "parameters__entity__consents__purposes__0__id": "news",
                "parameters__entity__consents__purposes__0__enabled": null,
            })
        );
    }

    #[test]
    fn only_a_standing_yes_is_enabled() {
        for (status, expected) in [
            (None, None),
            (Some("pending"), None),
            (Some("accepted"), Some(true)),
            (Some("restricted"), Some(true)),
            (Some("denied"), Some(false)),
            (Some("revoked"), Some(false)),
            (Some("expired"), Some(false)),
        ] {
            assert_eq!(enabled(status), expected, "{status:?}");
        }
    }
}
