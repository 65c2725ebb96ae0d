//! What has become of messages, asking for them again, and replays.

use std::collections::BTreeSet;

use consentry_domain::{DeliveryId, EndpointId, Timestamp};
use consentry_store::{
    ChangeSet, CommitError, DeliveryQuery, DeliveryRow, DeliveryStatus, Expect, JobRow, Row, RowChange,
    RowKey,
};
use serde::{Deserialize, Serialize};

use super::{
    Endpoint, EndpointError, Keeper, Part,
    lane::{KEPT, LANE, Standing},
    message::{PING, delivery_id},
};
use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    feed::{Filter, TypePattern},
    jobs::Lease,
    once::Outcome,
};

/// Kind of a replay among a tenant's work.
const REPLAY: &str = "replay";

/// Most attempts whose story is kept with a message; earlier ones are counted only.
const MOST_ATTEMPTS: usize = 12;

/// Messages asked for again in one change set.
const AT_ONCE: u32 = 500;

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there was none: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Beginning of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// What belongs to a message beside its columns.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Details {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partition: Option<String>,
    #[serde(skip_serializing_if = "Part::is_event")]
    pub(super) part: Part,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) attempts: Vec<Attempt>,
}

impl Details {
    pub(super) fn of(row: &DeliveryRow) -> Self {
        serde_json::from_str(&row.detail).unwrap_or_default()
    }

    pub(super) fn add(&mut self, attempt: Attempt) {
        self.attempts.push(attempt);
        let surplus = self.attempts.len().saturating_sub(MOST_ATTEMPTS);
        self.attempts.drain(..surplus);
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A message and what has become of it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The row.
    pub row: DeliveryRow,
    /// Its attempts, earliest first.
    pub attempts: Vec<Attempt>,
    part: Part,
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        let Details { attempts, part, .. } = Details::of(&row);
        Self { row, attempts, part }
    }
}

impl Delivery {
    /// The state with this name; what was asked for again waits.
    pub fn status_named(name: &str) -> Option<DeliveryStatus> {
        DeliveryStatus::from_name(name).filter(|status| *status != DeliveryStatus::Asked)
    }

    /// Identity.
    pub const fn id(&self) -> DeliveryId {
        self.row.id
    }

    /// Whom it goes to.
    pub const fn endpoint(&self) -> EndpointId {
        self.row.endpoint
    }

    /// Its `webhook-id`.
    pub fn webhook_id(&self) -> String {
        format!("{}{}", self.row.event, self.part.suffix())
    }

    /// Its number among the endpoint's messages.
    pub const fn number(&self) -> u64 {
        self.row.number
    }

    /// Name of the event, without prefix.
    pub fn kind(&self) -> &str {
        &self.row.kind
    }

    /// Name of its state.
    pub fn status(&self) -> &'static str {
        if self.waits() {
            DeliveryStatus::Waiting.as_str()
        } else {
            self.row.status.as_str()
        }
    }

    /// Whether it is going to be tried.
    pub fn waits(&self) -> bool {
        matches!(self.row.status, DeliveryStatus::Waiting | DeliveryStatus::Asked)
    }

    /// How often it was tried.
    pub const fn attempt_count(&self) -> u32 {
        self.row.attempts
    }

    /// When it was made.
    pub const fn created_at(&self) -> Timestamp {
        self.row.created_at
    }

    /// When it is next tried, where it waits.
    pub const fn due_at(&self) -> Timestamp {
        self.row.due_at
    }

    /// When it was delivered or given up.
    pub const fn finished_at(&self) -> Option<Timestamp> {
        self.row.finished_at
    }
}

/// How an endpoint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EndpointHealth {
    /// Since when every attempt failed.
    pub failing_since: Option<Timestamp>,
    /// When something is sent next.
    pub next_attempt_at: Option<Timestamp>,
}

/// Which messages somebody wants to see.
#[derive(Debug, Clone, Default)]
pub struct DeliveryWish {
    /// In this state.
    pub status: Option<DeliveryStatus>,
    /// About events of this name, without prefix.
    pub kind: Option<String>,
    /// Made at this time or later.
    pub since: Option<Timestamp>,
    /// Only those before this number.
    pub before: Option<u64>,
    /// Most wanted.
    pub limit: u32,
}

/// Messages, latest first.
#[derive(Debug, Clone)]
pub struct DeliveryPage {
    /// The messages.
    pub deliveries: Vec<Delivery>,
    /// Number to go on before; none at the end.
    pub next: Option<u64>,
}

/// What of the log shall be sent again.
#[derive(Debug, Clone)]
pub struct ReplayWish {
    /// What was recorded at this time or later.
    pub from: Timestamp,
    /// And before this one; none: until now.
    pub to: Option<Timestamp>,
    /// Only these types.
    pub types: BTreeSet<TypePattern>,
    /// Only messages that were given up.
    pub only_failed: bool,
}

/// How far a replay has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReplayStanding {
    endpoint: EndpointId,
    pub(super) index: u64,
    pub(super) until: u64,
    types: BTreeSet<String>,
}

/// A replay that is going on.
#[derive(Debug)]
pub(super) struct Replay {
    lease: Lease,
    standing: ReplayStanding,
}

impl Replay {
    pub(super) const fn standing(&self) -> &ReplayStanding {
        &self.standing
    }

    /// Leaves only what both the endpoint and the replay want; answers whether that can be anything.
    pub(super) fn narrow(&self, filter: &mut Filter) -> bool {
        if self.standing.types.is_empty() {
            return true;
        }
        let wanted: BTreeSet<_> = self
            .standing
            .types
            .iter()
            .filter_map(|text| TypePattern::parse(text).ok())
            .collect();
        let own = std::mem::take(&mut filter.types);
        filter.types = crate::feed::CATALOGUE
            .iter()
            .filter(|entry| wanted.iter().any(|pattern| pattern.fits(entry.name)))
            .filter(|entry| own.is_empty() || own.iter().any(|pattern| pattern.fits(entry.name)))
            .map(|entry| TypePattern::One(entry.name))
            .collect();
        !filter.types.is_empty()
    }

    pub(super) fn reach(&mut self, change: &mut ChangeSet, index: u64, is_done: bool) {
        self.standing.index = index;
        let text = serde_json::to_string(&self.standing).unwrap_or_default();
        self.lease = self.lease.advance(change, text);
        if is_done {
            change.rows.push(RowChange::Delete(self.lease.key()));
        }
    }
}

impl Ledger {
    /// Messages of an endpoint.
    pub async fn webhook_deliveries(
        &self,
        tenant: &TenantSnapshot,
        keeper: &Keeper,
        endpoint: EndpointId,
        wish: DeliveryWish,
    ) -> Result<DeliveryPage, EndpointError> {
        keeper.find(tenant, endpoint)?;
        let query = DeliveryQuery {
            endpoint,
            status: wish.status,
            kind: wish.kind,
            since: wish.since,
            before: wish.before,
            limit: wish.limit.saturating_add(1),
        };
        let found = self.inner.store.deliveries(tenant.id(), query).await;
        let mut found = found.map_err(Fault::from)?;
        let most = usize::try_from(wish.limit).unwrap_or(usize::MAX);
        let goes_on = found.len() > most;
        found.truncate(most);
        Ok(DeliveryPage {
            next: found.last().filter(|_| goes_on).map(|last| last.number),
            deliveries: found.into_iter().map(Delivery::from).collect(),
        })
    }

    /// How an endpoint does.
    pub async fn endpoint_health(
        &self,
        tenant: consentry_domain::TenantId,
        id: EndpointId,
    ) -> Result<EndpointHealth, Fault> {
        let lane = self.inner.store.job(tenant, LANE.to_owned(), id.to_string());
        let Some(lane) = lane.await? else {
            return Ok(EndpointHealth::default());
        };
        let waiting = self.inner.store.waiting_deliveries(tenant, id, AT_ONCE).await?;
        Ok(EndpointHealth {
            failing_since: Standing::read(&lane.detail)?.failing_since,
            next_attempt_at: waiting.iter().map(|row| row.due_at).min(),
        })
    }

    /// One message.
    pub async fn webhook_delivery(
        &self,
        tenant: &TenantSnapshot,
        keeper: &Keeper,
        id: DeliveryId,
    ) -> Result<Delivery, EndpointError> {
        let found = self.inner.store.delivery(tenant.id(), id).await;
        let row = found.map_err(Fault::from)?.ok_or(EndpointError::Absent)?;
        keeper.find(tenant, row.endpoint)?;
        Ok(row.into())
    }

    /// Asks for a message again; the attempt follows at once, under the same `webhook-id`. Nothing happens where it waits for its attempt
    /// already and that is due.
    pub async fn ask_delivery_again(
        &self,
        tenant: &TenantSnapshot,
        keeper: &Keeper,
        id: DeliveryId,
    ) -> Result<Delivery, EndpointError> {
        let delivery = self.webhook_delivery(tenant, keeper, id).await?;
        if !self.ask(tenant, vec![delivery.row.clone()]).await? {
            return Err(Fault::Conflict.into());
        }
        self.inner.asked.notify_waiters();
        Ok(delivery)
    }

    /// Sends a test: a message that is no event. What becomes of it is read with [`Self::webhook_delivery`].
    pub async fn ping_endpoint(
        &self,
        tenant: &TenantSnapshot,
        keeper: &Keeper,
        id: EndpointId,
    ) -> Result<DeliveryId, EndpointError> {
        keeper.find(tenant, id)?;
        for _ in 0..super::keep::TRIES {
            let Some(lane) = self.lane_row(tenant, id).await? else {
                return Err(EndpointError::Absent);
            };
            let mut standing = Standing::read(&lane.detail)?;
            let now = self.now();
            let row = DeliveryRow {
                id: delivery_id(self),
                version: 1,
                endpoint: id,
                number: standing.next,
                event: self.ids().event(),
                index: 0,
                kind: PING.to_owned(),
                status: DeliveryStatus::Asked,
                due_at: now,
                attempts: 0,
                created_at: now,
                finished_at: None,
                detail: Details::default().text(),
            };
            standing.next += 1;
            let made = row.id;
            let mut change = ChangeSet::new(tenant.id(), now);
            rewrite(&mut change, &lane, &standing);
            change.rows.push(RowChange::Put(Row::Delivery(row)));
            self.leads_to(Outcome {
                is_new: true,
                made: Some(made.to_string()),
            });
            match self.commit_asked(change).await {
                Ok(_) => {
                    self.inner.asked.notify_waiters();
                    return Ok(made);
                }
                Err(CommitError::Stale) => {}
                Err(error) => return Err(Fault::from(error).into()),
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Sends again what was recorded in a time, or of it only what was given up.
    pub async fn replay_webhooks(
        &self,
        tenant: &TenantSnapshot,
        keeper: &Keeper,
        id: EndpointId,
        wish: &ReplayWish,
    ) -> Result<(), EndpointError> {
        keeper.find(tenant, id)?;
        let head = self.inner.store.log_head(tenant.id()).await;
        let head = head.map_err(Fault::from)?;
        let index = self.position_at(tenant, wish.from).await?.index();
        let until = match wish.to {
            Some(to) => self.position_at(tenant, to).await?.index(),
            None => head.size,
        };
        if wish.only_failed {
            return self.ask_for_parked(tenant, id, wish, (index, until)).await;
        }
        let standing = ReplayStanding {
            endpoint: id,
            index,
            until,
            types: wish.types.iter().map(TypePattern::canonical).collect(),
        };
        let now = self.now();
        let mut change = ChangeSet::new(tenant.id(), now);
        change.rows.push(RowChange::Put(Row::Job(JobRow {
            kind: REPLAY.to_owned(),
            key: self.ids().event().to_string(),
            version: 1,
            due_at: now,
            holder: None,
            held_until: None,
            attempts: 0,
            last_error: None,
            detail: serde_json::to_string(&standing).unwrap_or_default(),
        })));
        let _receipt = self.commit_asked(change).await.map_err(Fault::from)?;
        self.inner.asked.notify_waiters();
        Ok(())
    }

    async fn ask_for_parked(
        &self,
        tenant: &TenantSnapshot,
        endpoint: EndpointId,
        wish: &ReplayWish,
        (from, until): (u64, u64),
    ) -> Result<(), EndpointError> {
        let mut before = None;
        loop {
            let query = DeliveryQuery {
                endpoint,
                status: Some(DeliveryStatus::Parked),
                kind: None,
                since: None,
                before,
                limit: AT_ONCE,
            };
            let found = self.inner.store.deliveries(tenant.id(), query).await;
            let found = found.map_err(Fault::from)?;
            let Some(last) = found.last() else { break };
            before = Some(last.number);
            let wanted = found.into_iter().filter(|row| {
                row.kind != PING
                    && (from..until).contains(&row.index)
                    && (wish.types.is_empty() || wish.types.iter().any(|pattern| pattern.fits(&row.kind)))
            });
            for row in wanted {
                // One that changes at this very moment is being sent.
                let _was_asked = self.ask(tenant, vec![row]).await?;
            }
        }
        self.inner.asked.notify_waiters();
        Ok(())
    }

    /// Marks messages as asked for; false where one of them changed meanwhile.
    async fn ask(&self, tenant: &TenantSnapshot, rows: Vec<DeliveryRow>) -> Result<bool, Fault> {
        let now = self.now();
        let mut change = ChangeSet::new(tenant.id(), now);
        for row in rows {
            let key = RowKey::Delivery(row.id);
            change.expect.push(Expect::At(key, row.version));
            change.rows.push(RowChange::Put(Row::Delivery(DeliveryRow {
                version: row.version.saturating_add(1),
                status: DeliveryStatus::Asked,
                due_at: now,
                finished_at: None,
                ..row
            })));
        }
        match self.commit_asked(change).await {
            Ok(_) => Ok(true),
            Err(CommitError::Stale) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// What was asked for again and is not taken up, for whoever delivers.
    pub async fn asked_deliveries(
        &self,
        tenant: consentry_domain::TenantId,
        most: u32,
    ) -> Result<Vec<DeliveryRow>, Fault> {
        Ok(self.inner.store.asked_deliveries(tenant, most).await?)
    }

    /// Wakes when somebody asks for something on this node. It is a wake-up and no message.
    pub async fn asked_for_deliveries(&self) {
        self.inner.asked.notified().await;
    }

    /// Endpoints that somebody asked replays for.
    pub async fn replaying(&self, tenant: consentry_domain::TenantId) -> Result<Vec<EndpointId>, Fault> {
        let jobs = self.inner.store.jobs(tenant, REPLAY.to_owned()).await?;
        let read = jobs.iter().filter_map(|row| {
            let standing: ReplayStanding = serde_json::from_str(&row.detail).ok()?;
            Some(standing.endpoint)
        });
        Ok(read.collect())
    }

    /// Goes on with the replays of a lane's endpoint; answers whether any is left.
    pub async fn look_back(
        &self,
        tenant: &std::sync::Arc<TenantSnapshot>,
        endpoint: &Endpoint,
        lane: &mut super::Lane,
        holder: &str,
        room: usize,
    ) -> Result<bool, super::Stopped> {
        let jobs = self.inner.store.jobs(tenant.id(), REPLAY.to_owned()).await;
        for row in jobs.map_err(Fault::from)? {
            let read = serde_json::from_str(&row.detail);
            let standing: ReplayStanding = read.map_err(|error| Fault::Unreadable {
                what: "replay",
                why: error.to_string(),
            })?;
            if standing.endpoint != endpoint.id {
                continue;
            }
            let name = (REPLAY, row.key.as_str());
            if let Some(lease) = self.seize_work(tenant.id(), name, holder).await? {
                let mut replay = Replay { lease, standing };
                let _is_done = lane.look_back(tenant, endpoint, &mut replay, room).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes messages that were finished long ago; answers how many.
    pub async fn prune_deliveries(&self, tenant: &TenantSnapshot) -> Result<usize, Fault> {
        let before = self.now().minus(KEPT);
        let mut removed = 0;
        loop {
            let found = self
                .inner
                .store
                .finished_deliveries(tenant.id(), before, AT_ONCE)
                .await?;
            if found.is_empty() {
                return Ok(removed);
            }
            removed += found.len();
            let mut change = ChangeSet::new(tenant.id(), self.now());
            let gone = found.into_iter().map(|row| RowKey::Delivery(row.id));
            change.rows.extend(gone.map(RowChange::Delete));
            let _receipt = self.commit(change).await?;
        }
    }

    pub(super) async fn lane_row(
        &self,
        tenant: &TenantSnapshot,
        id: EndpointId,
    ) -> Result<Option<JobRow>, Fault> {
        let found = self
            .inner
            .store
            .job(tenant.id(), LANE.to_owned(), id.to_string())
            .await?;
        Ok(found)
    }
}

/// Writes a lane over, whoever holds it: its holder opens it again.
pub(super) fn rewrite(change: &mut ChangeSet, lane: &JobRow, standing: &Standing) {
    let key = RowKey::Job(lane.kind.clone(), lane.key.clone());
    change.expect.push(Expect::At(key, lane.version));
    change.rows.push(RowChange::Put(Row::Job(JobRow {
        version: lane.version.saturating_add(1),
        detail: standing.text(),
        ..lane.clone()
    })));
}
