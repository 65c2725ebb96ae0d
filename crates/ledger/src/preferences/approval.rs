//! Approvals: who is asked, deciding once with a link, and what nobody decided about in time (consent-tokens-and-preferences 7).
//!
//! A link is a row under the hash of its secret, which is used up by the one who decides; what is decided is kept with the event. The link
//! outlives the token that the choice was made with, and dies with the event.

use consentry_domain::{Lifetime, SubjectId, decision::Actor};
use consentry_store::{
    ChangeSet, CommitError, Expect, Hash, JobRow, Row, RowChange, RowKey, TokenKind, TokenRow,
};
use serde::{Deserialize, Serialize};

use super::{
    ATTEMPTS, DecideApproval, PreferenceError,
    attempt::Attempt,
    commit::Ended,
    events::note,
    model::{Decided, EventBody, EventStatus, Method},
    person::event_hash,
    view::{self, EventView},
};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    access::{Caller, Target, Via, authorize},
    error::Fault,
    mail::{
        About, Contact, Mail, PreferenceMail, PreferenceMatter, PreferenceWords, To, later_row_of, row_of,
    },
    opaque::base64url,
    sealed_value::SealedDetail,
    sealing::Key,
    stored_json::{from_json, to_json},
};

/// Kind of the rows that say when an event is not waited for any more.
const END: &str = "approval_end";

/// Most events that are ended at a time.
const AT_ONCE: u32 = 200;

/// How long something unreadable is left alone.
const PUT_OFF: Lifetime = Lifetime::minutes(60);

/// This long before the end people are reminded, where there is more than twice as much time.
const AHEAD: Lifetime = Lifetime::days(1);

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

/// Makes the mails and links about one event.
struct Letters<'a> {
    ledger: &'a Ledger,
    key: &'a Key,
    subject: SubjectId,
    event: &'a EventBody,
    base: &'a str,
}

impl Letters<'_> {
    /// A link for somebody, the mail with it, and one that reminds of it.
    fn ask(&self, method: Method, to: Contact) -> Result<Vec<RowChange>, Fault> {
        let Some(until) = self.event.approval_until else {
            return Ok(Vec::new());
        };
        let now = self.ledger.now();
        let secret = Opaque::draw(self.ledger.entropy(), "ap");
        let hash = secret.hash();
        let asked = Asked {
            event: self.event.id.clone(),
            method,
            by: to.mail.as_str().to_owned(),
        };
        let detail = SealedDetail::text(self.key, self.ledger.entropy(), hash, &asked, "approval")?;
        let mut rows = vec![RowChange::Put(Row::Token(TokenRow {
            hash,
            kind: TokenKind::Approval,
            version: 1,
            subject: Some(self.subject),
            client: None,
            grant: None,
            issued_at: now,
            expires_at: until,
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail,
        }))];
        let matter = match method {
            Method::Email => PreferenceMatter::Confirm,
            Method::Signature | Method::File => PreferenceMatter::Approve,
        };
        let link = format!("{}/v1/consents/approvals/{}", self.base, secret.expose());
        let words = PreferenceWords::secret(to, link);
        let mut times = vec![(now, false)];
        if until.seconds_since(now) > 2 * AHEAD.as_seconds() {
            times.push((until.minus(AHEAD), true));
        }
        for (due_at, is_reminder) in times {
            let words = words.clone().about(&self.event.id, is_reminder);
            let (entropy, token) = (self.ledger.entropy(), Some(hash));
            let sealed = PreferenceMail::sealed(matter, self.subject, token, &words, self.key, entropy)?;
            let which = if is_reminder { "reminder" } else { "approval" };
            let mail = Mail {
                key: format!("{which} {}", base64url(hash.as_bytes())),
                to: To::Person(self.subject),
                about: About::Preference(sealed),
                due_at,
                until,
            };
            rows.push(if is_reminder {
                later_row_of(&mail)?
            } else {
                row_of(&mail)?
            });
        }
        Ok(rows)
    }

    /// The mail that says what became of it.
    fn tell(&self, to: Contact) -> Result<RowChange, Fault> {
        let now = self.ledger.now();
        let words = PreferenceWords::secret(to, String::new()).about(&self.event.id, false);
        let entropy = self.ledger.entropy();
        let matter = PreferenceMatter::Decided;
        let mail = PreferenceMail::sealed(matter, self.subject, None, &words, self.key, entropy)?;
        row_of(&Mail {
            key: format!("decided {}", self.event.id),
            to: To::Person(self.subject),
            about: About::Preference(mail),
            due_at: now,
            until: now.plus(crate::mail::GIVE_UP),
        })
    }
}

impl Attempt<'_> {
    /// Whoever is asked about an event gets a link; where nobody has to be, the person is told. `contact` is where they are reached.
    pub(super) fn ask_around(
        &mut self,
        subject: SubjectId,
        hash: Hash,
        contact: Option<&Contact>,
        base: &str,
    ) -> Result<(), Fault> {
        let Some(person) = self.people.get(&subject) else {
            return Ok(());
        };
        let Some(event) = person.events.iter().find(|event| event.hash == hash) else {
            return Ok(());
        };
        let letters = Letters {
            ledger: self.ledger,
            key: &person.key,
            subject,
            event: &event.body,
            base,
        };
        let mut rows = Vec::new();
        for (method, validation) in event.body.validations.iter().flatten() {
            let is_told = *method == Method::Email && event.body.status == EventStatus::Confirmed;
            match (validation.enabled, validation.approval, contact) {
                (true, true, _) => {
                    let asked: Vec<Contact> = match method {
                        Method::Email => contact.cloned().into_iter().collect(),
                        Method::Signature | Method::File => approvers(self.tenant),
                    };
                    for to in asked {
                        rows.extend(letters.ask(*method, to)?);
                    }
                }
                (true, false, Some(contact)) if is_told => rows.push(letters.tell(contact.clone())?),
                _ => {}
            }
        }
        if let Some(due_at) = event.body.approval_until {
            let ending = Ending { subject, event: hash };
            rows.push(RowChange::Put(Row::Job(JobRow {
                kind: END.to_owned(),
                key: base64url(hash.as_bytes()),
                version: 1,
                due_at,
                holder: None,
                held_until: None,
                attempts: 0,
                last_error: None,
                detail: to_json(&ending, "approval")?,
            })));
        }
        self.rows.extend(rows);
        Ok(())
    }

    /// The person is told what became of what they chose, where they can be reached.
    pub(super) fn tell_decided(
        &mut self,
        subject: SubjectId,
        event: &EventBody,
        contact: Option<Contact>,
    ) -> Result<(), Fault> {
        let (Some(person), Some(contact)) = (self.people.get(&subject), contact) else {
            return Ok(());
        };
        let letters = Letters {
            ledger: self.ledger,
            key: &person.key,
            subject,
            event,
            base: "",
        };
        self.rows.push(letters.tell(contact)?);
        Ok(())
    }
}

fn approvers(tenant: &TenantSnapshot) -> Vec<Contact> {
    let all = tenant.tenant.preferences.approvers.iter();
    all.map(|mail| Contact {
        mail: mail.clone(),
        locale: None,
    })
    .collect()
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

    /// Writes down of events that nobody decided about in time that they are over; answers how many there were.
    pub async fn end_approvals(&self, tenant: &TenantSnapshot) -> Result<usize, Fault> {
        let now = self.now();
        let rows = self
            .inner
            .store
            .jobs_by_due(tenant.id(), END.to_owned(), AT_ONCE)
            .await?;
        let mut ended = 0;
        for row in rows.into_iter().filter(|row| row.due_at <= now) {
            let was_written = match from_json::<Ending>(&row.detail, "approval") {
                Ok(ending) => self.end_approval(tenant, &ending, &row).await,
                Err(fault) => Err(fault.into()),
            };
            match was_written {
                Ok(is_one) => ended += usize::from(is_one),
                // Nothing can be read or written at the moment: the next round begins here again.
                Err(PreferenceError::Fault(fault)) if fault.is_transient() => return Err(fault),
                Err(error) => self.put_off(tenant, row, &error).await?,
            }
        }
        Ok(ended)
    }

    /// What cannot be read stands in nobody's way: it is looked at again later, and says why.
    async fn put_off(
        &self,
        tenant: &TenantSnapshot,
        row: JobRow,
        error: &PreferenceError,
    ) -> Result<(), Fault> {
        let now = self.now();
        tracing::error!(%error, tenant = %tenant.tenant.slug, "the end of an approval cannot be written down; it is tried again");
        let mut change = ChangeSet::new(tenant.id(), now);
        let key = RowKey::Job(row.kind.clone(), row.key.clone());
        change.expect.push(Expect::At(key, row.version));
        change.rows.push(RowChange::Put(Row::Job(JobRow {
            version: row.version.saturating_add(1),
            due_at: now.plus(PUT_OFF),
            attempts: row.attempts.saturating_add(1),
            last_error: Some(error.to_string()),
            ..row
        })));
        match self.commit(change).await {
            Ok(_) | Err(CommitError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn end_approval(
        &self,
        tenant: &TenantSnapshot,
        ending: &Ending,
        row: &JobRow,
    ) -> Result<bool, PreferenceError> {
        let now = self.now();
        let mut attempt = Attempt::new(self, tenant);
        let mut is_one = false;
        if let Some(person) = attempt.person(ending.subject).await?
            && let Some(event) = person.events.iter_mut().find(|event| event.hash == ending.event)
            && event.body.status == EventStatus::PendingApproval
            && event.body.status_at(now) == EventStatus::Expired
        {
            event.body.status = EventStatus::Expired;
            event.body.updated_at = now;
            event.is_changed = true;
            person.is_changed = true;
            person.actor = Some(Actor::system());
            is_one = true;
        }
        let key = RowKey::Job(row.kind.clone(), row.key.clone());
        if is_one {
            attempt.expect.push(Expect::At(key.clone(), row.version));
            attempt.rows.push(RowChange::Delete(key));
            let permit = authorize::<DecideApproval>(&Caller::Operator, Target::Tenant)?;
            // Who lost against another tries again with the next round.
            return Ok(matches!(attempt.commit(&permit, None).await?, Ended::Written));
        }
        let mut change = ChangeSet::new(tenant.id(), now);
        change.rows.push(RowChange::Delete(key));
        let _receipt = self.commit(change).await.map_err(Fault::from)?;
        Ok(false)
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
