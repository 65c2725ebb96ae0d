//! What the events of a person come to (consent-tokens-and-preferences 6.5). Pure, and always of all events: what an event was worth
//! that is taken away follows by itself.

use super::{
    merge::{Nulls, merge, merge_members},
    model::{EventBody, EventStatus, Folded},
};

/// Folds all events that count, in the order in which they do.
pub(crate) fn fold<'a>(events: impl IntoIterator<Item = &'a EventBody>) -> Folded {
    let mut counting: Vec<&EventBody> = events
        .into_iter()
        .filter(|event| event.status == EventStatus::Confirmed)
        .collect();
    counting.sort_by_key(|event| (event.applied_at, event.number));
    let mut folded = Folded::default();
    for event in counting {
        take(&mut folded, event);
    }
    folded
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
}

#[cfg(test)]
mod tests;
