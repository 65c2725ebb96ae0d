//! Work that one node does at a time, and that somebody else goes on with when that node is gone.
//!
//! What lives here: taking work, keeping it, finishing it. What may not: what the work is. Whoever takes work writes itself in with the
//! version it read, so of several nodes one does; everything it then writes can rest on [`Lease::expects`], so that a holder who was
//! taken for dead changes nothing any more.

use consentry_domain::{Lifetime, TenantId, Timestamp};
use consentry_store::{ChangeSet, CommitError, Expect, JobRow, Row, RowChange, RowKey};

use crate::{Ledger, error::Fault};

/// How often work is taken again when others write it at the same time.
const TRIES: usize = 5;

/// Work that is held.
#[derive(Debug, Clone)]
pub struct Lease {
    tenant: TenantId,
    row: JobRow,
}

impl Lease {
    /// How far the work has come.
    pub fn detail(&self) -> &str {
        &self.row.detail
    }

    /// Its key.
    pub(crate) fn key(&self) -> RowKey {
        key(&self.row)
    }

    /// Until when nobody else takes it.
    pub const fn held_until(&self) -> Option<Timestamp> {
        self.row.held_until
    }

    /// Failures since it last succeeded.
    pub const fn attempts(&self) -> u32 {
        self.row.attempts
    }

    /// What a change must rest on that only the holder may make.
    pub fn expects(&self) -> Expect {
        Expect::At(key(&self.row), self.row.version)
    }

    /// Writes how far the work has come into a change set, so that both become true together.
    pub(crate) fn advance(&self, change: &mut ChangeSet, detail: String) -> Self {
        let next = self.next(|row| row.detail = detail);
        change.expect.push(self.expects());
        change.rows.push(RowChange::Put(Row::Job(next.row.clone())));
        next
    }

    fn next(&self, write: impl FnOnce(&mut JobRow)) -> Self {
        let mut row = self.row.clone();
        row.version = row.version.saturating_add(1);
        write(&mut row);
        Self {
            tenant: self.tenant,
            row,
        }
    }
}

fn key(row: &JobRow) -> RowKey {
    RowKey::Job(row.kind.clone(), row.key.clone())
}

impl Ledger {
    /// Takes work for `holder` until `term` from now: where it is due and nobody else holds it. Work that is not there yet is due at
    /// once, with `detail` as how far it has come.
    pub async fn take_work(
        &self,
        tenant: TenantId,
        (kind, name): (&str, &str),
        holder: &str,
        term: Lifetime,
        detail: &str,
    ) -> Result<Option<Lease>, Fault> {
        let now = self.now();
        let known = self
            .inner
            .store
            .job(tenant, kind.to_owned(), name.to_owned())
            .await?;
        let (expect, row) = match known {
            Some(row) => {
                let is_free = row.holder.as_deref().is_none_or(|other| other == holder)
                    || row.held_until.is_none_or(|until| until <= now);
                if row.due_at > now || !is_free {
                    return Ok(None);
                }
                (Expect::At(key(&row), row.version), row)
            }
            None => {
                let row = JobRow {
                    kind: kind.to_owned(),
                    key: name.to_owned(),
                    version: 0,
                    due_at: now,
                    holder: None,
                    held_until: None,
                    attempts: 0,
                    last_error: None,
                    detail: detail.to_owned(),
                };
                (Expect::Absent(key(&row)), row)
            }
        };
        let taken = Lease { tenant, row }.next(|row| {
            row.holder = Some(holder.to_owned());
            row.held_until = Some(now.plus(term));
        });
        self.write_work(taken, expect).await
    }

    /// Takes work whoever holds it, where another lease says whose it is; none where it is not there. Who held it writes nothing any more.
    pub(crate) async fn seize_work(
        &self,
        tenant: TenantId,
        (kind, name): (&str, &str),
        holder: &str,
    ) -> Result<Option<Lease>, Fault> {
        for _ in 0..TRIES {
            let known = self
                .inner
                .store
                .job(tenant, kind.to_owned(), name.to_owned())
                .await?;
            let Some(row) = known else { return Ok(None) };
            let expect = Expect::At(key(&row), row.version);
            let taken = Lease { tenant, row }.next(|row| row.holder = Some(holder.to_owned()));
            if let Some(taken) = self.write_work(taken, expect).await? {
                return Ok(Some(taken));
            }
        }
        Err(Fault::Conflict)
    }

    /// Work as it stands now, where somebody else changed what is written about it and it still is the same holder's; none where it is
    /// another's by now, or gone.
    pub(crate) async fn reread_work(&self, lease: &Lease) -> Result<Option<Lease>, Fault> {
        let JobRow { kind, key, .. } = lease.row.clone();
        let row = self.inner.store.job(lease.tenant, kind, key).await?;
        let row = row.filter(|row| row.holder == lease.row.holder);
        Ok(row.map(|row| Lease {
            tenant: lease.tenant,
            row,
        }))
    }

    /// Keeps work until `term` from now; none where it is somebody else's by now.
    pub async fn keep_work(&self, lease: &Lease, term: Lifetime) -> Result<Option<Lease>, Fault> {
        let until = self.now().plus(term);
        let kept = lease.next(|row| row.held_until = Some(until));
        self.write_work(kept, lease.expects()).await
    }

    /// As [`Self::keep_work`], and writes down how far it has come.
    pub async fn keep_work_at(
        &self,
        lease: &Lease,
        term: Lifetime,
        detail: String,
    ) -> Result<Option<Lease>, Fault> {
        let until = self.now().plus(term);
        let kept = lease.next(|row| {
            row.held_until = Some(until);
            row.detail = detail;
        });
        self.write_work(kept, lease.expects()).await
    }

    /// Lets work go: it is done until `due_at`, or failed with `error`. Answers false where it was somebody else's by then.
    pub async fn finish_work(
        &self,
        lease: &Lease,
        due_at: Timestamp,
        error: Option<String>,
    ) -> Result<bool, Fault> {
        let done = lease.next(|row| {
            row.holder = None;
            row.held_until = None;
            row.due_at = due_at;
            row.attempts = if error.is_some() {
                row.attempts.saturating_add(1)
            } else {
                0
            };
            row.last_error = error;
        });
        Ok(self.write_work(done, lease.expects()).await?.is_some())
    }

    async fn write_work(&self, lease: Lease, expect: Expect) -> Result<Option<Lease>, Fault> {
        let mut change = ChangeSet::new(lease.tenant, self.now());
        change.expect.push(expect);
        change.rows.push(RowChange::Put(Row::Job(lease.row.clone())));
        match self.commit(change).await {
            Ok(_) => Ok(Some(lease)),
            Err(CommitError::Stale | CommitError::Taken) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
