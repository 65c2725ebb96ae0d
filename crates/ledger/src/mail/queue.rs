//! The queue of a tenant's mails: what waits, and what becomes of it.
//!
//! One node holds it at a time, under a lease that others take over when it ends. Everything it writes rests on that lease's version, so
//! that a node that was taken for dead changes nothing any more.

use consentry_domain::{Lifetime, TenantId, Timestamp};
use consentry_store::{ChangeSet, CommitError, Expect, JobRow, Row, RowChange, RowKey, StoreError};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{
    about::{About, Mail, To},
    follow::wants_any,
};
use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    feed::{FeedError, tail},
    jobs::Lease,
    webhooks::Stopped,
};

/// Name of the work among a tenant's.
const WORK: (&str, &str) = ("lease", "mail");

/// Kind of the rows of mails that wait.
pub(super) const MAIL: &str = "mail";

/// Kind of the rows of mails that are not due for long: they do not stand in the way of those that wait.
const LATER: &str = "mail_later";

/// Kind of the rows of mails that were given up.
pub(super) const PARKED: &str = "mail_parked";

/// When a mail that the server did not take for now is tried again, in seconds after each attempt (consent-tokens-and-preferences 13).
pub const RETRIES: [i64; 5] = [60, 300, 900, 3_600, 14_400];

/// After this long nobody wants to read a mail any more, where it says nothing else.
pub const GIVE_UP: Lifetime = Lifetime::days(3);

/// How long mails that were given up are kept.
pub(super) const KEPT: Lifetime = Lifetime::days(30);

/// Most mails of a tenant that were given up and are kept; the oldest go first.
pub(super) const MOST_PARKED: u32 = 1_000;

/// Most mails that wait and follow from the log; the rest waits in the log.
pub(super) const MOST_WAITING: usize = 1_000;

/// Most mails given up that are removed at a time.
const AT_ONCE: u32 = 500;

/// How far the log was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Standing {
    /// Index of the event that comes next; none while nothing follows from what happens, so that it goes on at the end.
    index: Option<u64>,
}

/// What a row says beside when it is due. Ids only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Details {
    pub(super) to: To,
    pub(super) about: About,
    pub(super) until: Timestamp,
}

/// A mail that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub(super) row: JobRow,
    pub(super) details: Details,
}

/// What becomes of a mail after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// The server took it.
    Sent,
    /// There is nothing to say any more, or nobody to say it to.
    Nothing,
    /// It is tried again at this time.
    Again(Timestamp, String),
    /// It is given up. The text says why, and holds no address.
    Parked(String),
}

/// Puts a mail into a change set, so that it becomes true together with what it follows from. One that waits under this key is replaced.
pub(crate) fn put(change: &mut ChangeSet, mail: &Mail) -> Result<(), Fault> {
    change.rows.push(row_of(mail)?);
    Ok(())
}

/// Takes a mail back, where one waits under this key. One that is on its way already is sent all the same.
pub(crate) fn take_back(change: &mut ChangeSet, key: String) {
    change
        .rows
        .push(RowChange::Delete(RowKey::Job(MAIL.to_owned(), key)));
}

/// The row of a mail that waits.
pub(crate) fn row_of(mail: &Mail) -> Result<RowChange, Fault> {
    let details = Details {
        to: mail.to,
        about: mail.about.clone(),
        until: mail.until,
    };
    let detail = serde_json::to_string(&details).map_err(unreadable)?;
    Ok(RowChange::Put(Row::Job(JobRow {
        kind: MAIL.to_owned(),
        key: mail.key.clone(),
        version: 1,
        due_at: mail.due_at,
        holder: None,
        held_until: None,
        attempts: 0,
        last_error: None,
        detail,
    })))
}

/// The row of a mail that joins those that wait once it is due.
pub(crate) fn later_row_of(mail: &Mail) -> Result<RowChange, Fault> {
    let row = row_of(mail)?;
    Ok(match row {
        RowChange::Put(Row::Job(row)) => RowChange::Put(Row::Job(JobRow {
            kind: LATER.to_owned(),
            ..row
        })),
        other => other,
    })
}

pub(super) fn unreadable(error: serde_json::Error) -> Fault {
    Fault::Unreadable {
        what: "mail",
        why: error.to_string(),
    }
}

impl Waiting {
    pub(super) fn of(row: JobRow) -> Result<Self, Fault> {
        let details = serde_json::from_str(&row.detail).map_err(unreadable)?;
        Ok(Self { row, details })
    }

    /// Its key.
    pub fn key(&self) -> &str {
        &self.row.key
    }

    /// For whom it is.
    pub const fn to(&self) -> To {
        self.details.to
    }

    /// What it is about.
    pub const fn about(&self) -> &About {
        &self.details.about
    }

    /// When it is next tried.
    pub const fn due_at(&self) -> Timestamp {
        self.row.due_at
    }

    /// From when on it is not sent any more.
    pub const fn until(&self) -> Timestamp {
        self.details.until
    }

    /// How often it was tried.
    pub const fn attempts(&self) -> u32 {
        self.row.attempts
    }

    /// Why it was not taken last.
    pub fn last_error(&self) -> Option<&str> {
        self.row.last_error.as_deref()
    }

    /// What becomes of it after the server did not take it for now: tried again, later each time, or given up after the last attempt.
    #[must_use]
    pub fn after_refusal(&self, now: Timestamp, why: String) -> Settled {
        let nth = usize::try_from(self.row.attempts).unwrap_or(usize::MAX);
        let next = RETRIES.get(nth).map(|delay| now.plus(Lifetime::seconds(*delay)));
        match next.filter(|next| *next < self.details.until) {
            Some(next) => Settled::Again(next, why),
            None => Settled::Parked(why),
        }
    }

    pub(super) fn row_key(&self) -> RowKey {
        RowKey::Job(self.row.kind.clone(), self.row.key.clone())
    }
}

/// The mails of one tenant, held.
#[derive(Debug)]
pub struct MailQueue {
    pub(super) ledger: Ledger,
    pub(super) tenant: TenantId,
    lease: Lease,
    /// Index of the event that comes next, as it is written down.
    written: Option<u64>,
    /// The same, which may be ahead of what is written down.
    pub(super) reached: u64,
    /// As long as it is held, the log is looked at.
    _place: tail::Place,
    mailed: watch::Receiver<u64>,
    pub(super) size: watch::Receiver<u64>,
}

impl Ledger {
    /// Whether there may be mails to send: something of what happens leads to one, or one waits.
    pub async fn has_mails(&self, tenant: &TenantSnapshot) -> Result<bool, Fault> {
        // Where codes are sent, or passkeys and logins elsewhere told of, nobody waits until a node has found out that there is one.
        let settings = &tenant.tenant;
        let sign_in = &settings.authorization.sign_in;
        let tells = sign_in.email_code
            || sign_in.passkey
            || !sign_in.upstreams.is_empty()
            || !settings.preferences.centers.is_empty();
        if wants_any(tenant) || tells {
            return Ok(true);
        }
        let store = &self.inner.store;
        let first = store.jobs_by_due(tenant.id(), MAIL.to_owned(), 1).await?;
        Ok(!first.is_empty())
    }

    /// Takes the mails of a tenant for `holder` until `term` from now; none where another node holds them. Where nobody held them before,
    /// or nothing followed from what happened, they follow from what happens from now on.
    pub async fn open_mail_queue(
        &self,
        tenant: TenantId,
        holder: &str,
        term: Lifetime,
    ) -> Result<Option<MailQueue>, Fault> {
        let (place, size) = match self.inner.tails.watch(self, tenant, None).await {
            Ok(watched) => watched,
            Err(FeedError::Fault(fault)) => return Err(fault),
            Err(FeedError::Stopping) => return Ok(None),
            Err(other) => return Err(StoreError::Unavailable(other.to_string()).into()),
        };
        let head = self.inner.store.log_head(tenant).await?;
        let detail = serde_json::to_string(&Standing { index: None }).map_err(unreadable)?;
        let Some(lease) = self.take_work(tenant, WORK, holder, term, &detail).await? else {
            return Ok(None);
        };
        let standing: Standing = serde_json::from_str(lease.detail()).map_err(unreadable)?;
        let mut reached = standing.index.unwrap_or(head.size);
        if reached > head.size {
            tracing::warn!(
                "the mails of a tenant were ahead of the log, which was restored; they go on at its end"
            );
            reached = head.size;
        }
        let mut queue = MailQueue {
            ledger: self.clone(),
            tenant,
            lease,
            written: standing.index,
            reached,
            _place: place,
            size,
            mailed: self.inner.mailed.subscribe(),
        };
        if queue.written != Some(reached) {
            // Written at once, so that whoever goes on after this node misses nothing that happens meanwhile.
            match queue.write(reached, |_| Ok(())).await {
                Ok(()) => {}
                Err(Stopped::Lost) => return Ok(None),
                Err(Stopped::Fault(fault)) => return Err(fault),
            }
        }
        Ok(Some(queue))
    }

    /// Lets mails that are due by now join those that wait; answers how many.
    pub async fn put_later_mails(&self, tenant: TenantId) -> Result<usize, Fault> {
        let now = self.now();
        let store = &self.inner.store;
        let rows = store.jobs_by_due(tenant, LATER.to_owned(), AT_ONCE).await?;
        let mut change = ChangeSet::new(tenant, now);
        let mut moved = 0;
        for row in rows.into_iter().filter(|row| row.due_at <= now) {
            let key = RowKey::Job(row.kind.clone(), row.key.clone());
            change.expect.push(Expect::At(key.clone(), row.version));
            change.rows.push(RowChange::Delete(key));
            change.rows.push(RowChange::Put(Row::Job(JobRow {
                kind: MAIL.to_owned(),
                ..row
            })));
            moved += 1;
        }
        if moved > 0 {
            let _receipt = self.commit(change).await?;
            self.inner.has_mailed();
        }
        Ok(moved)
    }

    /// Removes mails that were given up long ago, and the oldest where there are too many; answers how many.
    pub async fn prune_mails(&self, tenant: TenantId) -> Result<usize, Fault> {
        let now = self.now();
        let store = &self.inner.store;
        let rows = store
            .jobs_by_due(tenant, PARKED.to_owned(), MOST_PARKED + AT_ONCE)
            .await?;
        let over = rows.len().saturating_sub(MOST_PARKED as usize);
        let mut change = ChangeSet::new(tenant, now);
        let gone = rows
            .iter()
            .enumerate()
            .filter(|(place, row)| *place < over || row.due_at <= now);
        change
            .rows
            .extend(gone.map(|(_, row)| RowChange::Delete(RowKey::Job(row.kind.clone(), row.key.clone()))));
        let removed = change.rows.len();
        if removed > 0 {
            let _receipt = self.commit(change).await?;
        }
        Ok(removed)
    }
}

/// What there is more of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grown {
    /// Events, from which mails may follow.
    Log,
    /// Mails that follow from no event.
    Mails,
}

impl MailQueue {
    /// Until when nobody else takes it.
    pub const fn held_until(&self) -> Option<Timestamp> {
        self.lease.held_until()
    }

    /// Keeps it until `term` from now.
    pub async fn keep(&mut self, term: Lifetime) -> Result<(), Stopped> {
        self.lease = self
            .ledger
            .keep_work(&self.lease, term)
            .await?
            .ok_or(Stopped::Lost)?;
        Ok(())
    }

    /// Lets it go, so that another node can go on at once. `is_over` says that nothing follows from what happens any more.
    pub async fn let_go(mut self, is_over: bool) -> Result<(), Stopped> {
        let index = (!is_over).then_some(self.reached);
        if index != self.written {
            self.write_standing(index, |_| Ok(())).await?;
        }
        let now = self.ledger.now();
        let _is_ours = self.ledger.finish_work(&self.lease, now, None).await?;
        Ok(())
    }

    /// Returns when the log grew, or a mail was put by this node that does not follow from it.
    pub async fn grown(&mut self) -> Grown {
        if self.reached < *self.size.borrow() {
            return Grown::Log;
        }
        tokio::select! {
            grew = self.size.changed() => {
                if grew.is_err() {
                    std::future::pending::<()>().await;
                }
                Grown::Log
            }
            _ = self.mailed.changed() => Grown::Mails,
        }
    }

    /// What waits, in the order in which it is due, at most as many as follow from the log.
    pub async fn waiting(&self) -> Result<Vec<Waiting>, Fault> {
        let limit = u32::try_from(MOST_WAITING).unwrap_or(u32::MAX);
        let store = &self.ledger.inner.store;
        let rows = store.jobs_by_due(self.tenant, MAIL.to_owned(), limit).await?;
        // What a newer program put there waits for one that knows it.
        Ok(rows.into_iter().filter_map(|row| Waiting::of(row).ok()).collect())
    }

    /// Writes down what became of an attempt.
    pub async fn settle(&mut self, mail: &Waiting, settled: &Settled) -> Result<(), Stopped> {
        let (kind, key) = (mail.row.kind.clone(), mail.row.key.clone());
        let store = &self.ledger.inner.store;
        let standing = store.job(self.tenant, kind, key).await.map_err(Fault::from)?;
        // Taken back while it was on its way, or another one waits in its place: that is none of this one's business.
        if standing.as_ref() != Some(&mail.row) {
            return Ok(());
        }
        let now = self.ledger.now();
        let reached = self.reached;
        self.write(reached, |change| {
            change.expect.push(Expect::At(mail.row_key(), mail.row.version));
            let mut row = mail.row.clone();
            match settled {
                Settled::Sent | Settled::Nothing => {
                    change.rows.push(RowChange::Delete(mail.row_key()));
                    return Ok(());
                }
                Settled::Again(due_at, why) => {
                    row.version = row.version.saturating_add(1);
                    row.due_at = *due_at;
                    row.last_error = Some(why.clone());
                }
                Settled::Parked(why) => {
                    change.rows.push(RowChange::Delete(mail.row_key()));
                    PARKED.clone_into(&mut row.kind);
                    row.due_at = now.plus(KEPT);
                    row.last_error = Some(why.clone());
                }
            }
            row.attempts = row.attempts.saturating_add(1);
            change.rows.push(RowChange::Put(Row::Job(row)));
            Ok(())
        })
        .await
    }

    /// Writes how far the log was looked at, together with what follows.
    pub(super) async fn write(
        &mut self,
        index: u64,
        also: impl FnOnce(&mut ChangeSet) -> Result<(), Fault>,
    ) -> Result<(), Stopped> {
        self.write_standing(Some(index), also).await?;
        self.reached = index;
        Ok(())
    }

    async fn write_standing(
        &mut self,
        index: Option<u64>,
        also: impl FnOnce(&mut ChangeSet) -> Result<(), Fault>,
    ) -> Result<(), Stopped> {
        let mut change = ChangeSet::new(self.tenant, self.ledger.now());
        let detail = serde_json::to_string(&Standing { index }).map_err(unreadable)?;
        let lease = self.lease.advance(&mut change, detail);
        also(&mut change)?;
        match self.ledger.commit(change).await {
            Ok(_) => {
                self.lease = lease;
                self.written = index;
                Ok(())
            }
            Err(CommitError::Stale) => Err(Stopped::Lost),
            Err(error) => Err(Stopped::Fault(error.into())),
        }
    }

    /// How far what is written down is behind.
    pub(super) fn unwritten(&self) -> u64 {
        self.written
            .map_or(u64::MAX, |written| self.reached.saturating_sub(written))
    }
}
