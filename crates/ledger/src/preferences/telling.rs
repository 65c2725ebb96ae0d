//! What followers of the log are told of an event beside the decision that it comes to: that it waits, was approved, refused, corrected,
//! taken away, or that nobody decided in time (consent-tokens-and-preferences 7.6, 14).
//!
//! An event names purposes, states and times here and nothing else: free-form members, files and addresses are none of the log's business.

use consentry_domain::decision::Door;
use consentry_store::NewEvent;
use serde_json::{Map, Value, json};

use super::{
    model::{EventBody, EventStatus, EventUser},
    person::{Kept, Person},
};
use crate::{environment::Ids, error::Fault, events};

/// What is written into the log, with the event as it was before and as it is.
struct Tale<'a> {
    kind: &'static str,
    was: Option<&'a EventBody>,
    is: &'a EventBody,
}

/// Everything there is to tell of a person's events, in the order in which they came.
pub(super) fn tell(person: &Person, ids: &Ids<'_>) -> Result<Vec<NewEvent>, Fault> {
    let mut tales = Vec::new();
    for event in person.events.iter().filter(|event| event.is_changed) {
        let is = &event.body;
        let was = event.was.as_ref();
        for kind in kinds(was, is) {
            tales.push(Tale { kind, was, is });
        }
    }
    for gone in &person.taken_away {
        tales.push(Tale {
            kind: "decision.deleted",
            was: None,
            is: gone,
        });
    }
    let mut told = of_person(person, ids)?;
    for tale in tales.into_iter().filter(|tale| !tale.is.hidden) {
        told.push(tale.event(person, ids)?);
    }
    Ok(told)
}

/// What became of the person: somebody else turned out to be them, they have other names, or something was written about them directly.
fn of_person(person: &Person, ids: &Ids<'_>) -> Result<Vec<NewEvent>, Fault> {
    let mut told = Vec::new();
    let mut tell = |kind, note| {
        let act = (ids.decision(person.subject), person.subject, Door::Preferences);
        let told_by = person.actor.clone();
        told.push(events::of_note_by(ids, &person.key, kind, act, told_by, note)?);
        Ok::<_, Fault>(())
    };
    for merged in &person.merged {
        tell("subject.merged", noted([("merged", json!(merged))]))?;
    }
    let is_described =
        |event: &Kept| event.was.is_none() && event.body.hidden && event.body.user != EventUser::default();
    let is_described = person.events.iter().any(is_described);
    // Whoever comes to this door for the first time gets names here by what they choose, as at any other door.
    if person.version.is_some() && (is_described || !person.renamed.is_empty()) {
        let spaces: Vec<&str> = person.renamed.iter().map(|space| space.as_str()).collect();
        tell("subject.updated", noted([("issuers", json!(spaces))]))?;
    }
    Ok(told)
}

fn noted<const MEMBERS: usize>(members: [(&str, Value); MEMBERS]) -> Map<String, Value> {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The names of what became of an event.
fn kinds(was: Option<&EventBody>, is: &EventBody) -> Vec<&'static str> {
    let Some(was) = was else {
        return match is.status {
            EventStatus::PendingApproval => vec!["approval.requested"],
            _ => Vec::new(),
        };
    };
    let mut kinds = Vec::new();
    if was.status == EventStatus::PendingApproval && is.status == EventStatus::Expired {
        kinds.push("approval.expired");
    } else if was.status != is.status || was.decided != is.decided {
        kinds.push("approval.decided");
    }
    let is_same = was.status == is.status
        && was.decided == is.decided
        && was.choices == is.choices
        && was.metadata == is.metadata
        && was.delegate == is.delegate
        && was.proofs == is.proofs;
    if !is_same {
        kinds.push("decision.updated");
    }
    kinds
}

impl Tale<'_> {
    fn event(&self, person: &Person, ids: &Ids<'_>) -> Result<NewEvent, Fault> {
        let Person { subject, key, .. } = person;
        // Whatever was kept before events were tied to decisions is an act of its own.
        let decision = self.is.decision.unwrap_or_else(|| ids.decision(*subject));
        let mut event = json!({
            "id": self.is.id,
            "regulation": self.is.regulation,
            "created_at": self.is.created_at,
            "is": state(self.is),
        });
        if let Some(was) = self.was {
            event["was"] = state(was);
        }
        if let Some(delegate) = &self.is.delegate {
            event["delegate"] = json!({ "id": delegate.id });
        }
        if is_silent(person, &self.is.id) {
            event["silent"] = json!(true);
        }
        let mut note = Map::new();
        note.insert("event".to_owned(), event);
        if self.kind == "approval.expired" {
            note.insert("reason".to_owned(), json!("expired"));
        }
        let act = (decision, *subject, Door::Preferences);
        events::of_note_by(ids, key, self.kind, act, person.actor.clone(), note)
    }
}

/// Whether receivers that are told in the vendor's words are not told of an event.
fn is_silent(person: &Person, id: &str) -> bool {
    if person.note.get("silent") == Some(&Value::Bool(true)) {
        return true;
    }
    let noted = person.note.get("events").and_then(Value::as_array);
    let mut noted = noted.into_iter().flatten();
    noted.any(|own| own["id"] == id && own["silent"] == true)
}

/// How an event stands: its status, the ways in which it is validated, and its answers about purposes.
fn state(event: &EventBody) -> Value {
    let mut validations = Map::new();
    for (method, validation) in event.validations.iter().flatten() {
        if !validation.holds_back() {
            continue;
        }
        let state = match (event.decided.get(method), event.status) {
            (Some(decided), _) if decided.is_approved => "approved",
            (Some(_), _) => "rejected",
            (None, EventStatus::Expired) => "expired",
            (None, _) => "pending",
        };
        validations.insert(method.as_str().to_owned(), json!(state));
    }
    let purposes = event.choices.purposes.iter().map(|purpose| {
        let mut own = json!({ "id": purpose.id });
        // The log knows no `null`: what is not answered is not there.
        if let Some(Some(enabled)) = purpose.enabled {
            own["enabled"] = json!(enabled);
        }
        own
    });
    let mut state = json!({
        "status": event.status.as_str(),
        "updated_at": event.updated_at,
        "purposes": purposes.collect::<Vec<_>>(),
    });
    if !validations.is_empty() {
        state["validations"] = Value::Object(validations);
    }
    state
}
