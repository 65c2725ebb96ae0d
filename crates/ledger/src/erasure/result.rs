//! What became of an erasure, for whoever has to show that it was done (enforcement-events-evidence 10.4).
//!
//! What lives here: what stays of it, which tells of nobody, and the certificate. What may not: erasing.

use consentry_domain::{SubjectId, Timestamp};
use consentry_jose::Algorithm;
use consentry_store::{EventRow, JobRow, Row, RowChange};
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::{NOTICE, WORK};
use crate::{
    Ledger, TenantSnapshot,
    access::{Action, Caller, Permit, Target},
    error::Fault,
    stored_json::{from_json, to_json},
};

/// Kind of the row that says what became of an erasure, which is named by the random id that the person had.
const DONE: &str = "erasure_done";

/// Type of the certificate, in its header.
const CERTIFICATE: &str = "erasure-certificate+jwt";

/// What cannot be read, in failures.
const WHAT: &str = "erasure";

/// Events read at a time.
const AT_ONCE: u32 = 500;

/// Asking what became of an erasure.
#[derive(Debug, Clone, Copy)]
pub struct FollowErasures;

impl Action for FollowErasures {
    const NAME: &'static str = "follow erasures";

    fn allows(caller: &Caller, target: &Target) -> bool {
        let may = matches!(
            caller,
            Caller::Operator | Caller::Administrator { .. } | Caller::Organization { .. }
        );
        may && *target == Target::Tenant
    }
}

/// What is known while an erasure waits to be finished.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    /// When it was asked for; none for one that an older program began.
    #[serde(default)]
    pub received_at: Option<Timestamp>,
    /// By what whoever asked for it finds it again.
    #[serde(default)]
    pub reference: Option<String>,
    /// Third parties that were told.
    #[serde(default)]
    pub parties: Vec<String>,
}

/// An erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Its id: the one that the person had here, which leads to nobody any more.
    pub id: SubjectId,
    /// When it was asked for.
    pub received_at: Option<Timestamp>,
    /// By what whoever asked for it finds it again.
    pub reference: Option<String>,
    /// When it is finished, or was.
    pub due_at: Timestamp,
    /// What it came to; none while receivers are being told.
    pub outcome: Option<ErasureOutcome>,
}

/// What an erasure came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureOutcome {
    /// When the person's key was destroyed.
    pub erased_at: Timestamp,
    /// Where the log says that the person was deleted.
    pub log_index: Option<u64>,
    /// Events of the log whose content nobody can read any more.
    pub events_made_unreadable: u64,
    /// Third parties that were told, by their client ids.
    pub parties_notified: Vec<String>,
}

/// What is kept of it.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    begun: Begun,
    outcome: ErasureOutcome,
}

impl Ledger {
    /// What became of an erasure; none where there was none.
    pub async fn erasure(
        &self,
        tenant: &TenantSnapshot,
        _permit: &Permit<FollowErasures>,
        id: SubjectId,
    ) -> Result<Option<Erasure>, Fault> {
        let store = &self.inner.store;
        // It goes from the one to the other in one commit, so it is looked for in this order.
        if let Some(work) = store.job(tenant.id(), WORK.to_owned(), id.to_string()).await? {
            let begun = begun(&work)?;
            return Ok(Some(Erasure {
                id,
                received_at: begun.received_at,
                reference: begun.reference,
                due_at: work.due_at,
                outcome: None,
            }));
        }
        let Some(done) = store.job(tenant.id(), DONE.to_owned(), id.to_string()).await? else {
            return Ok(None);
        };
        let kept: Kept = from_json(&done.detail, WHAT)?;
        Ok(Some(Erasure {
            id,
            received_at: kept.begun.received_at,
            reference: kept.begun.reference,
            due_at: kept.outcome.erased_at,
            outcome: Some(kept.outcome),
        }))
    }

    /// The certificate of an erasure: a JWS with numbers and times, and nothing about the person. It is signed when somebody asks, so that
    /// whoever gets it can verify it with what the tenant publishes then. None while the erasure is not finished.
    pub fn erasure_certificate(
        &self,
        tenant: &TenantSnapshot,
        issuer: &str,
        erasure: &Erasure,
    ) -> Result<Option<String>, Fault> {
        let Some(outcome) = &erasure.outcome else {
            return Ok(None);
        };
        let mut claims = Map::new();
        claims.insert("iss".to_owned(), json!(issuer));
        claims.insert("iat".to_owned(), json!(self.now().as_seconds()));
        if let Some(reference) = &erasure.reference {
            claims.insert("request_ref".to_owned(), json!(reference));
        }
        if let Some(received_at) = erasure.received_at {
            claims.insert("received_at".to_owned(), json!(received_at));
        }
        claims.insert("erased_at".to_owned(), json!(outcome.erased_at));
        if let Some(index) = outcome.log_index {
            claims.insert("log_index".to_owned(), json!(index));
        }
        let unreadable = outcome.events_made_unreadable;
        claims.insert("events_made_unreadable".to_owned(), json!(unreadable));
        claims.insert(
            "parties_notified".to_owned(),
            json!(outcome.parties_notified.len()),
        );
        let key = tenant.key_ring.signer(Algorithm::Es256)?;
        let signed = key.sign(&key.header(Some(CERTIFICATE)), &claims);
        signed
            .map(Some)
            .map_err(|error| Fault::Signing(error.to_string()))
    }

    /// What an erasure that is being finished comes to, as a row to keep; to be asked before the events are emptied.
    pub(super) async fn outcome_of(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        work: &JobRow,
    ) -> Result<RowChange, Fault> {
        let begun = begun(work)?;
        let (mut unreadable, mut log_index, mut from) = (0, None, 0);
        loop {
            let store = &self.inner.store;
            let page = store.events_of(tenant.id(), subject, from, AT_ONCE).await?;
            for event in &page {
                unreadable += u64::from(event.sealed.is_some());
                if event.kind == super::ERASED {
                    log_index = log_index.or(Some(event.index));
                }
            }
            match page.last() {
                Some(EventRow { index, .. }) if page.len() == AT_ONCE as usize => from = index + 1,
                _ => break,
            }
        }
        let kept = Kept {
            outcome: ErasureOutcome {
                erased_at: self.now(),
                log_index,
                events_made_unreadable: unreadable,
                parties_notified: begun.parties.clone(),
            },
            begun: Begun {
                parties: Vec::new(),
                ..begun
            },
        };
        Ok(RowChange::Put(Row::Job(JobRow {
            kind: DONE.to_owned(),
            key: subject.to_string(),
            version: 1,
            due_at: kept.outcome.erased_at,
            holder: None,
            held_until: None,
            attempts: 0,
            last_error: None,
            detail: to_json(&kept, WHAT)?,
        })))
    }
}

/// The work that is left of an erasure.
pub(super) fn work(subject: SubjectId, at: Timestamp, begun: &Begun) -> Result<RowChange, Fault> {
    Ok(RowChange::Put(Row::Job(JobRow {
        kind: WORK.to_owned(),
        key: subject.to_string(),
        version: 1,
        due_at: at.plus(NOTICE),
        holder: None,
        held_until: None,
        attempts: 0,
        last_error: None,
        detail: to_json(begun, WHAT)?,
    })))
}

fn begun(work: &JobRow) -> Result<Begun, Fault> {
    from_json(&work.detail, WHAT)
}
