//! Events: recording, reading, correcting and deleting them (consent-tokens-and-preferences 5).

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use consentry_domain::{Lifetime, SubjectId, Timestamp, decision::Actor};
use consentry_store::PreferenceKind;
use serde_json::json;

use super::{
    ATTEMPTS, ManagePreferences, PreferenceError, ReadPreferences, Whom, WritePreferences, Wrong,
    attempt::Attempt,
    check,
    commit::Ended,
    merge::{Nulls, merge, merge_members},
    model::{
        Choices, Decided, Delegate, EventBody, EventStatus, EventUser, Members, Method, Validation,
        Validations,
    },
    only,
    person::{event_hash, organization_alias},
    proof::{MOST_PROOFS, ProofFile},
    token::ConsentToken,
    view::{self, EventView},
};
use crate::{Ledger, TenantSnapshot, access::Permit, error::Fault, once::Outcome};

/// How far a time may lie in the future.
const AHEAD: Lifetime = Lifetime::minutes(5);

/// An event that somebody wants recorded, in form.
#[derive(Debug, Clone, Default)]
pub struct EventWish {
    /// The id it shall have.
    pub id: Option<String>,
    /// When the choice was made, for imports.
    pub created_at: Option<Timestamp>,
    /// Whether it shall wait for approval.
    pub is_pending: bool,
    /// Under which regulation.
    pub regulation: Option<String>,
    /// Where it came from.
    pub domain: Option<String>,
    /// Free-form.
    pub metadata: Option<Members>,
    /// One of the person's devices.
    pub user_id: Option<String>,
    /// By what the first party knows the person.
    pub organization_user_id: Option<String>,
    /// About the person.
    pub user: EventUser,
    /// What was chosen.
    pub choices: Choices,
    /// Who acted for the person.
    pub delegate: Option<Delegate>,
    /// Whether receivers that are told in the vendor's words are not to be told, as for imports (5.4).
    pub is_silent: bool,
    /// Files that come with it.
    pub proofs: Vec<ProofFile>,
    /// Files that were handed in before.
    pub proofs_id: Vec<String>,
    /// What is asked before it counts, where the token does not say: of a preferences center.
    pub validations: Option<Validations>,
    /// Public base address, without slash at the end, of links in mails that it leads to.
    pub links_from: String,
}

/// How events are taken.
#[derive(Debug, Clone)]
pub enum Taking {
    /// From the first party's back end: one.
    One,
    /// From the first party's back end: several, of which those that are there already are skipped.
    Several,
    /// From the person's browser.
    ByToken(Arc<ConsentToken>),
}

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
    /// Records events, all or none; answers them in their order.
    pub async fn record_preferences(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<WritePreferences>,
        taking: &Taking,
        wishes: &[EventWish],
        request: Option<&str>,
    ) -> Result<Vec<EventView>, PreferenceError> {
        let recorded = self
            .record_events(tenant, permit, taking, wishes, request)
            .await?;
        Ok(recorded.into_iter().map(|(event, _)| event).collect())
    }

    /// As [`Self::record_preferences`], of files that are imported. Answers of each whether it was new.
    pub async fn import_preferences(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<WritePreferences>,
        wishes: &[EventWish],
    ) -> Result<Vec<bool>, PreferenceError> {
        let recorded = self
            .record_events(tenant, permit, &Taking::Several, wishes, None)
            .await?;
        Ok(recorded.into_iter().map(|(_, is_new)| is_new).collect())
    }

    /// What can be said against events without writing them.
    pub fn foresee_preferences(&self, tenant: &TenantSnapshot, wishes: &[EventWish]) -> Vec<Wrong> {
        self.judge_events(tenant, &Taking::Several, &canonical(tenant, wishes))
    }

    async fn record_events(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<WritePreferences>,
        taking: &Taking,
        wishes: &[EventWish],
        request: Option<&str>,
    ) -> Result<Vec<(EventView, bool)>, PreferenceError> {
        let wishes = &canonical(tenant, wishes)[..];
        let wrong = self.judge_events(tenant, taking, wishes);
        if !wrong.is_empty() {
            return Err(PreferenceError::Invalid(wrong));
        }
        for _ in 0..ATTEMPTS {
            let mut attempt = Attempt::new(self, tenant);
            let mut places = Vec::with_capacity(wishes.len());
            for wish in wishes {
                places.push(self.take(&mut attempt, taking, permit, wish).await?);
            }
            let now = self.now();
            let mut shown = Vec::with_capacity(places.len());
            for (subject, id) in &places {
                let person = attempt.person(*subject).await?.ok_or(PreferenceError::NotFound)?;
                let event = person.events.iter().find(|event| event.body.id == *id);
                let event = event.ok_or(PreferenceError::NotFound)?;
                let is_new = event.version.is_none();
                shown.push((view::event(&event.body, &person.body, now), is_new));
            }
            let ids = places.iter().map(|(_, id)| id.as_str());
            let ids = match taking {
                Taking::Several => ids.map(|id| format!("{id}\n")).collect::<String>(),
                Taking::One | Taking::ByToken(_) => ids.collect(),
            };
            self.leads_to(Outcome::made(ids));
            if let Ended::Written = attempt.commit(permit, request).await? {
                self.inner.has_mailed();
                return Ok(shown);
            }
        }
        Err(Fault::Conflict.into())
    }

    /// What can be said against events without looking at anybody.
    fn judge_events(&self, tenant: &TenantSnapshot, taking: &Taking, wishes: &[EventWish]) -> Vec<Wrong> {
        let now = self.now();
        let is_one = !matches!(taking, Taking::Several);
        let mut all = Vec::new();
        for (index, wish) in wishes.iter().enumerate() {
            let mut wrong = check::check(tenant, &wish.choices);
            let mut refuse = |path: &str, why: &str| {
                wrong.push(Wrong {
                    index: None,
                    path: path.to_owned(),
                    why: why.to_owned(),
                });
            };
            if wish
                .regulation
                .as_deref()
                .is_some_and(|id| !tenant.tenant.preferences.knows_regulation(id))
            {
                refuse("regulation", "is not known here");
            }
            let by_token = matches!(taking, Taking::ByToken(_));
            if !by_token && wish.created_at.is_some_and(|at| at > now.plus(AHEAD)) {
                refuse("created_at", "lies in the future");
            }
            all.extend(wrong.into_iter().map(|wrong| Wrong {
                index: (!is_one).then_some(index),
                ..wrong
            }));
        }
        all
    }

    /// Takes one event in hand; answers whose it is and its id.
    async fn take(
        &self,
        attempt: &mut Attempt<'_>,
        taking: &Taking,
        permit: &Permit<WritePreferences>,
        wish: &EventWish,
    ) -> Result<(SubjectId, String), PreferenceError> {
        let tenant = attempt.tenant;
        let now = self.now();
        let id = wish.id.clone().unwrap_or_else(|| self.fresh_id());
        let hash = event_hash(tenant, &id);
        let in_hand = attempt
            .people
            .values()
            .find(|person| person.events.iter().any(|event| event.hash == hash))
            .map(|person| person.subject);
        let there = match in_hand {
            Some(subject) => Some(subject),
            None => {
                let row = self.inner.store.preference(tenant.id(), hash).await;
                row.map_err(Fault::from)?.map(|row| row.subject)
            }
        };
        if let Some(owner) = there {
            return match taking {
                Taking::Several => {
                    attempt.person(owner).await?;
                    Ok((owner, id))
                }
                _ => Err(PreferenceError::Conflict("there is an event of this id already")),
            };
        }
        let token = match taking {
            Taking::ByToken(token) => Some(token.as_ref()),
            _ => None,
        };
        let whom = Whom {
            organization_user_id: token.map_or(wish.organization_user_id.as_deref(), |token| {
                Some(token.organization_user_id.as_str())
            }),
            id: wish.user_id.as_deref(),
        };
        let subject = match (attempt.resolve(whom).await, token) {
            (Err(PreferenceError::Conflict(_)), Some(_)) => {
                return Err(PreferenceError::Forbidden("the id is another user's"));
            }
            (resolved, _) => resolved?,
        };
        if only(permit.target()).is_some_and(|of| of != subject) {
            return Err(PreferenceError::Forbidden("the token is another user's"));
        }
        let files = (wish.proofs.as_slice(), wish.proofs_id.as_slice());
        let proofs = attempt.keep_proofs(subject, &id, files, token.is_some()).await?;
        let person = attempt.person(subject).await?.ok_or(PreferenceError::NotFound)?;
        let mut body = body(tenant, wish, token, (id.clone(), person.body.next), now);
        body.proofs = proofs;
        check_proofs(&body)?;
        let mut contact = None;
        if token.is_some() && body.validations.is_some() {
            contact = self.choice_contact(tenant, subject, &person.body, &body).await?;
            check_validations(&body, contact.is_some())?;
        }
        let earlier = person.events.iter().map(|event| &event.body);
        check::propagate(tenant, &mut body.choices, earlier);
        person.actor = Some(actor(subject, token, body.delegate.as_ref(), permit));
        note(person, &body, wish.is_silent);
        person.add(hash, now, body);
        if token.is_some() {
            attempt.ask_around(subject, hash, contact.as_ref(), &wish.links_from)?;
        }
        Ok((subject, id))
    }

    /// All events of a person that are listed, in the order in which they came; none where nobody is meant.
    pub async fn preference_events(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ReadPreferences>,
        whom: Whom<'_>,
    ) -> Result<Vec<EventView>, PreferenceError> {
        let mut attempt = Attempt::new(self, tenant);
        let Some(subject) = attempt.meant(whom).await? else {
            return Ok(Vec::new());
        };
        if only(permit.target()).is_some_and(|of| of != subject) {
            return Ok(Vec::new());
        }
        let now = self.now();
        let Some(person) = attempt.person(subject).await? else {
            return Ok(Vec::new());
        };
        let listed = person.events.iter().filter(|event| !event.body.hidden);
        Ok(listed
            .map(|event| view::event(&event.body, &person.body, now))
            .collect())
    }

    /// One event, of whatever status and regulation.
    pub async fn preference_event(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ReadPreferences>,
        id: &str,
    ) -> Result<EventView, PreferenceError> {
        let mut attempt = Attempt::new(self, tenant);
        let subject = self.owner_of(tenant, id).await?;
        if only(permit.target()).is_some_and(|of| of != subject) {
            return Err(PreferenceError::NotFound);
        }
        let now = self.now();
        let person = attempt.person(subject).await?.ok_or(PreferenceError::NotFound)?;
        let event = person
            .events
            .iter()
            .find(|event| event.body.id == id && !event.body.hidden);
        let event = event.ok_or(PreferenceError::NotFound)?;
        Ok(view::event(&event.body, &person.body, now))
    }

    async fn owner_of(&self, tenant: &TenantSnapshot, id: &str) -> Result<SubjectId, PreferenceError> {
        let row = self
            .inner
            .store
            .preference(tenant.id(), event_hash(tenant, id))
            .await
            .map_err(Fault::from)?;
        row.filter(|row| row.kind == PreferenceKind::Event)
            .map(|row| row.subject)
            .ok_or(PreferenceError::NotFound)
    }

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

impl Attempt<'_> {
    /// The person who is meant by all names that are given; none where they are not one.
    pub(super) async fn meant(&self, whom: Whom<'_>) -> Result<Option<SubjectId>, Fault> {
        let mut meant = None;
        if let Some(id) = whom.organization_user_id {
            let Some(subject) = self.whose(&organization_alias(self.tenant, id)).await? else {
                return Ok(None);
            };
            meant = Some(subject);
        }
        if let Some(id) = whom.id {
            let Some(subject) = self.whose(&super::person::device_alias(id)).await? else {
                return Ok(None);
            };
            if meant.is_some_and(|other| other != subject) {
                return Ok(None);
            }
            meant = Some(subject);
        }
        Ok(meant)
    }
}

/// Events that call purposes by their keys.
fn canonical<'a>(tenant: &TenantSnapshot, wishes: &'a [EventWish]) -> Cow<'a, [EventWish]> {
    let mut all = Cow::Borrowed(wishes);
    for (place, wish) in wishes.iter().enumerate() {
        if let Some(choices) = check::canonical(tenant, &wish.choices)
            && let Some(own) = all.to_mut().get_mut(place)
        {
            own.choices = choices;
        }
    }
    all
}

/// The event that a wish comes to, with what the token says about every event (4.4).
fn body(
    tenant: &TenantSnapshot,
    wish: &EventWish,
    token: Option<&ConsentToken>,
    (id, number): (String, u64),
    now: Timestamp,
) -> EventBody {
    let template = token.and_then(|token| token.detail.event.as_ref());
    let mut metadata = wish.metadata.clone();
    let mut user = wish.user.clone();
    if let Some(template) = template {
        merge_members(&mut metadata, template.metadata.as_ref());
        merge_members(&mut user.metadata, template.user_metadata.as_ref());
    }
    let settings = &tenant.tenant.preferences;
    let asks = |token: &ConsentToken| {
        let said = token.detail.validations.as_ref().or(wish.validations.as_ref());
        said.unwrap_or(&settings.validations).clone()
    };
    let validations = token.map(asks).filter(|all| all.values().any(|own| own.enabled));
    let is_asked = validations
        .as_ref()
        .is_some_and(|all| all.values().any(|own| own.holds_back()));
    let is_pending = wish.is_pending || is_asked;
    let created_at = wish.created_at.filter(|_| token.is_none()).unwrap_or(now);
    EventBody {
        id,
        number,
        decision: None,
        created_at,
        updated_at: now,
        applied_at: created_at,
        status: if is_pending {
            EventStatus::PendingApproval
        } else {
            EventStatus::Confirmed
        },
        regulation: wish
            .regulation
            .clone()
            .or_else(|| template?.regulation.clone())
            .unwrap_or_else(|| consentry_domain::tenant::USUAL_REGULATION.to_owned()),
        domain: wish.domain.clone(),
        metadata,
        user,
        choices: wish.choices.clone(),
        delegate: match token {
            Some(token) => token.detail.delegate.clone(),
            None => wish.delegate.clone(),
        },
        validations,
        approval_until: is_asked.then(|| now.plus(settings.approval_lifetime)),
        decided: BTreeMap::new(),
        proofs: Vec::new(),
        hidden: false,
    }
}

/// An event has so many files at the most.
fn check_proofs(body: &EventBody) -> Result<(), PreferenceError> {
    if body.proofs.len() <= MOST_PROOFS {
        return Ok(());
    }
    Err(PreferenceError::Invalid(vec![Wrong {
        index: None,
        path: "proofs".to_owned(),
        why: format!("are more than {MOST_PROOFS}"),
    }]))
}

/// What a token asks for must be possible (7.4).
fn check_validations(body: &EventBody, has_address: bool) -> Result<(), PreferenceError> {
    let refuse = |path: &str, why: &str| {
        Err(PreferenceError::Invalid(vec![Wrong {
            index: None,
            path: path.to_owned(),
            why: why.to_owned(),
        }]))
    };
    let asked = body.validations.iter().flatten();
    let is_file =
        |(method, validation): &(&Method, &Validation)| validation.enabled && **method != Method::Email;
    let needed = asked.clone().filter(is_file).count();
    for (method, validation) in asked {
        if !validation.enabled {
            continue;
        }
        match method {
            Method::Signature if !body.proofs.iter().any(|proof| proof.is_picture) => {
                return refuse("proofs", "a picture of a signature is asked for");
            }
            Method::File if body.proofs.len() < needed => {
                return refuse("proofs", "a document is asked for");
            }
            Method::Signature | Method::File => {}
            Method::Email if !has_address => {
                return refuse("user.metadata.email", "an address is needed to confirm by mail");
            }
            Method::Email => {}
        }
    }
    Ok(())
}

fn actor(
    subject: SubjectId,
    token: Option<&ConsentToken>,
    delegate: Option<&Delegate>,
    permit: &Permit<WritePreferences>,
) -> Actor {
    match (delegate, token) {
        (Some(delegate), _) => Actor::delegate(delegate.id.clone()),
        (None, Some(_)) => Actor::subject(subject),
        (None, None) => permit.caller().actor(),
    }
}

/// What is noted beside the decision that an event is.
pub(super) fn note(person: &mut super::person::Person, body: &EventBody, is_silent: bool) {
    let mut own = json!({ "id": body.id, "regulation": body.regulation });
    // The log knows no `null`, and free-form members are none of its business.
    if let Some(delegate) = &body.delegate {
        own["delegate"] = json!({ "id": delegate.id });
        if let Some(name) = &delegate.name {
            own["delegate"]["name"] = json!(name);
        }
    }
    if is_silent {
        own["silent"] = json!(true);
    }
    // Who was told that it waits, or what it was before, needs not hear of it as of something new.
    let mut in_hand = person.events.iter();
    if in_hand.any(|event| event.body.id == body.id && event.was.is_some()) {
        own["known"] = json!(true);
    }
    let events = person.note.entry("events").or_insert_with(|| json!([]));
    if let Some(events) = events.as_array_mut() {
        events.push(own);
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
