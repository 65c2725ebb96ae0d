//! Approvals: who is asked, deciding once with a link, and what nobody decided about in time (consent-tokens-and-preferences 7).
//!
//! A link is a row under the hash of its secret, which is used up by the one who decides; what is decided is kept with the event. The link
//! outlives the token that the choice was made with, and dies with the event.

mod ending;
mod letters;

use consentry_domain::{SubjectId, decision::Actor};
use consentry_store::{Expect, Hash, Row, RowChange, RowKey, TokenKind, TokenRow};
use serde::{Deserialize, Serialize};

use super::{
    ATTEMPTS, DecideApproval, PreferenceError,
    attempt::Attempt,
    commit::Ended,
    events::note,
    model::{Decided, EventBody, EventStatus, Method},
    person::event_hash,
    proof::ProofFile,
    view::{self, EventView},
};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    access::{Caller, Target, Via, authorize},
    error::Fault,
    sealed_value::SealedDetail,
};

/// Kind of the rows that say when an event is not waited for any more.
const END: &str = "approval_end";

/// A link that somebody was sent, as it is sealed.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    event: String,
    method: Method,
    /// Whom it was sent to.
    by: String,
}

/// When an event is not waited for any more.
#[derive(Debug, Serialize, Deserialize)]
struct Ending {
    subject: SubjectId,
    event: Hash,
}

/// Something to decide about.
#[derive(Debug, Clone)]
pub struct Approval {
    /// What was chosen, and by whom.
    pub view: EventView,
    /// How it is validated.
    pub method: Method,
}

/// Why there is nothing to decide.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// The link is none.
    #[error("there is no such link")]
    Unknown,
    /// Its time is over, or what it was about is gone.
    #[error("the link is over")]
    Over,
    /// Somebody decided already.
    #[error("it was decided already")]
    Decided(EventStatus),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<PreferenceError> for ApprovalError {
    fn from(error: PreferenceError) -> Self {
        match error {
            PreferenceError::Fault(fault) => Self::Fault(fault),
            _ => Self::Over,
        }
    }
}

/// A link with the event that it is about.
struct Found {
    row: TokenRow,
    asked: Asked,
    subject: SubjectId,
    place: usize,
}

impl Ledger {
    /// What a link asks. Looking changes nothing.
    pub async fn approval(&self, tenant: &TenantSnapshot, link: &Opaque) -> Result<Approval, ApprovalError> {
        let mut attempt = Attempt::new(self, tenant);
        let found = self.asked(&mut attempt, link).await?;
        let person = attempt.person(found.subject).await?.ok_or(ApprovalError::Over)?;
        Ok(Approval {
            view: view::event(&person.events[found.place].body, &person.body, self.now()),
            method: found.asked.method,
        })
    }

    /// A file of the event that a link asks about, by its place from 0, so that whoever decides sees what they decide about.
    pub async fn approval_proof(
        &self,
        tenant: &TenantSnapshot,
        link: &Opaque,
        place: usize,
    ) -> Result<ProofFile, ApprovalError> {
        let mut attempt = Attempt::new(self, tenant);
        let found = self.asked(&mut attempt, link).await?;
        let person = attempt.person(found.subject).await?.ok_or(ApprovalError::Over)?;
        let proofs = &person.events[found.place].body.proofs;
        let proof = proofs.get(place).ok_or(ApprovalError::Unknown)?;
        let file = self.proof_file(tenant, &proof.id).await?;
        file.ok_or(ApprovalError::Over)
    }

    /// Decides with a link, which is used up by it. The event counts from now on once the last way is approved; one refusal ends it.
    pub async fn decide_approval(
        &self,
        tenant: &TenantSnapshot,
        link: &Opaque,
        is_approved: bool,
        request: Option<&str>,
    ) -> Result<Approval, ApprovalError> {
        for _ in 0..ATTEMPTS {
            let now = self.now();
            let mut attempt = Attempt::new(self, tenant);
            let found = self.asked(&mut attempt, link).await?;
            let Found {
                row,
                asked,
                subject,
                place,
            } = found;
            let caller = match asked.method {
                Method::Email => Caller::Subject {
                    subject,
                    via: Via::Link,
                },
                Method::Signature | Method::File => Caller::Approver {
                    address: asked.by.clone(),
                },
            };
            let permit = authorize::<DecideApproval>(&caller, Target::Subject(subject))
                .map_err(PreferenceError::from)?;
            let person = attempt.person(subject).await?.ok_or(ApprovalError::Over)?;
            let mut body = person.events[place].body.clone();
            body.decided.insert(
                asked.method,
                Decided {
                    is_approved,
                    at: now,
                    by: asked.by,
                },
            );
            body.updated_at = now;
            if !is_approved {
                body.status = EventStatus::Rejected;
            } else if body.open_methods().is_empty() {
                body.status = EventStatus::Confirmed;
                body.applied_at = now;
                body.approval_until = None;
            }
            let is_over = body.status != EventStatus::PendingApproval;
            person.note_switches(&body);
            person.actor = Some(match asked.method {
                Method::Email => Actor::subject(subject),
                Method::Signature | Method::File => caller.actor(),
            });
            if is_over {
                note(person, &body, false);
            }
            person.is_changed = true;
            person.events[place].is_changed = true;
            person.events[place].body = body.clone();
            let shown = view::event(&body, &person.body, now);
            let contact = self.choice_contact(tenant, subject, &person.body, &body).await?;
            let is_told = match body.status {
                EventStatus::Confirmed => true,
                EventStatus::Rejected => tenant.tenant.preferences.notify_on_reject,
                EventStatus::PendingApproval | EventStatus::Expired => false,
            };
            if is_told {
                attempt.tell_decided(subject, &body, contact)?;
            }
            let key = RowKey::Token(row.hash);
            attempt.expect.push(Expect::At(key, row.version));
            attempt.rows.push(RowChange::Put(Row::Token(TokenRow {
                version: row.version.saturating_add(1),
                consumed_at: Some(now),
                ..row
            })));
            if let Ended::Written = attempt.commit(&permit, request).await? {
                self.inner.has_mailed();
                return Ok(Approval {
                    view: shown,
                    method: asked.method,
                });
            }
        }
        Err(Fault::Conflict.into())
    }

    /// The link and the event that it is about, where it can be decided still.
    async fn asked(&self, attempt: &mut Attempt<'_>, link: &Opaque) -> Result<Found, ApprovalError> {
        let (tenant, now) = (attempt.tenant, self.now());
        let hash = link.hash();
        let row = self.inner.store.token(tenant.id(), hash).await;
        let row = row
            .map_err(Fault::from)?
            .filter(|row| row.kind == TokenKind::Approval)
            .ok_or(ApprovalError::Unknown)?;
        let subject = row.subject.ok_or(ApprovalError::Unknown)?;
        let key = self
            .subject_key(tenant, subject)
            .await?
            .ok_or(ApprovalError::Over)?;
        let asked: Asked = SealedDetail::open(&row.detail, &key, hash, "approval")?;
        let person = attempt.person(subject).await?.ok_or(ApprovalError::Over)?;
        let place = person
            .events
            .iter()
            .position(|event| event.body.id == asked.event)
            .ok_or(ApprovalError::Over)?;
        let body = &person.events[place].body;
        match body.status_at(now) {
            EventStatus::PendingApproval if body.decided.contains_key(&asked.method) => {
                Err(ApprovalError::Decided(EventStatus::PendingApproval))
            }
            EventStatus::PendingApproval if row.expires_at <= now => Err(ApprovalError::Over),
            EventStatus::PendingApproval => Ok(Found {
                row,
                asked,
                subject,
                place,
            }),
            EventStatus::Expired => Err(ApprovalError::Over),
            status => Err(ApprovalError::Decided(status)),
        }
    }

    /// An event of a person with what the first party calls them, for mails; none where it is gone.
    pub(crate) async fn chosen_event(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        id: &str,
    ) -> Result<Option<(EventBody, Option<String>)>, Fault> {
        let Some(mut person) = self.person_with_preferences(tenant, subject).await? else {
            return Ok(None);
        };
        let hash = event_hash(tenant, id);
        let place = person.events.iter().position(|event| event.hash == hash);
        Ok(place.map(|place| {
            let event = person.events.swap_remove(place);
            (event.body, person.body.organization_user_id)
        }))
    }
}
