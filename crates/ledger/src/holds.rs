//! Legal holds: what is kept of a person stays although somebody wants it erased, or it is old (enforcement-events-evidence 10.2, 10.4).
//!
//! What lives here: holds, sealed with the person's key, and whether there is one. What may not: what waits for them, which is erasing
//! ([`erasure`](crate::erasure)) and dropping old events.

use consentry_domain::{SubjectId, Timestamp, decision::Door};
use consentry_store::{ChangeSet, CommitError, Expect, JobRow, NewEvent, Row, RowChange, RowKey};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    Ledger, TenantSnapshot,
    access::{Administer, Permit},
    error::Fault,
    events,
    once::Outcome,
    opaque,
    restriction::RestrictionError,
    stored_json::{from_json, to_json},
};

/// Kind of the row with all holds of a person, which is named by the person.
const KIND: &str = "hold";

/// What cannot be read, in failures.
const WHAT: &str = "holds";

/// Most holds of one person that stand at a time.
const MOST: usize = 20;

/// How often it is tried when others change the person at the same time.
const TRIES: usize = 3;

const PLACED: &str = "subject.hold_placed";
const LIFTED: &str = "subject.hold_lifted";

/// Why a person's data stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id.
    pub id: String,
    /// What the administrator said.
    pub reason: String,
    /// When it was made.
    pub since: Timestamp,
    /// From this moment it is over; none: until it is taken away.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

impl Hold {
    fn stands_at(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// What the log tells of it, which is not why.
    fn noted(&self) -> Value {
        let mut noted = Map::new();
        noted.insert("id".to_owned(), json!(self.id));
        if let Some(until) = self.until {
            noted.insert("until".to_owned(), json!(until));
        }
        Value::Object(noted)
    }
}

/// What is done with the holds of a person.
enum Act<'a> {
    Place(&'a Hold),
    Lift(&'a str),
}

impl Act<'_> {
    const fn event(&self) -> &'static str {
        match self {
            Self::Place(_) => PLACED,
            Self::Lift(_) => LIFTED,
        }
    }

    /// Changes the holds, and says which hold it is about.
    fn carry_out(&self, holds: &mut Vec<Hold>) -> Result<Hold, HoldError> {
        match self {
            Self::Place(_) if holds.len() >= MOST => Err(HoldError::TooMany),
            Self::Place(hold) => {
                holds.push((*hold).clone());
                Ok((*hold).clone())
            }
            Self::Lift(id) => {
                let place = holds.iter().position(|hold| hold.id == *id);
                place.map(|place| holds.remove(place)).ok_or(HoldError::Absent)
            }
        }
    }
}

/// That a person's data are held, and how long at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// When the last hold ends by itself; none where one does not.
    pub until: Option<Timestamp>,
}

/// Why no hold was made or taken away.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// There is nobody like that.
    #[error("there is nobody like that")]
    Nobody,
    /// There is no such hold.
    #[error("there is no such hold")]
    Absent,
    /// It would be over before it begins.
    #[error("a hold must end later than now")]
    Over,
    /// There are as many as there may be.
    #[error("a person has at most {MOST} holds")]
    TooMany,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<RestrictionError> for HoldError {
    fn from(error: RestrictionError) -> Self {
        match error {
            RestrictionError::Nobody => Self::Nobody,
            RestrictionError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// The holds of a person, as they are kept.
#[derive(Debug, Default)]
struct Kept {
    row: Option<JobRow>,
    holds: Vec<Hold>,
}

/// What the row says: nothing that can be read without the person's key.
#[derive(Serialize, Deserialize)]
struct Detail {
    sealed: String,
}

impl Ledger {
    /// The holds of a person that stand, in the order in which they were made.
    pub async fn holds_of(
        &self,
        tenant: &TenantSnapshot,
        _permit: &Permit<Administer>,
        subject: SubjectId,
    ) -> Result<Vec<Hold>, HoldError> {
        let known = self.somebody(tenant, subject).await?;
        Ok(self.kept_holds(tenant, known.id).await?.holds)
    }

    /// Keeps what is known of a person. The tenant is told, and no party: what a court asks for is none of theirs.
    pub async fn hold(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Administer>,
        subject: SubjectId,
        (reason, until, request): (&str, Option<Timestamp>, &str),
    ) -> Result<Hold, HoldError> {
        let now = self.now();
        let hold = Hold {
            id: self.fresh_id(),
            reason: reason.to_owned(),
            since: now,
            until,
        };
        if !hold.stands_at(now) {
            return Err(HoldError::Over);
        }
        self.leads_to(Outcome::made(&hold.id));
        self.change_holds(tenant, permit, subject, Act::Place(&hold), request)
            .await?;
        Ok(hold)
    }

    /// Takes a hold away, and tells the tenant.
    pub async fn lift(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Administer>,
        subject: SubjectId,
        (id, request): (&str, &str),
    ) -> Result<(), HoldError> {
        self.change_holds(tenant, permit, subject, Act::Lift(id), request)
            .await
    }

    async fn change_holds(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Administer>,
        subject: SubjectId,
        act: Act<'_>,
        request: &str,
    ) -> Result<(), HoldError> {
        tracing::info!(caller = ?permit.caller(), subject.id = %subject, "changing the holds of a person");
        for _ in 0..TRIES {
            let known = self.somebody(tenant, subject).await?;
            let Kept { row, mut holds } = self.kept_holds(tenant, subject).await?;
            let about = act.carry_out(&mut holds)?;
            let mut change = ChangeSet::new(tenant.id(), self.now());
            // Whoever is erased at this moment is held no more.
            change
                .expect
                .push(Expect::At(RowKey::Subject(subject), known.version));
            change.expect.push(expected(subject, row.as_ref()));
            change
                .rows
                .push(self.put_holds(tenant, subject, row, &holds).await?);
            let told = self.told_of_hold(tenant, permit, subject, (act.event(), &about, request));
            change.events.push(told.await?);
            match self.commit_asked(change).await {
                Ok(_receipt) => return Ok(()),
                Err(CommitError::Stale) => {}
                Err(error) => return Err(Fault::from(error).into()),
            }
        }
        Err(Fault::Conflict.into())
    }

    async fn told_of_hold(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Administer>,
        subject: SubjectId,
        (kind, hold, request): (&'static str, &Hold, &str),
    ) -> Result<NewEvent, Fault> {
        let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
        let ids = self.ids();
        let mut note = Map::new();
        note.insert("hold".to_owned(), hold.noted());
        note.insert("why".to_owned(), json!(hold.reason));
        note.insert("request".to_owned(), json!(request));
        let act = (ids.decision(subject), subject, Door::Operator);
        events::of_note_by(&ids, &key, kind, act, Some(permit.caller().actor()), note)
    }

    async fn put_holds(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        row: Option<JobRow>,
        holds: &[Hold],
    ) -> Result<RowChange, Fault> {
        if holds.is_empty() {
            return Ok(RowChange::Delete(key_of(subject)));
        }
        let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
        let place = place_of(subject);
        let sealed = key.seal_value(self.entropy(), place.as_bytes(), &holds, WHAT)?;
        let detail = Detail {
            sealed: opaque::base64url(&sealed),
        };
        Ok(RowChange::Put(Row::Job(JobRow {
            kind: KIND.to_owned(),
            key: subject.to_string(),
            version: row.map_or(1, |row| row.version.saturating_add(1)),
            due_at: self.now(),
            holder: None,
            held_until: None,
            attempts: 0,
            last_error: None,
            detail: to_json(&detail, WHAT)?,
        })))
    }

    async fn kept_holds(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<Kept, Fault> {
        let row = self
            .inner
            .store
            .job(tenant.id(), KIND.to_owned(), subject.to_string())
            .await?;
        let Some(row) = row else {
            return Ok(Kept::default());
        };
        let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
        let detail: Detail = from_json(&row.detail, WHAT)?;
        let sealed = opaque::from_base64url(&detail.sealed).unwrap_or_default();
        let mut holds: Vec<Hold> = key.open_value(place_of(subject).as_bytes(), &sealed, WHAT)?;
        let now = self.now();
        holds.retain(|hold| hold.stands_at(now));
        Ok(Kept {
            row: Some(row),
            holds,
        })
    }

    /// Whether a person's data are held.
    pub(crate) async fn held(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<Held>, Fault> {
        Ok(held(&self.kept_holds(tenant, subject).await?.holds))
    }

    /// Lets a change happen only while nothing holds the person's data, and takes away what is left of holds. Where one stands it says so.
    pub(crate) async fn unless_held(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        change: &mut ChangeSet,
    ) -> Result<Option<Held>, Fault> {
        let Kept { row, holds } = self.kept_holds(tenant, subject).await?;
        if let Some(held) = held(&holds) {
            return Ok(Some(held));
        }
        change.expect.push(expected(subject, row.as_ref()));
        if row.is_some() {
            change.rows.push(RowChange::Delete(key_of(subject)));
        }
        Ok(None)
    }

    /// Takes away the holds of somebody who is erased whatever holds them.
    pub(crate) async fn drop_holds(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        change: &mut ChangeSet,
    ) -> Result<(), Fault> {
        let store = &self.inner.store;
        let row = store.job(tenant.id(), KIND.to_owned(), subject.to_string());
        if let Some(row) = row.await? {
            change.expect.push(expected(subject, Some(&row)));
            change.rows.push(RowChange::Delete(key_of(subject)));
        }
        Ok(())
    }
}

fn held(holds: &[Hold]) -> Option<Held> {
    let ends: Option<Vec<Timestamp>> = holds.iter().map(|hold| hold.until).collect();
    (!holds.is_empty()).then(|| Held {
        until: ends.and_then(|ends| ends.into_iter().max()),
    })
}

fn expected(subject: SubjectId, row: Option<&JobRow>) -> Expect {
    match row {
        Some(row) => Expect::At(key_of(subject), row.version),
        None => Expect::Absent(key_of(subject)),
    }
}

fn key_of(subject: SubjectId) -> RowKey {
    RowKey::Job(KIND.to_owned(), subject.to_string())
}

/// What ties the sealed holds to their person.
fn place_of(subject: SubjectId) -> String {
    format!("{KIND} {subject}")
}
