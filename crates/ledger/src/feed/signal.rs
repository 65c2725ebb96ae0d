//! Signals: what passes by, and is kept nowhere (enforcement-events-evidence 3.1).
//!
//! A signal has no place in the log: who does not listen on this node at that moment, or does not keep up, never hears of it. Nothing is
//! made of one while nobody listens.

use std::sync::Arc;

use consentry_domain::{ClientId, EventId, SubjectId, TenantId, Timestamp, decision::Door};
use tokio::sync::broadcast::{
    Receiver,
    error::{RecvError, TryRecvError},
};

use super::{
    catalogue::{self, EventType},
    filter::{Filter, Seen},
    happening::{KnownNames, Leaf},
    reader::Reader,
};
use crate::Ledger;

/// Signals that wait for a listener; further ones push the oldest out.
pub(super) const KEPT: usize = 256;

/// What is signalled.
#[derive(Debug)]
pub(crate) struct Passing {
    /// Name in the catalogue.
    pub name: &'static str,
    /// At which door.
    pub door: Door,
    /// The client it concerns.
    pub client: Option<ClientId>,
    /// The person it is about.
    pub subject: Option<SubjectId>,
    /// Why.
    pub reason: Option<&'static str>,
}

/// Something that passes by.
#[derive(Debug)]
pub(crate) struct Signal {
    pub(super) id: EventId,
    pub(super) at: Timestamp,
    pub(super) entry: &'static EventType,
    pub(super) passing: Passing,
    pub(super) names: KnownNames,
}

impl Signal {
    /// Whether a reader may see it, and asked for it.
    pub(super) fn is_for(&self, reader: &Reader, filter: &Filter) -> bool {
        let client = self.passing.client.as_ref();
        let leaf = Leaf {
            audience: client.map(ToString::to_string),
            definition: None,
        };
        let seen = Seen {
            kind: self.entry.name,
            door: Some(self.passing.door),
            subject: self.passing.subject,
            definition: None,
        };
        reader.may_see(self.entry, &leaf) && filter.may_fit(&seen) && filter.fits_client(client)
    }
}

impl Ledger {
    /// Signals something to whoever listens on this node; `passing` is asked only where somebody does.
    pub(crate) fn signal(&self, tenant: TenantId, passing: impl FnOnce() -> Passing) {
        let Some(signals) = self.inner.tails.listeners(tenant) else {
            return;
        };
        let passing = passing();
        let Some(entry) = catalogue::find(passing.name).filter(|entry| entry.signal) else {
            tracing::error!(
                name = passing.name,
                "what passes by is no signal of the catalogue"
            );
            return;
        };
        let ids = self.ids();
        let signal = Signal {
            id: ids.event(),
            at: ids.now,
            entry,
            passing,
            names: KnownNames::default(),
        };
        // Whoever listened may be gone by now.
        let _heard = signals.send(Arc::new(signal));
    }
}

/// Signals as they come; none for who did not ask.
#[derive(Debug, Default)]
pub(super) struct Listening {
    signals: Option<Receiver<Arc<Signal>>>,
    /// Came while something else was waited for.
    first: Option<Arc<Signal>>,
}

impl Listening {
    pub(super) fn to(signals: Receiver<Arc<Signal>>) -> Self {
        Self {
            signals: Some(signals),
            first: None,
        }
    }

    /// Waits for the next one, which [`Self::take`] gives. Not being polled to its end loses nothing.
    pub(super) async fn wait(&mut self) {
        let Some(signals) = &mut self.signals else {
            return std::future::pending().await;
        };
        if self.first.is_some() {
            return;
        }
        match signals.recv().await {
            Ok(signal) => self.first = Some(signal),
            // Those that were pushed out are lost; the next ones are there.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => self.signals = None,
        }
    }

    /// What came, at most as many as wait.
    pub(super) fn take(&mut self) -> Vec<Arc<Signal>> {
        let mut taken: Vec<_> = self.first.take().into_iter().collect();
        while let Some(signals) = &mut self.signals
            && taken.len() < KEPT
        {
            match signals.try_recv() {
                Ok(signal) => taken.push(signal),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        taken
    }
}
