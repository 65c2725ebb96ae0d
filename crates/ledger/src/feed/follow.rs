//! Following the feed: pages as they come, woken by commits.

use std::sync::Arc;

use consentry_domain::{Lifetime, Timestamp};
use tokio::sync::watch;

use super::{
    FeedError, Reader,
    reading::{Page, Reading, until},
    signal::Listening,
    tail::Place,
};
use crate::error::Fault;

/// How long a follower is served before it has to come again (EVT-27).
const LONGEST: Lifetime = Lifetime::minutes(60);

/// Events handed over at a time.
const AT_ONCE: usize = 100;

/// What a follower hears.
#[derive(Debug)]
pub enum Heard {
    /// Events; what was left out is passed as well.
    Events(Page),
    /// What passed by; never empty.
    Signals(Vec<Signalled>),
    /// Nothing new since it was last heard of.
    Nothing,
    /// It is over; going on from its cursor loses nothing.
    Over(Ended),
}

/// A signal, told. It has no cursor: it is nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signalled {
    /// Its name on the wire.
    pub kind: String,
    /// The envelope as JSON in one line.
    pub json: String,
}

/// Why it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was served as long as anybody is at a time.
    LongEnough,
    /// This node is about to stop.
    Stopping,
    /// The tenant is not served any more.
    TenantGone,
}

/// Somebody who follows the feed. Counted among the followers of its reader and tenant until it is dropped.
#[derive(Debug)]
pub struct Follower {
    reading: Reading,
    place: Place,
    size: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    began: Timestamp,
    listening: Listening,
    /// Whether events were heard of last: then what passed by has its turn.
    heard_events: bool,
}

impl Reading {
    /// Goes on from where it stands for as long as it is asked to.
    pub async fn follow(self) -> Result<Follower, FeedError> {
        let inner = Arc::clone(&self.ledger.inner);
        let reader = self.reader.name().to_owned();
        let watched = inner.tails.watch(&self.ledger, self.tenant.id(), Some(&reader));
        let (place, size) = watched.await?;
        Ok(Follower {
            stopping: inner.tails.stopping(),
            began: self.ledger.now(),
            reading: self,
            place,
            size,
            listening: Listening::default(),
            heard_events: false,
        })
    }
}

impl Follower {
    /// Also hears of what passes by from now on.
    #[must_use]
    pub fn with_signals(mut self) -> Self {
        self.listening = Listening::to(self.place.signals());
        self
    }

    /// What comes next: at once where something is there, else when something was committed, or after
    /// [`FeedOptions::look_again`](super::FeedOptions::look_again). Not being polled to its end loses nothing.
    pub async fn next(&mut self) -> Result<Heard, Fault> {
        if let Some(ended) = self.ended() {
            return Ok(Heard::Over(ended));
        }
        if std::mem::take(&mut self.heard_events)
            && let Some(heard) = self.passed_by().await?
        {
            return Ok(heard);
        }
        let page = self.reading.page_from(Some(self.place.tail()), AT_ONCE).await?;
        if !page.events.is_empty() || page.has_more {
            self.heard_events = true;
            return Ok(Heard::Events(page));
        }
        let index = self.reading.position().index();
        let look_again = self.reading.ledger.inner.tails.options().look_again;
        let woken = async {
            tokio::select! {
                () = until(&mut self.size, |size| *size > index) => {}
                () = until(&mut self.stopping, |stopping| *stopping) => {}
                () = self.listening.wait() => {}
            }
        };
        // Which of them it was is seen when it is asked again.
        let _woken = tokio::time::timeout(look_again, woken).await;
        Ok(self.passed_by().await?.unwrap_or(Heard::Nothing))
    }

    /// The signals that came and are for this reader; none where none are.
    async fn passed_by(&mut self) -> Result<Option<Heard>, Fault> {
        let mut told = Vec::new();
        for signal in self.listening.take() {
            told.extend(self.reading.signalled(&signal).await?);
        }
        Ok((!told.is_empty()).then_some(Heard::Signals(told)))
    }

    /// Lets one look's time pass without reading, for a reader that takes nothing; answers why it is over where it is.
    pub async fn wait(&mut self) -> Option<Ended> {
        let look_again = self.reading.ledger.inner.tails.options().look_again;
        let stopping = until(&mut self.stopping, |stopping| *stopping);
        let _stopping = tokio::time::timeout(look_again, stopping).await;
        self.ended()
    }

    /// Leads on from where it stands.
    pub fn cursor(&self) -> String {
        self.reading.cursor()
    }

    /// Index of the event that comes next in the log.
    pub fn index(&self) -> u64 {
        self.reading.position().index()
    }

    /// How long the log is, as far as this node knows.
    pub fn size(&self) -> watch::Receiver<u64> {
        self.size.clone()
    }

    /// Who follows.
    pub const fn reader(&self) -> &Reader {
        &self.reading.reader
    }

    fn ended(&mut self) -> Option<Ended> {
        let ledger = &self.reading.ledger;
        if *self.stopping.borrow() {
            return Some(Ended::Stopping);
        }
        if ledger.now() >= self.began.plus(LONGEST) {
            return Some(Ended::LongEnough);
        }
        match ledger.directory().tenant(self.reading.tenant.id()) {
            Some(tenant) => {
                self.reading.tenant = Arc::clone(tenant);
                None
            }
            None => Some(Ended::TenantGone),
        }
    }
}
