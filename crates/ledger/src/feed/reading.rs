//! Reading the feed in pages: one reader, what it asked, and where it stands.

use std::{sync::Arc, time::Duration};

use consentry_domain::{EventId, Timestamp};
use tokio::sync::watch;

use super::{
    FeedError, Filter, Happening, Position, Reader, Signalled, SubjectView, catalogue,
    envelope::Rendering,
    filter::Seen,
    happening::Leaf,
    reader::PARTIES_GO_BACK,
    signal::Signal,
    tail::{Passed, Tail},
};
use crate::{Ledger, TenantSnapshot, checks::issuer_names, error::Fault};

/// Events looked at at a time where a filter may leave most of them out.
const AT_ONCE: u32 = 500;

/// Most events looked at for one page; the rest is for the next one.
const MOST_LOOKED_AT: usize = 20_000;

/// Where reading begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// With the oldest event that is served.
    Earliest,
    /// Behind the newest one.
    Latest,
    /// With the first that was recorded at this time or later.
    Since(Timestamp),
    /// With the event that has this place in the log; behind the newest one where the log is not that long.
    Index(u64),
    /// Where a cursor says.
    Cursor(String),
}

/// What a reader asks for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Where to begin.
    pub start: Start,
    /// What of it.
    pub filter: Filter,
    /// How people are named.
    pub view: SubjectView,
}

/// One event, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Identity.
    pub id: EventId,
    /// Its place in the log.
    pub index: u64,
    /// Its name on the wire.
    pub kind: String,
    /// Leads on right behind it.
    pub cursor: String,
    /// The envelope as JSON in one line.
    pub json: String,
}

/// Some events in the order of the log.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The events.
    pub events: Vec<Told>,
    /// Whether the log goes on behind what was looked at. What comes there need not fit.
    pub has_more: bool,
}

/// Somebody who reads.
#[derive(Debug)]
pub struct Reading {
    pub(super) ledger: Ledger,
    pub(super) tenant: Arc<TenantSnapshot>,
    base: String,
    pub(super) reader: Reader,
    filter: Filter,
    view: SubjectView,
    position: Position,
    question: String,
}

impl Ledger {
    /// Begins to read. `base` is the tenant's public base address, without slash at the end.
    pub async fn read_events(
        &self,
        tenant: Arc<TenantSnapshot>,
        base: String,
        reader: Reader,
        wish: Wish,
    ) -> Result<Reading, FeedError> {
        let Wish { start, filter, view } = wish;
        let wants_subjects = filter.subject.is_some() || view == SubjectView::Internal;
        if wants_subjects && !reader.sees_subjects() {
            return Err(FeedError::SubjectsHidden);
        }
        if let SubjectView::Of(issuer) = &view
            && issuer_names(&tenant, issuer).is_none()
        {
            return Err(FeedError::UnknownIssuer);
        }
        let party = reader.party().map_or("", |client| client.id.as_str());
        let question = format!("{party}\u{0}{}", filter.canonical());
        let mut reading = Reading {
            ledger: self.clone(),
            base,
            reader,
            filter,
            view,
            position: Position::beginning(),
            question,
            tenant,
        };
        reading.position = reading.starting(start).await?;
        Ok(reading)
    }

    /// One event whole, if it is there and a reader may see it (EVT-24).
    pub async fn event_for(
        &self,
        tenant: &TenantSnapshot,
        base: &str,
        reader: &Reader,
        view: &SubjectView,
        id: EventId,
    ) -> Result<Option<String>, FeedError> {
        if *view == SubjectView::Internal && !reader.sees_subjects() {
            return Err(FeedError::SubjectsHidden);
        }
        let Some(row) = self.event_with_id(tenant, id).await? else {
            return Ok(None);
        };
        let leaf = Leaf::of(&row);
        let Some(event) = Happening::open(self, tenant, &row, leaf).await? else {
            return Ok(None);
        };
        let is_served = oldest_for(reader, self.now()).is_none_or(|oldest| event.at() >= oldest);
        if !is_served || !reader.may_see(event.entry, &event.leaf) {
            return Ok(None);
        }
        let rendering = Rendering {
            ledger: self,
            tenant,
            base,
            reader,
            view,
        };
        Ok(Some(rendering.whole(&event).await?))
    }
}

impl Reading {
    /// Where it stands.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Leads on from where it stands, for the same reader and filter.
    pub fn cursor(&self) -> String {
        self.position.sealed(&self.tenant, &self.question)
    }

    /// The next events, at most `limit`; goes on behind them, and behind what was left out.
    pub async fn page(&mut self, limit: usize) -> Result<Page, Fault> {
        self.page_from(None, limit).await
    }

    /// As [`Self::page`]; waits up to `wait` for the first event that fits (EVT-22). What was left out meanwhile is passed.
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a reader waits is the reader's wish; what it gets is decided by the log"
    )]
    pub async fn page_within(&mut self, limit: usize, wait: Duration) -> Result<Page, FeedError> {
        let inner = Arc::clone(&self.ledger.inner);
        let (_place, mut size) = inner.tails.watch(&self.ledger, self.tenant.id(), None).await?;
        let mut stopping = inner.tails.stopping();
        let mut over = std::pin::pin!(tokio::time::sleep(wait));
        loop {
            let page = self.page(limit).await?;
            if !page.events.is_empty() || page.has_more || *stopping.borrow() {
                return Ok(page);
            }
            let index = self.position.index();
            tokio::select! {
                () = until(&mut size, |size| *size > index) => {}
                () = until(&mut stopping, |stopping| *stopping) => {}
                () = &mut over => return Ok(page),
            }
        }
    }

    /// As [`Self::page`], with the end of the log out of memory where it is there.
    pub(super) async fn page_from(&mut self, tail: Option<&Tail>, limit: usize) -> Result<Page, Fault> {
        let mut page = Page::default();
        let mut looked_at = 0;
        let oldest = oldest_for(&self.reader, self.ledger.now());
        // Moved only when the page is complete: whoever stops waiting for it has lost nothing.
        let mut reached = self.position;
        loop {
            let (passed, is_last) = self.passing(tail, reached, limit).await?;
            for Passed { position, event } in passed {
                if page.events.len() == limit {
                    page.has_more = true;
                    self.position = reached;
                    return Ok(page);
                }
                looked_at += 1;
                if let Some(event) = event
                    && oldest.is_none_or(|oldest| event.at() >= oldest)
                    && self.reader.may_see(event.entry, &event.leaf)
                    && self.filter.fits(&event)
                {
                    page.events.push(self.told(&event).await?);
                }
                reached = position;
            }
            if is_last || looked_at >= MOST_LOOKED_AT {
                page.has_more = !is_last;
                self.position = reached;
                return Ok(page);
            }
        }
    }

    /// The next places of the log with what may fit there, and whether these are the last.
    async fn passing(
        &self,
        tail: Option<&Tail>,
        position: Position,
        limit: usize,
    ) -> Result<(Vec<Passed>, bool), Fault> {
        let (store, tenant) = (&self.ledger.inner.store, &self.tenant);
        let from = position.index();
        let many = if self.filter == Filter::default() && self.reader.party().is_none() {
            u32::try_from(limit.saturating_add(1)).map_or(AT_ONCE, |limit| limit.min(AT_ONCE))
        } else {
            AT_ONCE
        };
        let is_last = |count: usize| u32::try_from(count).is_ok_and(|count| count < many);
        if let Some(tail) = tail
            && let Some(mut passed) = tail.read(&self.ledger, tenant, from, many).await?
        {
            let is_last = is_last(passed.len());
            for Passed { event, .. } in &mut passed {
                *event = event.take().filter(|event| self.filter.may_fit(&event.seen()));
            }
            return Ok((passed, is_last));
        }
        if let Some(subject) = self.filter.subject {
            let head = store.log_head(tenant.id()).await?;
            let rows = store.events_of(tenant.id(), subject, from, many).await?;
            let is_last = is_last(rows.len());
            let mut passed = self.opened(&rows).await?;
            let end = Position::end(&head);
            let reached = passed.last().map_or(position, |last| last.position);
            if is_last && end.index() > reached.index() {
                passed.push(Passed {
                    position: end,
                    event: None,
                });
            }
            return Ok((passed, is_last));
        }
        let rows = store.events(tenant.id(), from, many).await?;
        Ok((self.opened(&rows).await?, is_last(rows.len())))
    }

    async fn opened(&self, rows: &[consentry_store::EventRow]) -> Result<Vec<Passed>, Fault> {
        let mut passed = Vec::with_capacity(rows.len());
        for row in rows {
            let leaf = Leaf::of(row);
            let concerned = catalogue::find(&row.kind).is_some_and(|entry| self.reader.may_see(entry, &leaf));
            let event = if concerned && self.filter.may_fit(&Seen::of(row, &leaf)) {
                Happening::open(&self.ledger, &self.tenant, row, leaf).await?
            } else {
                None
            };
            passed.push(Passed {
                position: Position::behind(row),
                event: event.map(Arc::new),
            });
        }
        Ok(passed)
    }

    fn rendering(&self) -> Rendering<'_> {
        Rendering {
            ledger: &self.ledger,
            tenant: &self.tenant,
            base: &self.base,
            reader: &self.reader,
            view: &self.view,
        }
    }

    /// A signal as its reader is told of it; none where it is not for them.
    pub(super) async fn signalled(&self, signal: &Signal) -> Result<Option<Signalled>, Fault> {
        if !signal.is_for(&self.reader, &self.filter) {
            return Ok(None);
        }
        Ok(Some(Signalled {
            kind: signal.entry.wire_name(),
            json: self.rendering().signal(signal).await?,
        }))
    }

    async fn told(&self, event: &Happening) -> Result<Told, Fault> {
        Ok(Told {
            id: event.id(),
            index: event.index(),
            kind: event.entry.wire_name(),
            cursor: event.position().sealed(&self.tenant, &self.question),
            json: self.rendering().short(event).await?,
        })
    }

    async fn starting(&self, start: Start) -> Result<Position, FeedError> {
        let (ledger, tenant) = (&self.ledger, &self.tenant);
        let oldest = oldest_for(&self.reader, ledger.now());
        match start {
            Start::Latest => {
                let head = ledger
                    .inner
                    .store
                    .log_head(tenant.id())
                    .await
                    .map_err(Fault::from)?;
                Ok(Position::end(&head))
            }
            Start::Earliest => match oldest {
                Some(oldest) => Ok(ledger.position_at(tenant, oldest).await?),
                None => Ok(Position::beginning()),
            },
            Start::Since(time) => {
                let time = oldest.map_or(time, |oldest| time.max(oldest));
                Ok(ledger.position_at(tenant, time).await?)
            }
            Start::Index(0) => Ok(Position::beginning()),
            Start::Index(index) => {
                let before = index.saturating_sub(1);
                let rows = ledger.inner.store.events(tenant.id(), before, 1).await;
                match rows.map_err(Fault::from)?.first() {
                    Some(event) => Ok(Position::behind(event)),
                    None => {
                        let head = ledger.inner.store.log_head(tenant.id()).await;
                        Ok(Position::end(&head.map_err(Fault::from)?))
                    }
                }
            }
            Start::Cursor(cursor) => {
                let position =
                    Position::opened(tenant, &self.question, &cursor).ok_or(FeedError::CursorMismatch)?;
                ledger.check_position(tenant, position, oldest).await?;
                Ok(position)
            }
        }
    }
}

/// Since when a reader is served; none: since the beginning.
fn oldest_for(reader: &Reader, now: Timestamp) -> Option<Timestamp> {
    reader.party().map(|_| now.minus(PARTIES_GO_BACK))
}

/// Waits until a value is what it shall be, or nobody can change it any more.
pub(super) async fn until<T>(watched: &mut watch::Receiver<T>, is: impl FnMut(&T) -> bool) {
    let _changed = watched.wait_for(is).await.is_ok();
}
