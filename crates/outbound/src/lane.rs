//! One endpoint at work: makes messages of what happens, sends them when they are due, writes down what became of them.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use consentry_domain::{EndpointId, Lifetime, TenantId, Timestamp};
use consentry_ledger::{
    Draw as _, TenantSnapshot,
    webhooks::{Endpoint, EndpointStatus, Lane, Message, Order, Outcome, Settled, Stopped},
};
use consentry_store::DeliveryRow;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinSet,
};

use crate::{
    Shared,
    attempt::{Meaning, Tried, attempt},
    order,
    pace::Pace,
    retry::after_failure,
    stops,
};

/// Most messages that wait in a lane; the rest waits in the log. A receiver that is away fills no table.
const MOST_WAITING: usize = 1_000;

/// Most messages made at a time.
const AT_ONCE: usize = 100;

/// How long an endpoint fails before it is switched off, and how many messages have to (WHK-12).
const FAILS: (Lifetime, u32) = (Lifetime::days(5), 10);

/// Least time without attempts after a receiver said that it has too much to do.
const SLOW: Lifetime = Lifetime::seconds(5);

/// What a lane is told.
#[derive(Debug)]
pub(crate) enum Told {
    /// Somebody asked for a message again.
    Asked(Box<DeliveryRow>),
    /// Somebody asked for a replay.
    LookBack,
}

/// A lane at work.
pub(crate) struct Worker {
    shared: Arc<Shared>,
    room: Arc<Semaphore>,
    tenant: TenantId,
    lane: Lane,
    told: mpsc::Receiver<Told>,
    attempts: JoinSet<(Tried, Option<[OwnedSemaphorePermit; 2]>)>,
    on_their_way: BTreeSet<u64>,
    /// What was asked for and taken up, so that being told twice sends nothing twice.
    taken_up: HashSet<(u64, u32)>,
    looks_back: bool,
    slow_until: Option<Timestamp>,
    pace: Pace,
}

/// Works until the endpoint is gone, somebody else holds the lane, or the node stops.
pub(crate) async fn work(
    shared: Arc<Shared>,
    room: Arc<Semaphore>,
    (tenant, endpoint): (TenantId, EndpointId),
    told: mpsc::Receiver<Told>,
    behind: Arc<std::sync::Mutex<HashMap<EndpointId, u64>>>,
) {
    let most = u32::try_from(MOST_WAITING).unwrap_or(u32::MAX);
    let opened = shared
        .ledger
        .open_lane(tenant, endpoint, &shared.node, most)
        .await;
    let lane = match opened {
        Ok(Some(lane)) => lane,
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(%error, endpoint.id = %endpoint, "an endpoint's lane could not be opened; it is tried again");
            return;
        }
    };
    let mut worker = Worker {
        shared,
        room,
        tenant,
        lane,
        told,
        attempts: JoinSet::new(),
        on_their_way: BTreeSet::new(),
        taken_up: HashSet::new(),
        looks_back: true,
        slow_until: None,
        pace: Pace::default(),
    };
    match worker.run(&behind).await {
        Ok(()) => {}
        Err(Stopped::Lost) => tracing::debug!(endpoint.id = %endpoint, "an endpoint's lane is opened again"),
        Err(Stopped::Fault(error)) => {
            tracing::warn!(%error, endpoint.id = %endpoint, "an endpoint's lane ended; it is opened again");
        }
    }
    behind
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .remove(&endpoint);
}

impl Worker {
    async fn run(&mut self, behind: &std::sync::Mutex<HashMap<EndpointId, u64>>) -> Result<(), Stopped> {
        let mut stopping = self.shared.stopping.clone();
        loop {
            let Some((tenant, endpoint)) = self.configured() else {
                let gone = self.lane.endpoint();
                self.shared.ways.forget(gone);
                self.shared.tokens.forget(gone);
                return Ok(());
            };
            if *stopping.borrow() {
                return self.end(&endpoint).await;
            }
            let is_on = endpoint.status == EndpointStatus::Enabled && endpoint.stands(&tenant);
            let free = MOST_WAITING.saturating_sub(self.lane.messages().len());
            if is_on && free > 0 {
                if self.lane.behind() > 0 {
                    let shared = Arc::clone(&self.shared);
                    // Nobody closes it.
                    let _turn = shared.making.acquire().await;
                    self.lane.look(&tenant, &endpoint, free.min(AT_ONCE)).await?;
                }
                if self.looks_back {
                    let shared = Arc::clone(&self.shared);
                    let looking = shared.ledger.look_back(
                        &tenant,
                        &endpoint,
                        &mut self.lane,
                        &shared.node,
                        free.min(AT_ONCE),
                    );
                    self.looks_back = looking.await?;
                }
            }
            behind
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .insert(endpoint.id, if is_on { self.lane.behind() } else { 0 });
            // Reading took its time, and whoever may not be told any more is not (WHK-18).
            let Some((tenant, endpoint)) = self.configured() else {
                continue;
            };
            let is_on = is_on && endpoint.status == EndpointStatus::Enabled && endpoint.stands(&tenant);
            self.send_what_is_due(&tenant, &endpoint, is_on);
            let has_more = is_on && (self.lane.behind() > 0 || self.looks_back);
            let goes_on = has_more && self.lane.messages().len() < MOST_WAITING;
            let time = if goes_on {
                Duration::ZERO
            } else {
                self.until_next(is_on)
            };
            tokio::select! {
                Some(tried) = self.attempts.join_next() => {
                    let mut all = vec![tried];
                    while let Some(tried) = self.attempts.try_join_next() {
                        all.push(tried);
                    }
                    let all = all.into_iter().filter_map(Result::ok).map(|(tried, _)| tried).collect();
                    self.settle(&endpoint, all).await?;
                }
                Some(told) = self.told.recv() => match told {
                    Told::Asked(row) => {
                        let is_new = self.taken_up.insert((row.number, row.version));
                        if is_new && !self.on_their_way.contains(&row.number) {
                            self.lane.take_up(*row);
                        }
                    }
                    Told::LookBack => self.looks_back = true,
                },
                () = self.lane.grown(), if is_on && !goes_on && free > 0 => {}
                () = sleep(time) => {}
                () = stops(&mut stopping) => {}
            }
        }
    }

    fn configured(&self) -> Option<(Arc<TenantSnapshot>, Arc<Endpoint>)> {
        let directory = self.shared.ledger.directory();
        let tenant = directory.tenant(self.tenant)?;
        let endpoint = tenant.endpoints.get(&self.lane.endpoint())?;
        Some((Arc::clone(tenant), Arc::clone(endpoint)))
    }

    /// How long nothing happens by itself.
    fn until_next(&self, is_on: bool) -> Duration {
        let look_again = self.shared.options.look_again;
        if !is_on {
            return look_again;
        }
        let now = self.shared.ledger.now();
        let waiting = self.lane.messages().values();
        let next = waiting
            .filter(|message| !self.on_their_way.contains(&message.number()) && message.due_at() > now)
            .map(Message::due_at)
            .min();
        let micros = next.map(|next| next.as_micros().saturating_sub(now.as_micros()));
        let micros = micros.and_then(|micros| u64::try_from(micros).ok());
        micros.map_or(look_again, |micros| Duration::from_micros(micros).min(look_again))
    }

    fn send_what_is_due(&mut self, tenant: &Arc<TenantSnapshot>, endpoint: &Arc<Endpoint>, is_on: bool) {
        let now = self.shared.ledger.now();
        let tests: Vec<Message> = self
            .lane
            .messages()
            .values()
            .filter(|message| message.is_ping() && !self.on_their_way.contains(&message.number()))
            .cloned()
            .collect();
        for test in tests {
            self.start(tenant, endpoint, test, None);
        }
        if !is_on || self.slow_until.is_some_and(|until| until > now) {
            return;
        }
        // A receiver that fails is asked one message at a time, so that it takes no room from those that are well.
        let most = match self.lane.failing() {
            Some(_) => 1,
            None => usize::from(endpoint.settings.max_in_flight),
        };
        let free = most.saturating_sub(self.on_their_way.len());
        let order = endpoint.settings.order;
        for number in order::due(self.lane.messages(), &self.on_their_way, order, now, free) {
            if !self
                .pace
                .keeps(now, endpoint.settings.rate_per_s, endpoint.allowed_per_minute)
            {
                return;
            }
            // One message of each endpoint needs no leave: however many others wait for their receivers, this one moves on.
            let leave = if self.on_their_way.is_empty() {
                None
            } else {
                let Some(leave) = self.leave() else { return };
                Some(leave)
            };
            if let Some(message) = self.lane.messages().get(&number).cloned() {
                self.start(tenant, endpoint, message, leave);
            }
        }
    }

    fn leave(&self) -> Option<[OwnedSemaphorePermit; 2]> {
        let of_tenant = Arc::clone(&self.room).try_acquire_owned().ok()?;
        let of_node = Arc::clone(&self.shared.on_their_way).try_acquire_owned().ok()?;
        Some([of_tenant, of_node])
    }

    fn start(
        &mut self,
        tenant: &Arc<TenantSnapshot>,
        endpoint: &Arc<Endpoint>,
        message: Message,
        leave: Option<[OwnedSemaphorePermit; 2]>,
    ) {
        self.on_their_way.insert(message.number());
        let sending = attempt(
            Arc::clone(&self.shared),
            Arc::clone(tenant),
            Arc::clone(endpoint),
            message,
        );
        self.attempts.spawn(async move { (sending.await, leave) });
    }

    async fn settle(&mut self, endpoint: &Endpoint, all: Vec<Tried>) -> Result<(), Stopped> {
        let now = self.shared.ledger.now();
        let mut settled = Vec::with_capacity(all.len());
        let mut off = None;
        let mut greeted = None;
        let numbers: Vec<u64> = all.iter().map(|tried| tried.number).collect();
        for Tried {
            number,
            meaning,
            attempt,
        } in all
        {
            let Some(message) = self.lane.messages().get(&number) else {
                continue;
            };
            let is_test = message.is_ping();
            let outcome = match meaning {
                Meaning::Greeted(rate) => {
                    greeted = Some(rate);
                    Outcome::Delivered
                }
                Meaning::Taken => {
                    if is_test {
                        greeted = greeted.or(Some(None));
                    } else {
                        self.slow_until = None;
                    }
                    Outcome::Delivered
                }
                Meaning::Gone => {
                    off = Some("gone");
                    Outcome::Parked
                }
                Meaning::Nothing => Outcome::Parked,
                Meaning::Failed { .. } if is_test => Outcome::Parked,
                Meaning::Failed { asked, is_slow } => {
                    if is_slow {
                        self.slow_until =
                            Some(asked.map_or(now.plus(SLOW), |asked| asked.max(now.plus(SLOW))));
                    }
                    let jitter = u16::from_be_bytes(self.shared.ledger.entropy().bytes());
                    let tried = message.attempts().saturating_add(1);
                    after_failure(endpoint.settings.retry_profile, tried, now, asked, jitter)
                }
            };
            if outcome == Outcome::Parked && !is_test && endpoint.settings.order == Order::Strict {
                off = off.or(Some("parked"));
            }
            let name = match outcome {
                Outcome::Delivered => "delivered",
                Outcome::Again(_) => "again",
                Outcome::Parked => "parked",
            };
            self.shared.observer.settled(name, age(message, now));
            settled.push(Settled {
                number,
                outcome,
                attempt,
            });
        }
        self.lane.settle(settled).await?;
        for number in numbers {
            self.on_their_way.remove(&number);
        }
        if let Some((since, messages)) = self.lane.failing()
            && since.plus(FAILS.0) <= now
            && messages >= FAILS.1
        {
            off = off.or(Some("failing"));
        }
        if let Some(reason) = off {
            self.shared
                .ledger
                .disable_endpoint(self.tenant, endpoint.id, reason)
                .await?;
        }
        if let Some(rate) = greeted
            && endpoint.status == EndpointStatus::Unverified
        {
            self.lane.begin_now().await?;
            self.shared
                .ledger
                .verify_endpoint(self.tenant, endpoint.id, rate)
                .await?;
        }
        Ok(())
    }

    /// Waits for what is on its way, within bounds, and writes down how far the lane has come.
    async fn end(&mut self, endpoint: &Endpoint) -> Result<(), Stopped> {
        let over = sleep(self.shared.options.grace);
        let mut over = std::pin::pin!(over);
        loop {
            tokio::select! {
                tried = self.attempts.join_next() => match tried {
                    Some(Ok((tried, _))) => self.settle(endpoint, vec![tried]).await?,
                    Some(Err(_)) => {}
                    None => break,
                },
                () = &mut over => break,
            }
        }
        self.lane.rest().await
    }
}

#[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
fn age(message: &Message, now: Timestamp) -> f64 {
    now.as_micros()
        .saturating_sub(message.created_at().as_micros())
        .max(0) as f64
        / 1_000_000.0
}

#[expect(
    clippy::disallowed_methods,
    reason = "a schedule; what is due is decided by the ledger's clock"
)]
pub(crate) async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}
