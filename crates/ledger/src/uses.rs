//! The record of use: what checks say was delivered or refused under a consent (consent-dashboard B9.2), and which tokens were issued for
//! it (dataspace-consent-protocol 9).
//!
//! What lives here: the memory in which uses wait, and the task that writes them down. Noting a use is a look into memory; nobody
//! waits for the writing. What may not: who may say that something was used, which the doors' own use cases know.
//!
//! Of the uses of one consent in one minute the first counts, so there is at most one write for a consent and minute, whatever
//! node was told. A use is durable [`WITHIN`] of its answer, as long as the store can be written; until then it is written again.
//! A node that is killed loses what it was told since; one that stops in order loses nothing.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use consentry_domain::{Consent, ConsentId, SubjectId, TenantId, Timestamp, Usage, usage::minute};
use consentry_store::{ChangeSet, CommitError, Expect, Row, RowChange, RowKey, UseRow};
use tokio::{sync::Notify, task::JoinSet};

use crate::{Ledger, error::Fault, ledger::Inner};

/// How long uses are collected before they are written together.
pub const WITHIN: Duration = Duration::from_secs(2);

/// Most consents whose uses are remembered at once; some 150 bytes each. Beyond it a use is not recorded.
const MOST: usize = 200_000;

/// Consents that are read and written at once.
const AT_ONCE: usize = 200;

/// How often a use is merged anew when another node was faster.
const ATTEMPTS: usize = 5;

type Key = (TenantId, ConsentId);

/// What was told and is not written yet, and what was written in the minute that goes on.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    told: Mutex<Told>,
    /// There is something to write.
    waiting: Notify,
}

#[derive(Debug, Default)]
struct Told {
    consents: HashMap<Key, Noted>,
    /// Uses that found no room since this was last said.
    lost: u64,
}

#[derive(Debug)]
struct Noted {
    subject: SubjectId,
    /// What this node was told lately, written or not.
    known: Usage,
    /// Whether it is still to be written.
    waits: bool,
}

impl Noted {
    /// Whether a use at this time would be a new minute, so that nothing is left to remember.
    fn is_over(&self, now: Timestamp) -> bool {
        let last = self.known.last_used_at().max(self.known.last_refused_at());
        let last = last.max(self.known.last_issued_at());
        !self.waits && last.is_none_or(|last| minute(last) < minute(now))
    }
}

impl Uses {
    /// Notes what happened under a consent.
    fn note(&self, key: Key, subject: SubjectId, happened: Usage) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(noted) = told.consents.get_mut(&key) {
            if noted.known.covers(&happened) {
                return;
            }
            noted.known = noted.known.merge(happened);
            noted.waits = true;
        } else if told.consents.len() < MOST {
            let noted = Noted {
                subject,
                known: happened,
                waits: true,
            };
            told.consents.insert(key, noted);
        } else {
            told.lost += 1;
        }
        drop(told);
        self.waiting.notify_one();
    }

    /// Takes what is to be written, by tenant, and forgets what is over.
    fn take(&self, now: Timestamp) -> BTreeMap<TenantId, Vec<Wanted>> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = std::mem::take(&mut told.lost);
        if lost > 0 {
            tracing::warn!(
                uses = lost,
                "there were more uses than are remembered; some are not recorded"
            );
        }
        told.consents.retain(|_, noted| !noted.is_over(now));
        let mut taken: BTreeMap<TenantId, Vec<Wanted>> = BTreeMap::new();
        for ((tenant, consent), noted) in &mut told.consents {
            if std::mem::take(&mut noted.waits) {
                taken.entry(*tenant).or_default().push(Wanted {
                    consent: *consent,
                    subject: noted.subject,
                    usage: noted.known,
                });
            }
        }
        taken
    }

    /// Puts back what could not be written.
    fn give_back(&self, tenant: TenantId, wanted: &[Wanted]) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for wanted in wanted {
            let noted = told.consents.entry((tenant, wanted.consent)).or_insert(Noted {
                subject: wanted.subject,
                known: wanted.usage,
                waits: true,
            });
            noted.known = noted.known.merge(wanted.usage);
            noted.waits = true;
        }
        drop(told);
        self.waiting.notify_one();
    }
}

/// A use that is to be written.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    consent: ConsentId,
    subject: SubjectId,
    usage: Usage,
}

impl Ledger {
    /// Notes that data was delivered, or refused, under a consent. Costs a look into memory.
    pub(crate) fn note_use(&self, tenant: TenantId, consent: &Consent, happened: Usage) {
        let key = (tenant, consent.id);
        self.inner.uses.note(key, consent.slot.subject, happened);
    }

    /// How each of these consents was used; those that never were are left out. What was told in the last [`WITHIN`] may be missing.
    pub async fn uses(
        &self,
        tenant: TenantId,
        consents: Vec<ConsentId>,
    ) -> Result<BTreeMap<ConsentId, Usage>, Fault> {
        if consents.is_empty() {
            return Ok(BTreeMap::new());
        }
        let found = self.inner.store.uses(tenant, consents).await?;
        Ok(found.into_iter().map(|row| (row.consent, row.usage)).collect())
    }

    /// Writes down all uses that this node was told of. What cannot be written waits on; the first failure is told.
    pub async fn write_uses(&self) -> Result<(), Fault> {
        let mut failed = None;
        for (tenant, wanted) in self.inner.uses.take(self.now()) {
            for wanted in wanted.chunks(AT_ONCE) {
                if let Err(fault) = self.write_uses_of(tenant, wanted.to_vec()).await {
                    failed.get_or_insert(fault);
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn write_uses_of(&self, tenant: TenantId, mut wanted: Vec<Wanted>) -> Result<(), Fault> {
        let mut failed = None;
        for _ in 0..ATTEMPTS {
            let (again, fault) = match self.try_uses(tenant, &wanted).await {
                Ok(done) => done,
                Err(fault) => (wanted.clone(), Some(fault)),
            };
            wanted = again;
            failed = fault;
            if wanted.is_empty() {
                return Ok(());
            }
            if failed.is_some() {
                break;
            }
        }
        self.inner.uses.give_back(tenant, &wanted);
        Err(failed.unwrap_or(Fault::Conflict))
    }

    /// Merges uses into what is stored; answers those that are still to be written, and why if it is not that others were faster.
    async fn try_uses(
        &self,
        tenant: TenantId,
        wanted: &[Wanted],
    ) -> Result<(Vec<Wanted>, Option<Fault>), Fault> {
        let consents = wanted.iter().map(|wanted| wanted.consent).collect();
        let stored = self.inner.store.uses(tenant, consents).await?;
        let stored: HashMap<ConsentId, UseRow> = stored.into_iter().map(|row| (row.consent, row)).collect();
        let mut writing = JoinSet::new();
        for wanted in wanted.iter().copied() {
            let change = match stored.get(&wanted.consent) {
                Some(row) if row.usage.covers(&wanted.usage) => continue,
                row => merged(tenant, self.now(), wanted, row),
            };
            let ledger = self.clone();
            writing.spawn(async move { (wanted, ledger.commit(change).await) });
        }
        let (mut again, mut failed) = (Vec::new(), None);
        while let Some(written) = writing.join_next().await {
            let Ok((wanted, outcome)) = written else {
                continue;
            };
            match outcome {
                Ok(_receipt) => {}
                Err(CommitError::Stale | CommitError::Taken) => again.push(wanted),
                Err(error) => {
                    again.push(wanted);
                    failed = Some(Fault::from(error));
                }
            }
        }
        Ok((again, failed))
    }

    /// Writes uses for as long as there is a ledger.
    pub(crate) fn start_writing_uses(&self) {
        tokio::spawn(write_always(
            Arc::downgrade(&self.inner),
            Arc::clone(&self.inner.uses),
        ));
    }
}

/// What is stored becomes what both know, unless somebody was faster.
fn merged(tenant: TenantId, now: Timestamp, wanted: Wanted, stored: Option<&UseRow>) -> ChangeSet {
    let key = RowKey::Use(wanted.consent);
    let mut change = ChangeSet::new(tenant, now);
    change.expect.push(match stored {
        Some(row) => Expect::At(key, row.version),
        None => Expect::Absent(key),
    });
    change.rows.push(RowChange::Put(Row::Use(UseRow {
        consent: wanted.consent,
        version: stored.map_or(1, |row| row.version.saturating_add(1)),
        subject: wanted.subject,
        usage: stored.map_or(wanted.usage, |row| row.usage.merge(wanted.usage)),
    })));
    change
}

#[expect(
    clippy::disallowed_methods,
    reason = "a schedule: what comes together is written together"
)]
async fn write_always(inner: Weak<Inner>, uses: Arc<Uses>) {
    loop {
        uses.waiting.notified().await;
        tokio::time::sleep(WITHIN).await;
        let Some(inner) = inner.upgrade() else { return };
        let ledger = Ledger { inner, memory: None };
        if let Err(fault) = ledger.write_uses().await {
            tracing::warn!(error = %fault, "uses of consents could not be written; they wait on");
        }
    }
}
