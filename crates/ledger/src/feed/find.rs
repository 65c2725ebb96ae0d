//! Finding a place in a log: by time, by the id of an event, and by a cursor.

use consentry_domain::{EventId, Lifetime, Timestamp};
use consentry_store::EventRow;

use super::{FeedError, position::Position};
use crate::{Ledger, TenantSnapshot, error::Fault};

/// How far the times of neighbours in a log may be out of order: the moment of an event is taken before it is committed, and clocks
/// of nodes differ.
const SKEW: Lifetime = Lifetime::seconds(5);

/// Events read at a time.
const AT_ONCE: u32 = 500;

impl Ledger {
    /// The place before the first event that was recorded at a time or later.
    pub(crate) async fn position_at(
        &self,
        tenant: &TenantSnapshot,
        time: Timestamp,
    ) -> Result<Position, Fault> {
        let found = self.first_event(tenant, time, |event| event.at >= time).await?;
        match found {
            Some(event) => self.position_before(tenant, event.index).await,
            None => Ok(Position::end(&self.inner.store.log_head(tenant.id()).await?)),
        }
    }

    /// An event by its id, which says when it was recorded.
    pub(super) async fn event_with_id(
        &self,
        tenant: &TenantSnapshot,
        id: EventId,
    ) -> Result<Option<EventRow>, Fault> {
        let Some(unix) = id.uuid().get_timestamp() else {
            return Ok(None);
        };
        let (seconds, nanos) = unix.to_unix();
        let Ok(seconds) = i64::try_from(seconds) else {
            return Ok(None);
        };
        let about = Timestamp::from_micros(
            seconds
                .saturating_mul(1_000_000)
                .saturating_add(i64::from(nanos / 1_000)),
        );
        let too_late = about.plus(SKEW).plus(Lifetime::seconds(1));
        let found = self
            .first_event(tenant, about, |event| event.id == id || event.at > too_late)
            .await?;
        Ok(found.filter(|event| event.id == id))
    }

    /// Where a position is no longer a place in this log, or what comes next is older than `oldest`, it cannot be read on from.
    pub(super) async fn check_position(
        &self,
        tenant: &TenantSnapshot,
        position: Position,
        oldest: Option<Timestamp>,
    ) -> Result<(), FeedError> {
        let expired = FeedError::CursorExpired { oldest };
        let before = position.index().checked_sub(1);
        let from = before.unwrap_or_default();
        let around = self.inner.store.events(tenant.id(), from, 2).await;
        let mut around = around.map_err(Fault::from)?.into_iter();
        if before.is_some()
            && !around
                .next()
                .is_some_and(|event| position.is_behind(&event.chain))
        {
            return Err(expired);
        }
        match (around.next(), oldest) {
            (Some(next), Some(oldest)) if next.at < oldest => Err(expired),
            _ => Ok(()),
        }
    }

    async fn position_before(&self, tenant: &TenantSnapshot, index: u64) -> Result<Position, Fault> {
        let Some(before) = index.checked_sub(1) else {
            return Ok(Position::beginning());
        };
        let rows = self.inner.store.events(tenant.id(), before, 1).await?;
        rows.first().map(Position::behind).ok_or(Fault::Conflict)
    }

    /// The first event for which `fits` is true among those that may have been recorded at `time` or later.
    async fn first_event(
        &self,
        tenant: &TenantSnapshot,
        time: Timestamp,
        fits: impl Fn(&EventRow) -> bool,
    ) -> Result<Option<EventRow>, Fault> {
        let store = &self.inner.store;
        let surely_before = time.minus(SKEW);
        let (mut low, mut high) = (0, store.log_head(tenant.id()).await?.size);
        while low < high {
            let middle = low + (high - low) / 2;
            let rows = store.events(tenant.id(), middle, 1).await?;
            match rows.first() {
                Some(event) if event.at < surely_before => low = middle + 1,
                _ => high = middle,
            }
        }
        loop {
            let rows = store.events(tenant.id(), low, AT_ONCE).await?;
            let Some(last) = rows.last() else { return Ok(None) };
            low = last.index.saturating_add(1);
            if let Some(found) = rows.into_iter().find(&fits) {
                return Ok(Some(found));
            }
        }
    }
}
