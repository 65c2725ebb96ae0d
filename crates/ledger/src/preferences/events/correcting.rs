//! Correcting and deleting events (consent-tokens-and-preferences 5.4). What counts is counted anew from what is left.

use std::collections::BTreeSet;

use consentry_domain::Timestamp;
use serde_json::json;

use super::{made::check_proofs, note};
use crate::{
    Ledger, TenantSnapshot,
    access::Permit,
    error::Fault,
    preferences::{
        ATTEMPTS, ManagePreferences, PreferenceError, Wrong,
        attempt::Attempt,
        check,
        commit::Ended,
        merge::{Nulls, merge, merge_members},
        model::{Choices, Decided, Delegate, EventBody, EventStatus, EventUser, Members, PersonBody},
        proof::ProofFile,
        view::{self, EventView},
    },
};

/// A correction of an event.
#[derive(Debug, Clone, Default)]
pub struct EventPatch {
    /// What shall become of it.
    pub status: Option<EventStatus>,
    /// Laid over what was chosen.
    pub choices: Option<Choices>,
    /// Laid over what is there.
    pub metadata: Option<Members>,
    /// Who acted for the person.
    pub delegate: Option<Delegate>,
    /// Files that come with it, added to those that are there.
    pub proofs: Vec<ProofFile>,
    /// Files that were handed in before.
    pub proofs_id: Vec<String>,
    /// What cannot be changed, where it is said again.
    pub same: Unchanged,
    /// Whether receivers that are told in the vendor's words are not to be told (5.4).
    pub is_silent: bool,
}

/// Members of an event that a correction may repeat as they are, as whoever sends a whole event back does.
#[derive(Debug, Clone, Default)]
pub struct Unchanged {
    /// When the choice was made.
    pub created_at: Option<Timestamp>,
    /// Under which regulation.
    pub regulation: Option<String>,
    /// One of the person's devices.
    pub user_id: Option<String>,
    /// By what the first party knows the person.
    pub organization_user_id: Option<String>,
    /// What the event says about the person.
    pub user: EventUser,
}

impl Unchanged {
    /// The first member that is another one than that of the event.
    fn differs(&self, event: &EventBody, person: &PersonBody) -> Option<&'static str> {
        let millis = |at: Timestamp| at.to_rfc3339_millis();
        let said = |is_same: Option<bool>| is_same == Some(false);
        let of = &event.user;
        let user = [
            self.user_id.as_ref().map(|id| person.devices.contains(id)),
            self.organization_user_id
                .as_ref()
                .map(|id| person.organization_user_id.as_ref() == Some(id)),
            self.user
                .metadata
                .as_ref()
                .map(|own| of.metadata.as_ref() == Some(own)),
            self.user
                .country
                .as_ref()
                .map(|own| of.country.as_ref() == Some(own)),
            self.user
                .last_seen_country
                .as_ref()
                .map(|own| of.last_seen_country.as_ref() == Some(own)),
            self.user
                .organization_user_id_type
                .as_ref()
                .map(|own| of.organization_user_id_type.as_ref() == Some(own)),
        ];
        if user.into_iter().any(said) {
            Some("user")
        } else if said(self.created_at.map(|at| millis(at) == millis(event.created_at))) {
            Some("created_at")
        } else if said(self.regulation.as_ref().map(|own| *own == event.regulation)) {
            Some("regulation")
        } else {
            None
        }
    }
}

impl Ledger {
    /// Corrects an event. What counts is counted anew.
    pub async fn correct_preference(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        id: &str,
        patch: &EventPatch,
        request: Option<&str>,
    ) -> Result<EventView, PreferenceError> {
        for _ in 0..ATTEMPTS {
            let now = self.now();
            let mut attempt = Attempt::new(self, tenant);
            let subject = self.owner_of(tenant, id).await?;
            let files = (patch.proofs.as_slice(), patch.proofs_id.as_slice());
            let proofs = attempt.keep_proofs(subject, id, files, false).await?;
            let person = attempt.person(subject).await?.ok_or(PreferenceError::NotFound)?;
            let place = person
                .events
                .iter()
                .position(|event| event.body.id == id && !event.body.hidden)
                .ok_or(PreferenceError::NotFound)?;
            let mut body = person.events[place].body.clone();
            let was = body.status_at(now);
            if let Some(member) = patch.same.differs(&body, &person.body) {
                return Err(wrong(member, "cannot be changed"));
            }
            let others = person.events.iter().map(|event| &event.body);
            let others = others.filter(|other| other.id != id);
            let is_corrected = apply_patch(tenant, &mut body, patch, (others, now))?;
            for proof in proofs {
                if body.proofs.iter().all(|own| own.id != proof.id) {
                    body.proofs.push(proof);
                }
            }
            check_proofs(&body)?;
            let is_approved = was == EventStatus::PendingApproval && body.status == EventStatus::Confirmed;
            if is_approved {
                let by = permit.caller().actor().name.unwrap_or_default();
                for method in body.open_methods() {
                    let decided = Decided {
                        is_approved: true,
                        at: now,
                        by: by.clone(),
                    };
                    body.decided.insert(method, decided);
                }
            }
            if patch.is_silent {
                person.keep_silent();
            }
            if body.status != was || is_corrected {
                person.note_switches(&body);
                note(person, &body, false);
            }
            person.is_changed = true;
            person.events[place].is_changed = true;
            person.events[place].body = body.clone();
            let shown = view::event(&body, &person.body, now);
            if is_approved && body.validations.is_some() {
                let contact = self.choice_contact(tenant, subject, &person.body, &body).await?;
                attempt.tell_decided(subject, &body, contact)?;
            }
            if let Ended::Written = attempt.commit(permit, request).await? {
                self.inner.has_mailed();
                return Ok(shown);
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Deletes events of a person; what is left is counted as if they had never been. Ids that are not there are left out.
    pub async fn delete_preferences(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        (owner, ids): (&str, &[String]),
        is_silent: bool,
        request: Option<&str>,
    ) -> Result<(), PreferenceError> {
        for _ in 0..ATTEMPTS {
            let mut attempt = Attempt::new(self, tenant);
            let subject = self.owner_of(tenant, owner).await?;
            let person = attempt.person(subject).await?.ok_or(PreferenceError::NotFound)?;
            person.remove(|event| !event.hidden && ids.contains(&event.id));
            person.note.insert("deleted".to_owned(), json!(ids));
            if is_silent {
                person.keep_silent();
            }
            if let Ended::Written = attempt.commit(permit, request).await? {
                return Ok(());
            }
        }
        Err(Fault::Conflict.into())
    }
}

fn wrong(path: &str, why: &str) -> PreferenceError {
    PreferenceError::Invalid(vec![Wrong {
        index: None,
        path: path.to_owned(),
        why: why.to_owned(),
    }])
}

/// Lays a correction over an event; answers whether what was chosen is something else then.
fn apply_patch<'a>(
    tenant: &TenantSnapshot,
    body: &mut EventBody,
    patch: &EventPatch,
    (others, now): (impl Iterator<Item = &'a EventBody> + Clone, Timestamp),
) -> Result<bool, PreferenceError> {
    let was = body.status_at(now);
    let mut counts_from_now = false;
    match (was, patch.status) {
        (_, None) | (EventStatus::Confirmed, Some(EventStatus::Confirmed)) => {}
        (EventStatus::PendingApproval, Some(EventStatus::PendingApproval)) => {}
        (EventStatus::PendingApproval, Some(EventStatus::Confirmed)) => {
            body.status = EventStatus::Confirmed;
            body.approval_until = None;
            counts_from_now = true;
        }
        (EventStatus::Confirmed, Some(_)) => {
            return Err(wrong("status", "a confirmed event stays confirmed"));
        }
        (_, Some(_)) => return Err(wrong("status", "cannot be changed any more")),
    }
    let before = body.choices.clone();
    let canonical = patch
        .choices
        .as_ref()
        .and_then(|own| check::canonical(tenant, own));
    if let Some(choices) = canonical.as_ref().or(patch.choices.as_ref()) {
        merge(&mut body.choices, choices, Nulls::Replace);
        let refused = check::check(tenant, &body.choices);
        if !refused.is_empty() {
            return Err(PreferenceError::Invalid(refused));
        }
        spread(tenant, body, &before, others);
    }
    let is_corrected = body.choices != before;
    counts_from_now |= is_corrected && was == EventStatus::Confirmed;
    if counts_from_now {
        body.applied_at = now;
    }
    merge_members(&mut body.metadata, patch.metadata.as_ref());
    if patch.delegate.is_some() {
        body.delegate.clone_from(&patch.delegate);
    }
    body.updated_at = now;
    Ok(is_corrected)
}

/// What a one-click purpose answered below it follows its switch, where that is another one now (5.6).
fn spread<'a>(
    tenant: &TenantSnapshot,
    body: &mut EventBody,
    before: &Choices,
    others: impl Iterator<Item = &'a EventBody> + Clone,
) {
    let switch = |choices: &Choices, id: &str| {
        let own = choices.purposes.iter().find(|own| own.id == id);
        own.and_then(|own| own.enabled.flatten())
    };
    let turned: BTreeSet<String> = body
        .choices
        .purposes
        .iter()
        .filter(|own| own.enabled.flatten() != switch(before, &own.id))
        .map(|own| own.id.clone())
        .collect();
    for own in body
        .choices
        .purposes
        .iter_mut()
        .filter(|own| turned.contains(&own.id))
    {
        own.values.retain(|_, value| !value.from_propagation);
        own.propagation = false;
    }
    let set = (&mut body.choices, body.regulation.as_str());
    check::propagate(tenant, set, |id| turned.contains(id), others);
}
