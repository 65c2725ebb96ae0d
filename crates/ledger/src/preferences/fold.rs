//! What the events of a person come to (consent-tokens-and-preferences 6.5). Pure, and always of all events: what an event was worth
//! that is taken away follows by itself.

use super::{
    merge::{Nulls, merge, merge_members},
    model::{EventBody, EventStatus, Folded, PurposeChoice, Waiting},
};

/// Folds all events that count, in the order in which they do; beside them stands what waits.
pub(crate) fn fold<'a>(events: impl IntoIterator<Item = &'a EventBody>) -> Folded {
    let mut folded = Folded::default();
    let mut counting = Vec::new();
    for event in events {
        match event.status {
            EventStatus::Confirmed => counting.push(event),
            EventStatus::PendingApproval => folded.waiting.extend(waiting(event)),
            EventStatus::Rejected | EventStatus::Expired => {}
        }
    }
    counting.sort_by_key(|event| (event.applied_at, event.number));
    for event in counting {
        take(&mut folded, event);
    }
    folded
}

fn waiting(event: &EventBody) -> impl Iterator<Item = Waiting> {
    let switched = |own: &&PurposeChoice| matches!(own.enabled, Some(Some(_)));
    let purposes = event.choices.purposes.iter().filter(switched);
    purposes.map(|own| Waiting {
        purpose: own.id.clone(),
        regulation: event.regulation.clone(),
        until: event.approval_until,
    })
}

fn take(folded: &mut Folded, event: &EventBody) {
    let status = folded.statuses.entry(event.regulation.clone()).or_default();
    merge(&mut status.choices, &event.choices, Nulls::Keep);
    for purpose in &mut status.choices.purposes {
        purpose.propagation = false;
        for value in purpose.values.values_mut() {
            value.from_propagation = false;
        }
    }
    for purpose in &event.choices.purposes {
        if matches!(purpose.enabled, Some(Some(_))) {
            status.switched_at.insert(purpose.id.clone(), event.applied_at);
        }
    }
    let mut metadata = Some(std::mem::take(&mut folded.metadata));
    merge_members(&mut metadata, event.user.metadata.as_ref());
    folded.metadata = metadata.unwrap_or_default();
    if event.user.country.is_some() {
        folded.country.clone_from(&event.user.country);
    }
    if event.user.last_seen_country.is_some() {
        folded.last_seen_country.clone_from(&event.user.last_seen_country);
    }
    let kind = &event.user.organization_user_id_type;
    if kind.is_some() {
        folded.organization_user_id_type.clone_from(kind);
    }
}

#[cfg(test)]
mod tests;
