//! The end of each tenant's log, kept in memory while somebody follows it: how long it is, and what came last.
//!
//! The last events are read and opened once, however many followers are told.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use consentry_domain::TenantId;
use tokio::sync::{Mutex as AsyncMutex, Notify, broadcast, watch};

use super::{
    FeedError, FeedOptions,
    happening::{Happening, Leaf},
    position::Position,
    signal::{self, Signal},
};
use crate::{Ledger, TenantSnapshot, error::Fault};

/// Most events kept of a tenant.
const KEPT: usize = 2_048;

/// Event after whose arrival nothing that came before may be told from memory.
const ERASURE: &str = crate::erasure::DESTROYED;

/// The ends of all tenants' logs.
#[derive(Debug)]
pub(crate) struct Tails {
    options: FeedOptions,
    tails: Mutex<HashMap<TenantId, Arc<Tail>>>,
    stopping: watch::Sender<bool>,
}

/// The end of one tenant's log.
#[derive(Debug)]
pub(crate) struct Tail {
    /// How long the log is known to be.
    known: AtomicU64,
    /// Told when it became longer than followers have heard.
    grew: Arc<Notify>,
    /// What followers have heard.
    size: watch::Sender<u64>,
    /// To those who listen for what passes by.
    signals: broadcast::Sender<Arc<Signal>>,
    recent: AsyncMutex<Recent>,
    places: Mutex<Places>,
    /// Told when another node may have made the log longer.
    look: Arc<Notify>,
}

/// Who follows.
#[derive(Debug, Default)]
struct Places {
    all: usize,
    by_reader: HashMap<String, usize>,
    is_polled: bool,
}

/// What came last, without gaps. An event that the catalogue does not have keeps its place.
#[derive(Debug, Default)]
struct Recent {
    first: u64,
    events: VecDeque<Passed>,
}

/// A place in the log and what happened there.
#[derive(Debug, Clone)]
pub(crate) struct Passed {
    /// Right behind it.
    pub position: Position,
    /// What; none where the catalogue does not have it, or its reader is not concerned.
    pub event: Option<Arc<Happening>>,
}

/// Somebody's leave to follow; gives it back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    tail: Arc<Tail>,
    /// None: waits for one answer only, and is not counted.
    reader: Option<String>,
}

impl Tails {
    pub(crate) fn new(options: FeedOptions) -> Self {
        Self {
            options,
            tails: Mutex::default(),
            stopping: watch::Sender::new(false),
        }
    }

    pub(crate) const fn options(&self) -> &FeedOptions {
        &self.options
    }

    /// Ends all followers, and lets nobody follow any more.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Notes that the log of a tenant is this long now. Who follows it is told by a task of its own: a commit does not wait until a
    /// thousand endpoints are woken (WHK-16).
    pub(crate) fn grew(&self, tenant: TenantId, size: u64) {
        let tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tail) = tails.get(&tenant) {
            tail.grew(size);
        }
    }

    /// Those who listen for what passes by; none where nobody does.
    pub(super) fn listeners(&self, tenant: TenantId) -> Option<broadcast::Sender<Arc<Signal>>> {
        let tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        let signals = &tails.get(&tenant)?.signals;
        (signals.receiver_count() > 0).then(|| signals.clone())
    }

    /// Looks at once how long the log of a tenant is, where somebody follows it: another node wrote.
    pub(crate) fn look_at(&self, tenant: TenantId) {
        let tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tail) = tails.get(&tenant) {
            tail.look.notify_one();
        }
    }

    /// Forgets what was read of a tenant: a person's key is another one, or gone.
    pub(crate) fn forget(&self, tenant: TenantId) {
        let tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tail) = tails.get(&tenant).cloned() else {
            return;
        };
        drop(tails);
        if let Ok(mut recent) = tail.recent.try_lock() {
            *recent = Recent::default();
            return;
        }
        // Somebody reads right now, and may have opened with the old key; it is over in a moment.
        tokio::spawn(async move { *tail.recent.lock().await = Recent::default() });
    }

    /// The end of a tenant's log for somebody who wants to know of every event from now on.
    pub(crate) async fn watch(
        &self,
        ledger: &Ledger,
        tenant: TenantId,
        reader: Option<&str>,
    ) -> Result<(Place, watch::Receiver<u64>), FeedError> {
        if *self.stopping.borrow() {
            return Err(FeedError::Stopping);
        }
        let tail = {
            let mut tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(tails.entry(tenant).or_insert_with(Tail::started))
        };
        let is_first = tail.take_place(reader, &self.options)?;
        let place = Place {
            tail,
            reader: reader.map(str::to_owned),
        };
        if is_first {
            tokio::spawn(poll(
                ledger.clone(),
                tenant,
                Arc::downgrade(&place.tail),
                Arc::clone(&place.tail.look),
                self.options.poll,
            ));
        }
        let size = place.tail.size.subscribe();
        let head = ledger.inner.store.log_head(tenant).await.map_err(Fault::from)?;
        place.tail.grew(head.size);
        place.tail.tell();
        Ok((place, size))
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        // Whoever tells its followers ends.
        self.grew.notify_one();
    }
}

impl Tail {
    /// One whose followers are told of what is noted.
    fn started() -> Arc<Self> {
        let tail = Arc::new(Self::new());
        tokio::spawn(tell(Arc::downgrade(&tail), Arc::clone(&tail.grew)));
        tail
    }

    fn new() -> Self {
        Self {
            known: AtomicU64::new(0),
            grew: Arc::default(),
            size: watch::Sender::new(0),
            signals: broadcast::Sender::new(signal::KEPT),
            recent: AsyncMutex::default(),
            places: Mutex::default(),
            look: Arc::default(),
        }
    }

    fn grew(&self, size: u64) {
        if size > self.known.fetch_max(size, Ordering::SeqCst) {
            self.grew.notify_one();
        }
    }

    /// Wakes everybody who follows, where there is anything that they have not heard.
    fn tell(&self) {
        let size = self.known.load(Ordering::SeqCst);
        self.size.send_if_modified(|heard| {
            let grew = size > *heard;
            *heard = size.max(*heard);
            grew
        });
    }

    /// Counts somebody in; answers whether nobody looks at the log for them yet.
    fn take_place(&self, reader: Option<&str>, options: &FeedOptions) -> Result<bool, FeedError> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reader) = reader {
            let counted: usize = places.by_reader.values().sum();
            if counted >= options.most_of_tenant {
                return Err(FeedError::TooManyOfTenant);
            }
            let own = places.by_reader.entry(reader.to_owned()).or_default();
            if *own >= options.most_of_reader {
                return Err(FeedError::TooManyOfReader {
                    most: options.most_of_reader,
                });
            }
            *own += 1;
        }
        places.all += 1;
        Ok(!std::mem::replace(&mut places.is_polled, true))
    }

    /// Up to `limit` events from an index on; none where they lie too far back.
    pub(crate) async fn read(
        &self,
        ledger: &Ledger,
        tenant: &TenantSnapshot,
        from: u64,
        limit: u32,
    ) -> Result<Option<Vec<Passed>>, Fault> {
        let mut recent = self.recent.lock().await;
        let size = *self.size.borrow();
        let kept = u64::try_from(KEPT).unwrap_or(u64::MAX);
        if from > recent.end() || recent.events.is_empty() {
            if size.saturating_sub(from) > kept {
                return Ok(None);
            }
            *recent = Recent {
                first: from,
                events: VecDeque::new(),
            };
        }
        if from < recent.first {
            return Ok(None);
        }
        if from == recent.end() {
            let rows = ledger.inner.store.events(tenant.id(), from, limit).await?;
            if rows.iter().any(|row| row.kind == ERASURE) {
                recent.first = from;
                recent.events.clear();
            }
            recent.events.extend(opened(ledger, tenant, &rows).await?);
        }
        let skipped = usize::try_from(from.saturating_sub(recent.first)).unwrap_or(usize::MAX);
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let found = recent.events.iter().skip(skipped).take(wanted).cloned().collect();
        while recent.events.len() > KEPT {
            recent.events.pop_front();
            recent.first += 1;
        }
        Ok(Some(found))
    }
}

impl Recent {
    fn end(&self) -> u64 {
        self.first
            .saturating_add(u64::try_from(self.events.len()).unwrap_or(u64::MAX))
    }
}

impl Place {
    pub(crate) fn tail(&self) -> &Arc<Tail> {
        &self.tail
    }

    /// What passes by from now on.
    pub(super) fn signals(&self) -> broadcast::Receiver<Arc<Signal>> {
        self.tail.signals.subscribe()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.tail.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.all = places.all.saturating_sub(1);
        if let Some(reader) = &self.reader
            && let Some(own) = places.by_reader.get_mut(reader)
        {
            *own = own.saturating_sub(1);
            if *own == 0 {
                places.by_reader.remove(reader);
            }
        }
    }
}

/// Events as they pass by.
pub(crate) async fn opened(
    ledger: &Ledger,
    tenant: &TenantSnapshot,
    rows: &[consentry_store::EventRow],
) -> Result<Vec<Passed>, Fault> {
    let mut passed = Vec::with_capacity(rows.len());
    for row in rows {
        let event = Happening::open(ledger, tenant, row, Leaf::of(row)).await?;
        passed.push(Passed {
            position: Position::behind(row),
            event: event.map(Arc::new),
        });
    }
    Ok(passed)
}

/// Tells followers what was noted. What happens while many are woken is told to them at once.
async fn tell(tail: Weak<Tail>, grew: Arc<Notify>) {
    loop {
        grew.notified().await;
        let Some(tail) = tail.upgrade() else { return };
        tail.tell();
    }
}

/// Looks how long a log is for as long as somebody follows it: other nodes and commands write too.
async fn poll(ledger: Ledger, tenant: TenantId, tail: Weak<Tail>, look: Arc<Notify>, every: Duration) {
    loop {
        // Told or not, it is looked at.
        let _told = tokio::time::timeout(every, look.notified()).await;
        let Some(tail) = tail.upgrade() else { return };
        {
            let mut places = tail.places.lock().unwrap_or_else(PoisonError::into_inner);
            if places.all == 0 {
                places.is_polled = false;
                return;
            }
        }
        match ledger.inner.store.log_head(tenant).await {
            Ok(head) => tail.grew(head.size),
            Err(error) => tracing::debug!(%error, "the log could not be looked at; it is tried again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whk_16_a_commit_wakes_one_task_however_many_follow() {
        let tail = Tail::started();
        let mut followers: Vec<_> = (0..1_000).map(|_| tail.size.subscribe()).collect();
        tail.grew(1);
        tail.grew(2);
        let heard = followers.iter().filter(|one| one.has_changed().unwrap()).count();
        assert_eq!(heard, 0, "the commit is over before anybody is woken");
        for follower in &mut followers {
            follower.changed().await.unwrap();
            assert_eq!(*follower.borrow_and_update(), 2);
            assert!(!follower.has_changed().unwrap(), "two commits are told at once");
        }
        // What is noted again is told to nobody.
        tail.grew(2);
        tokio::task::yield_now().await;
        assert!(!followers[0].has_changed().unwrap());
    }
}
