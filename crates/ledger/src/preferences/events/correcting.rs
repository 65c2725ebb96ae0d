//! Correcting and deleting events (consent-tokens-and-preferences 5.4). What counts is counted anew from what is left.

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
        model::{Choices, Decided, Delegate, EventBody, EventStatus, Members},
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
            apply_patch(tenant, &mut body, patch, now)?;
            body.proofs.extend(proofs);
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
            person.note_switches(&body);
            if body.status != was || patch.choices.is_some() {
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
        owner: &str,
        ids: &[String],
        request: Option<&str>,
    ) -> Result<(), PreferenceError> {
        for _ in 0..ATTEMPTS {
            let mut attempt = Attempt::new(self, tenant);
            let subject = self.owner_of(tenant, owner).await?;
            let person = attempt.person(subject).await?.ok_or(PreferenceError::NotFound)?;
            person.remove(|event| !event.hidden && ids.contains(&event.id));
            person.note.insert("deleted".to_owned(), json!(ids));
            if let Ended::Written = attempt.commit(permit, request).await? {
                return Ok(());
            }
        }
        Err(Fault::Conflict.into())
    }
}

fn apply_patch(
    tenant: &TenantSnapshot,
    body: &mut EventBody,
    patch: &EventPatch,
    now: Timestamp,
) -> Result<(), PreferenceError> {
    let wrong = |path: &str, why: &str| {
        PreferenceError::Invalid(vec![Wrong {
            index: None,
            path: path.to_owned(),
            why: why.to_owned(),
        }])
    };
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
        counts_from_now |= was == EventStatus::Confirmed;
    }
    if counts_from_now {
        body.applied_at = now;
    }
    merge_members(&mut body.metadata, patch.metadata.as_ref());
    if patch.delegate.is_some() {
        body.delegate.clone_from(&patch.delegate);
    }
    body.updated_at = now;
    Ok(())
}
