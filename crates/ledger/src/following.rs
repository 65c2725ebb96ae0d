//! Following what other nodes write, so that this node's memory is never older than a bound (architecture 6).
//!
//! A task reads the tail when it is woken and at least every quarter of a second. Whoever is about to answer from memory asks
//! [`Ledger::be_current`] first: where the tail was not read for a second, it is read there and then, and where that cannot be
//! done the answer is "not now" rather than an old truth.

use std::{
    sync::{
        Arc, Mutex as SyncMutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use consentry_store::{StoreError, TailPlace};
use tokio::{sync::Mutex, task::AbortHandle};

use crate::{
    clocks::Clocks,
    error::Fault,
    ledger::{Inner, Ledger},
};

/// How old this node's memory may be when it is answered from.
pub const MAX_STALENESS: Duration = Duration::from_secs(1);

/// The tail is read this often even where nobody wakes the task.
const POLL: Duration = Duration::from_millis(250);

/// How often this node's clock is compared with the database's.
const COMPARED_EVERY: Duration = Duration::from_secs(1);

/// How long reading the tail may take for somebody who waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// After this long without the tail, what was missed may have been swept away (engines keep ten minutes), so everything is read again.
const MISSED: Duration = Duration::from_mins(5);

/// How far this node has followed.
#[derive(Debug)]
pub(crate) struct Following {
    /// When the reading began after which memory was corrected last.
    current_at: SyncMutex<Instant>,
    reading: Mutex<Reading>,
    counted: Counted,
    /// How far this node's clock is from the database's.
    pub(crate) clocks: Clocks,
    task: SyncMutex<Option<AbortHandle>>,
}

#[derive(Debug, Default)]
struct Counted {
    read: AtomicU64,
    failed: AtomicU64,
    missed: AtomicU64,
}

/// How a node follows what others write, for whoever watches over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// How old its memory may be now.
    pub age: Duration,
    /// How often it read what others wrote.
    pub read: u64,
    /// How often it could not.
    pub failed: u64,
    /// How often it had to read everything again, since what was missed could not be told.
    pub missed: u64,
}

#[derive(Debug)]
struct Reading {
    place: TailPlace,
    /// Why the last try failed, if it did, and when it began.
    failed: Option<(Instant, StoreError)>,
}

impl Following {
    /// Follows from here, where nothing is in memory yet.
    pub(crate) fn new(place: TailPlace, clocks: Clocks) -> Self {
        Self {
            current_at: SyncMutex::new(instant()),
            reading: Mutex::new(Reading { place, failed: None }),
            counted: Counted::default(),
            clocks,
            task: SyncMutex::default(),
        }
    }

    /// How old memory may be now.
    pub(crate) fn age(&self) -> Duration {
        instant().saturating_duration_since(self.current_at())
    }

    /// Ends the task.
    pub(crate) fn end(&self) {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task.abort();
        }
    }

    fn current_at(&self) -> Instant {
        *self.current_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.end();
    }
}

impl Ledger {
    /// Makes sure that this node's memory is at most [`MAX_STALENESS`] old. To be called before anything is answered from it. Costs
    /// nothing where the ledger has one node. Fails where the others cannot be followed.
    pub async fn be_current(&self) -> Result<(), Fault> {
        match &self.inner.following {
            Some(following) if following.age() > MAX_STALENESS => {
                let followed = tokio::time::timeout(PATIENCE, self.follow(following)).await;
                followed.unwrap_or_else(|_| {
                    following.counted.failed.fetch_add(1, Ordering::Relaxed);
                    let why = "what other nodes wrote could not be read in time".to_owned();
                    Err(StoreError::Unavailable(why).into())
                })
            }
            _ => Ok(()),
        }
    }

    /// How old this node's memory may be now; none where the ledger has one node.
    pub fn staleness(&self) -> Option<Duration> {
        self.inner.following.as_ref().map(Following::age)
    }

    /// How this node follows what others write; none where the ledger has one node.
    pub fn followed(&self) -> Option<Followed> {
        let following = self.inner.following.as_ref()?;
        let Counted { read, failed, missed } = &following.counted;
        let [read, failed, missed] = [read, failed, missed].map(|count| count.load(Ordering::Relaxed));
        Some(Followed {
            age: following.age(),
            read,
            failed,
            missed,
        })
    }

    pub(crate) fn start_following(&self) {
        let Some(following) = &self.inner.following else {
            return;
        };
        let task = tokio::spawn(follow_always(Arc::downgrade(&self.inner))).abort_handle();
        *following.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }

    /// Reads the tail and corrects memory, unless somebody did since this was called.
    async fn follow(&self, following: &Following) -> Result<(), Fault> {
        let asked_at = instant();
        let mut reading = following.reading.lock().await;
        if following.current_at() > asked_at {
            return Ok(());
        }
        if let Some((began_at, error)) = &reading.failed
            && *began_at > asked_at
        {
            return Err(error.clone().into());
        }
        let began_at = instant();
        match self.read_tail(following, reading.place).await {
            Ok(place) => {
                following.counted.read.fetch_add(1, Ordering::Relaxed);
                *reading = Reading { place, failed: None };
                *following
                    .current_at
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = began_at;
                Ok(())
            }
            Err(fault) => {
                following.counted.failed.fetch_add(1, Ordering::Relaxed);
                let error = match &fault {
                    Fault::Store(error) => error.clone(),
                    fault => StoreError::Unavailable(fault.to_string()),
                };
                reading.failed = Some((began_at, error));
                Err(fault)
            }
        }
    }

    async fn read_tail(&self, following: &Following, place: TailPlace) -> Result<TailPlace, Fault> {
        let inner = &self.inner;
        let tail = inner.store.tail(place).await?;
        if tail.missed || following.age() > MISSED {
            following.counted.missed.fetch_add(1, Ordering::Relaxed);
            inner.correct_all();
            for tenant in self.directory().tenants() {
                inner.tails.forget(tenant.id());
                inner.tails.look_at(tenant.id());
            }
            self.reload().await?;
            return Ok(tail.place);
        }
        for (tenant, touched) in &tail.stale {
            inner.correct(*tenant, touched);
            inner.tails.look_at(*tenant);
        }
        if tail.stale.iter().any(|(_, touched)| touched.configuration) {
            self.reload().await?;
        }
        Ok(tail.place)
    }
}

/// Ends when nobody else holds the ledger any more.
async fn follow_always(inner: Weak<Inner>) {
    let mut is_behind = false;
    let mut compared_at: Option<Instant> = None;
    while let Some(store) = inner.upgrade().map(|inner| Arc::clone(&inner.store)) {
        // Woken or not, the tail is read.
        let _woken = tokio::time::timeout(POLL, store.written_elsewhere()).await;
        let Some(ledger) = inner.upgrade().map(|inner| Ledger { inner, memory: None }) else {
            return;
        };
        let Some(following) = &ledger.inner.following else {
            return;
        };
        match ledger.follow(following).await {
            Ok(()) if is_behind => {
                tracing::info!("what other nodes write is followed again");
                is_behind = false;
            }
            Ok(()) => {}
            Err(error) if !is_behind => {
                tracing::warn!(%error, "what other nodes write cannot be followed");
                is_behind = true;
            }
            Err(_) => {}
        }
        let is_due = compared_at.is_none_or(|at| instant().saturating_duration_since(at) >= COMPARED_EVERY);
        // Where the database is away, that is told by whoever follows it.
        if is_due && ledger.compare_clocks(&following.clocks).await.is_ok() {
            compared_at = Some(instant());
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how old memory is on a clock that nobody can set; what a decision sees as now is the ledger's clock"
)]
fn instant() -> Instant {
    Instant::now()
}
