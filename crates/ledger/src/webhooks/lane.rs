//! The lane of an endpoint: how far it has come in the log, and the messages that wait.
//!
//! One node holds a lane; which, the lease of the tenant's webhooks says. Everything that a lane writes rests on the version of its row, so
//! that a node that was taken for dead writes nothing into a lane that is another's by now.

use std::{collections::BTreeMap, sync::Arc};

use consentry_domain::{EndpointId, Lifetime, TenantId, Timestamp};
use consentry_store::{ChangeSet, CommitError, DeliveryRow, DeliveryStatus, Row, RowChange};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{
    Endpoint,
    history::{Attempt, Details, Replay},
    message::{Found, Message, Outcome, PING, delivery_id, parts},
};
use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    feed::{Filter, PARTIES_GO_BACK, Reader, tail},
    jobs::Lease,
};

/// Kind of a lane among a tenant's work.
pub(super) const LANE: &str = "webhook";

/// Events looked at at a time.
const AT_ONCE: u32 = 500;

/// Most events looked at before somebody else gets a turn.
const MOST_LOOKED_AT: usize = 5_000;

/// How often something is written again when the owner changes the lane at the same time.
const TRIES: usize = 5;

/// How far a lane may be ahead of what is written down about it, in events that it was not interested in.
const FAR: u64 = 1_000;

/// How far a lane has come, and how its receiver does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Standing {
    /// Index of the event that comes next.
    pub(super) index: u64,
    /// Number of the message that comes next.
    pub(super) next: u64,
    /// Since when every attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failing_since: Option<Timestamp>,
    /// Messages that failed since then.
    pub(super) failed: u32,
    /// When an attempt succeeded last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) succeeded_at: Option<Timestamp>,
}

impl Standing {
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        serde_json::from_str(text).map_err(|error| Fault::Unreadable {
            what: "lane",
            why: error.to_string(),
        })
    }
}

/// Why nothing more can be done with a lane.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// It is another's by now, or was changed by its owner: whoever still may opens it again.
    #[error("the lane is held elsewhere")]
    Lost,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// An attempt that is over.
#[derive(Debug, Clone)]
pub struct Settled {
    /// Number of the message.
    pub number: u64,
    /// What becomes of it.
    pub outcome: Outcome,
    /// What happened.
    pub attempt: Attempt,
}

/// The lane of one endpoint.
#[derive(Debug)]
pub struct Lane {
    ledger: Ledger,
    tenant: TenantId,
    endpoint: EndpointId,
    lease: Lease,
    standing: Standing,
    /// Index of the event that comes next, which may be ahead of what is written down.
    reached: u64,
    messages: BTreeMap<u64, Message>,
    place: tail::Place,
    size: watch::Receiver<u64>,
}

impl Ledger {
    /// Opens the lane of an endpoint for this node; none where the endpoint is gone. `most` is how many messages are looked at.
    pub async fn open_lane(
        &self,
        tenant: TenantId,
        endpoint: EndpointId,
        holder: &str,
        most: u32,
    ) -> Result<Option<Lane>, Fault> {
        let Some(lease) = self
            .seize_work(tenant, (LANE, &endpoint.to_string()), holder)
            .await?
        else {
            return Ok(None);
        };
        let mut standing = Standing::read(lease.detail())?;
        let watched = self.inner.tails.watch(self, tenant, None).await;
        let (place, size) = watched.map_err(|error| match error {
            crate::feed::FeedError::Fault(fault) => fault,
            other => Fault::Store(consentry_store::StoreError::Unavailable(other.to_string())),
        })?;
        let head = self.inner.store.log_head(tenant).await?;
        if standing.index > head.size {
            tracing::warn!(endpoint.id = %endpoint, "an endpoint was ahead of the log, which was restored; it goes on at its end");
            standing.index = head.size;
        }
        let rows = self
            .inner
            .store
            .waiting_deliveries(tenant, endpoint, most)
            .await?;
        let messages = rows.into_iter().map(|row| (row.number, Message::of(row)));
        Ok(Some(Lane {
            ledger: self.clone(),
            tenant,
            endpoint,
            lease,
            reached: standing.index,
            standing,
            messages: messages.collect(),
            place,
            size,
        }))
    }
}

impl Lane {
    /// Whose it is.
    pub const fn endpoint(&self) -> EndpointId {
        self.endpoint
    }

    /// Messages that wait or are on their way, by number.
    pub const fn messages(&self) -> &BTreeMap<u64, Message> {
        &self.messages
    }

    /// How many events of the log it has not looked at yet.
    pub fn behind(&self) -> u64 {
        self.size.borrow().saturating_sub(self.reached)
    }

    /// Since when every attempt failed, and how many messages failed since then.
    pub const fn failing(&self) -> Option<(Timestamp, u32)> {
        match self.standing.failing_since {
            Some(since) => Some((since, self.standing.failed)),
            None => None,
        }
    }

    /// Wakes when the log grows. To be polled beside other things; missing one wake loses nothing.
    pub async fn grown(&mut self) {
        let reached = self.reached;
        if self.size.wait_for(|size| *size > reached).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Looks at what happened and makes messages of what the endpoint selected, at most `room`. Answers how many it made.
    pub async fn look(
        &mut self,
        tenant: &Arc<TenantSnapshot>,
        endpoint: &Endpoint,
        room: usize,
    ) -> Result<usize, Stopped> {
        let Some((reader, filter)) = selecting(tenant, endpoint) else {
            return Ok(0);
        };
        let oldest = reader.party().map(|_| self.ledger.now().minus(PARTIES_GO_BACK));
        let mut found = Vec::new();
        let mut reached = self.reached;
        let mut looked_at = 0;
        'log: while found.len() < room && looked_at < MOST_LOOKED_AT && reached < *self.size.borrow() {
            let passed = self.passing(tenant, reached).await?;
            if passed.is_empty() {
                break;
            }
            for passed in passed {
                if found.len() >= room {
                    break 'log;
                }
                looked_at += 1;
                reached = passed.position.index();
                if let Some(event) = passed.event
                    && oldest.is_none_or(|oldest| event.at() >= oldest)
                    && !event.is_imported()
                    && reader.may_see(event.entry(), &event.leaf)
                    && filter.may_fit(&event.seen())
                    && filter.fits(&event)
                {
                    found.extend(parts(tenant, endpoint, &reader, &event));
                }
            }
        }
        let made = found.len();
        if made == 0 && reached.saturating_sub(self.standing.index) < FAR {
            self.reached = reached;
            return Ok(0);
        }
        let mut standing = self.standing.clone();
        standing.index = reached;
        let rows = self.rows(&mut standing, found);
        if !self.write(standing, &rows, |_| {}).await? {
            return Ok(0);
        }
        self.reached = reached;
        self.add(rows);
        Ok(made)
    }

    /// Goes on with a replay that its owner asked for; answers whether it is done.
    pub(super) async fn look_back(
        &mut self,
        tenant: &Arc<TenantSnapshot>,
        endpoint: &Endpoint,
        replay: &mut Replay,
        room: usize,
    ) -> Result<bool, Stopped> {
        let Some((reader, mut filter)) = selecting(tenant, endpoint) else {
            return Ok(false);
        };
        let mut found = Vec::new();
        let (mut reached, until) = (replay.standing().index, replay.standing().until);
        if !replay.narrow(&mut filter) {
            reached = until;
        }
        let mut looked_at = 0;
        let mut is_over = false;
        'log: while found.len() < room && looked_at < MOST_LOOKED_AT && reached < until {
            let passed = self.passing(tenant, reached).await?;
            if passed.is_empty() {
                is_over = true;
                break;
            }
            for passed in passed {
                if found.len() >= room || reached >= until {
                    break 'log;
                }
                looked_at += 1;
                reached = passed.position.index();
                if let Some(event) = passed.event
                    && reader.may_see(event.entry(), &event.leaf)
                    && filter.may_fit(&event.seen())
                    && filter.fits(&event)
                {
                    found.extend(parts(tenant, endpoint, &reader, &event));
                }
            }
        }
        let is_done = reached >= until || is_over;
        let mut standing = self.standing.clone();
        let rows = self.rows(&mut standing, found);
        let written = self
            .write(standing, &rows, |change| replay.reach(change, reached, is_done))
            .await?;
        if !written {
            return Ok(false);
        }
        self.add(rows);
        Ok(is_done)
    }

    /// Takes up messages that somebody asked for again; those that are on their way stay as they are.
    pub fn take_up(&mut self, asked: DeliveryRow) {
        let row = DeliveryRow {
            status: DeliveryStatus::Waiting,
            due_at: self.ledger.now(),
            finished_at: None,
            ..asked
        };
        self.messages.insert(row.number, Message::of(row));
    }

    /// Writes down what became of attempts.
    pub async fn settle(&mut self, settled: Vec<Settled>) -> Result<(), Stopped> {
        for _ in 0..TRIES {
            if self.try_settling(&settled).await? {
                return Ok(());
            }
        }
        Err(Stopped::Fault(Fault::Conflict))
    }

    async fn try_settling(&mut self, settled: &[Settled]) -> Result<bool, Stopped> {
        let now = self.ledger.now();
        let mut standing = self.standing.clone();
        let mut rows = Vec::with_capacity(settled.len());
        for Settled {
            number,
            outcome,
            attempt,
        } in settled
        {
            let Some(message) = self.messages.get(number) else {
                continue;
            };
            let mut row = message.row.clone();
            let is_first = row.attempts == 0;
            row.version = row.version.saturating_add(1);
            row.attempts = row.attempts.saturating_add(1);
            let mut details = Details::of(&row);
            details.add(attempt.clone());
            match *outcome {
                Outcome::Delivered => {
                    row.status = DeliveryStatus::Delivered;
                    row.finished_at = Some(now);
                    standing.failing_since = None;
                    standing.failed = 0;
                    standing.succeeded_at = Some(now);
                }
                Outcome::Again(_) | Outcome::Parked => {
                    if row.kind != PING {
                        standing.failing_since.get_or_insert(now);
                        standing.failed = standing.failed.saturating_add(u32::from(is_first));
                    }
                    if let Outcome::Again(due_at) = *outcome {
                        row.status = DeliveryStatus::Waiting;
                        row.due_at = due_at;
                    } else {
                        row.status = DeliveryStatus::Parked;
                        row.finished_at = Some(now);
                    }
                }
            }
            if row.finished_at.is_some() {
                // What ties messages about one person together is not kept longer than their order needs it.
                details.partition = None;
            }
            row.detail = details.text();
            rows.push(row);
        }
        if !self.write(standing, &rows, |_| {}).await? {
            return Ok(false);
        }
        for row in rows {
            if row.status == DeliveryStatus::Waiting {
                self.messages.insert(row.number, Message::of(row));
            } else {
                self.messages.remove(&row.number);
            }
        }
        Ok(true)
    }

    /// Begins with what happens from now on; for an endpoint that only now may be told anything.
    pub async fn begin_now(&mut self) -> Result<(), Stopped> {
        let head = self.ledger.inner.store.log_head(self.tenant).await;
        self.go_to(head.map_err(Fault::from)?.size).await
    }

    /// Writes down how far it has come, so that nobody has to look at it again.
    pub async fn rest(&mut self) -> Result<(), Stopped> {
        if self.reached == self.standing.index {
            return Ok(());
        }
        self.go_to(self.reached).await
    }

    async fn go_to(&mut self, index: u64) -> Result<(), Stopped> {
        for _ in 0..TRIES {
            let standing = Standing {
                index,
                ..self.standing.clone()
            };
            if self.write(standing, &[], |_| {}).await? {
                self.reached = index;
                return Ok(());
            }
        }
        Err(Stopped::Fault(Fault::Conflict))
    }

    fn rows(&self, standing: &mut Standing, found: Vec<Found>) -> Vec<DeliveryRow> {
        let now = self.ledger.now();
        let mut rows = Vec::with_capacity(found.len());
        for Found {
            event,
            index,
            kind,
            partition,
            part,
        } in found
        {
            let details = Details {
                partition,
                part,
                ..Details::default()
            };
            rows.push(DeliveryRow {
                id: delivery_id(&self.ledger),
                version: 1,
                endpoint: self.endpoint,
                number: standing.next,
                event,
                index,
                kind: kind.to_owned(),
                status: DeliveryStatus::Waiting,
                due_at: now,
                attempts: 0,
                created_at: now,
                finished_at: None,
                detail: details.text(),
            });
            standing.next += 1;
        }
        rows
    }

    fn add(&mut self, rows: Vec<DeliveryRow>) {
        let messages = rows.into_iter().map(|row| (row.number, Message::of(row)));
        self.messages.extend(messages);
    }

    /// Writes the lane with messages; false where its owner changed it meanwhile, which is seen from then on.
    async fn write(
        &mut self,
        standing: Standing,
        rows: &[DeliveryRow],
        also: impl FnOnce(&mut ChangeSet),
    ) -> Result<bool, Stopped> {
        let mut change = ChangeSet::new(self.tenant, self.ledger.now());
        let lease = self.lease.advance(&mut change, standing.text());
        let puts = rows.iter().cloned().map(Row::Delivery).map(RowChange::Put);
        change.rows.extend(puts);
        also(&mut change);
        match self.ledger.commit(change).await {
            Ok(_) => {
                self.lease = lease;
                self.standing = standing;
                Ok(true)
            }
            Err(CommitError::Stale) => {
                let lease = self.ledger.reread_work(&self.lease).await?.ok_or(Stopped::Lost)?;
                let standing = Standing::read(lease.detail())?;
                if standing.index != self.standing.index {
                    self.reached = standing.index;
                }
                self.lease = lease;
                self.standing = standing;
                Ok(false)
            }
            Err(error) => Err(Stopped::Fault(error.into())),
        }
    }

    async fn passing(&self, tenant: &Arc<TenantSnapshot>, from: u64) -> Result<Vec<tail::Passed>, Fault> {
        if let Some(passed) = self
            .place
            .tail()
            .read(&self.ledger, tenant, from, AT_ONCE)
            .await?
        {
            return Ok(passed);
        }
        let rows = self.ledger.inner.store.events(tenant.id(), from, AT_ONCE).await?;
        tail::opened(&self.ledger, tenant, &rows).await
    }
}

fn selecting(tenant: &TenantSnapshot, endpoint: &Endpoint) -> Option<(Reader, Filter)> {
    let reader = endpoint.reader(tenant)?;
    // Checked when it was set; an entry that left the catalogue since selects nothing.
    let filter = endpoint.settings.selection.filter().ok()?;
    Some((reader, filter))
}

/// How long finished messages are kept (enforcement-events-evidence 5.3).
pub(super) const KEPT: Lifetime = Lifetime::days(30);
