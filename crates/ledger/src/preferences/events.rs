//! Events: recording, reading, correcting and deleting them (consent-tokens-and-preferences 5).

mod correcting;
mod made;
mod reading;

use std::{borrow::Cow, sync::Arc};

use consentry_domain::{Lifetime, SubjectId, Timestamp, decision::Actor};
use serde_json::json;

pub use self::correcting::{EventPatch, Unchanged};
use self::made::{body, check_proofs, check_validations};
use super::{
    ATTEMPTS, PreferenceError, Whom, WritePreferences, Wrong,
    attempt::Attempt,
    check,
    commit::Ended,
    model::{Choices, Delegate, EventBody, EventUser, Members, Validations},
    only,
    person::event_hash,
    proof::ProofFile,
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
        let set = (&mut body.choices, body.regulation.as_str());
        check::propagate(tenant, set, |_| true, earlier);
        person.actor = Some(actor(subject, token, body.delegate.as_ref(), permit));
        note(person, &body, wish.is_silent);
        person.add(hash, now, body);
        if token.is_some() {
            attempt.ask_around(subject, hash, contact.as_ref(), &wish.links_from)?;
        }
        Ok((subject, id))
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
