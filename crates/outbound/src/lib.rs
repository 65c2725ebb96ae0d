//! What follows a decision: webhooks, mails, the mirror in NATS, and work that is due at a time.
//!
//! What lives here: who of several nodes does the work of a tenant, when a message is sent, in which order and how often, and what an
//! answer means. What may not: what is written down about it (that is [`consentry_ledger::webhooks`] and [`consentry_ledger::jobs`]), which
//! addresses may be reached ([`consentry_egress`]), and anything in the way of a decision.
//!
//! One node holds the webhooks of a tenant at a time. Each endpoint has a lane of its own there, so that nobody waits for somebody else's
//! receiver. A node that dies is followed by another within [`TERM`]; what it had sent without writing it down is sent again.

mod attempt;
mod credentials;
mod handshake;
mod lane;
mod logos;
mod mail;
mod mirror;
mod order;
mod pace;
mod retry;
mod rounds;
mod sending;
mod tenant;
mod trust;

use std::{collections::HashMap, sync::Arc, time::Duration};

use consentry_domain::{Lifetime, TenantId};
use consentry_egress::{Egress, Mailer};
use consentry_ledger::{Draw as _, Ledger, TenantSnapshot, key_rotation::KeyPlan};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinHandle,
};

use credentials::Tokens;
use rounds::Round;
use trust::WaysOut;

pub use mirror::{Mirror, MirrorError, MirrorSettings, UnusableName};
pub use retry::{after_failure, retry_after};

/// How long work stays a node's after it last said so.
pub const TERM: Lifetime = Lifetime::seconds(10);

/// How many messages of a tenant may be on their way, beside one of each endpoint (enforcement-events-evidence 11).
const MOST_OF_TENANT: usize = 64;

/// How many messages of this node may be on their way, beside one of each endpoint.
const MOST_OF_NODE: usize = 512;

/// How many lanes of this node make messages at a time. What an event leads to at a thousand endpoints is a thousand commits, and a
/// decision that is committed meanwhile waits for some of them and not for all (WHK-16).
const MOST_MAKING: usize = 32;

/// The public base address of a tenant, without slash at the end.
pub type BaseOf = Arc<dyn Fn(&TenantSnapshot) -> String + Send + Sync>;

/// Who counts what happens.
pub trait Observer: Send + Sync + 'static {
    /// An attempt is over: `delivered`, `again` or `parked`, so many seconds after the message was made.
    fn settled(&self, outcome: &'static str, age_seconds: f64);

    /// So many events of a tenant's log were not looked at yet by the endpoint that is farthest behind.
    fn behind(&self, tenant: &str, events: u64);

    /// NATS has one more event of a tenant.
    fn mirrored(&self, _tenant: &str) {}

    /// Mirroring a tenant in NATS failed and is tried again.
    fn mirror_failed(&self, _tenant: &str) {}

    /// So many events of a tenant's log are not in NATS yet.
    fn mirror_behind(&self, _tenant: &str, _events: u64) {}
    /// An attempt to send a mail is over: `sent`, `again`, `parked`, or `dropped` where there was nothing to say any more. `away`: the
    /// server could not be used.
    fn mailed(&self, _outcome: &'static str) {}

    /// So many mails of a tenant wait, 1,000 at the most.
    fn mails_waiting(&self, _tenant: &str, _mails: usize) {}
}

/// Nobody counts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn settled(&self, _: &'static str, _: f64) {}

    fn behind(&self, _: &str, _: u64) {}
}

/// How this node delivers.
#[derive(Debug, Clone)]
pub struct OutboundOptions {
    /// Where what happens is mirrored; none: nowhere.
    pub mirror: Option<Arc<Mirror>>,
    /// How often it is looked whether something is due or changed, where nothing says so. Also how long a message may wait that was asked
    /// for at another node.
    pub look_again: Duration,
    /// How long attempts that are on their way are waited for when the node stops.
    pub grace: Duration,
    /// When signing keys are replaced; none: never.
    pub keys: Option<KeyPlan>,
    /// How mails are sent; none where this node sends none.
    pub mailer: Option<Mailer>,
}

impl Default for OutboundOptions {
    fn default() -> Self {
        Self {
            mirror: None,
            look_again: Duration::from_secs(1),
            grace: Duration::from_secs(5),
            keys: Some(KeyPlan::default()),
            mailer: None,
        }
    }
}

/// What all workers of a node share.
pub(crate) struct Shared {
    pub(crate) ledger: Ledger,
    pub(crate) ways: WaysOut,
    pub(crate) tokens: Tokens,
    pub(crate) base: BaseOf,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) options: OutboundOptions,
    /// Who this node is among those that hold work.
    pub(crate) node: String,
    pub(crate) on_their_way: Arc<Semaphore>,
    pub(crate) making: Semaphore,
    pub(crate) stopping: watch::Receiver<bool>,
}

/// The workers of a node.
#[derive(Debug)]
pub struct Outbound {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Outbound {
    /// Starts them, within a tokio runtime.
    pub fn start(
        ledger: Ledger,
        egress: Arc<Egress>,
        base: BaseOf,
        observer: Arc<dyn Observer>,
        options: OutboundOptions,
    ) -> Self {
        let (stop, stopping) = watch::channel(false);
        // A ledger that only one process can have open knows no other holder: what a dead one held is this one's.
        let node = if ledger.staleness().is_none() {
            "the only node".to_owned()
        } else {
            let random: [u8; 16] = ledger.entropy().bytes();
            random.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let shared = Arc::new(Shared {
            ledger,
            ways: WaysOut::new(egress),
            tokens: Tokens::default(),
            base,
            observer,
            options,
            node,
            on_their_way: Arc::new(Semaphore::new(MOST_OF_NODE)),
            making: Semaphore::new(MOST_MAKING),
            stopping,
        });
        Self {
            stop,
            task: tokio::spawn(all_tenants(shared)),
        }
    }

    /// Ends them: waits for what is on its way, within bounds, and lets go of what is held, so that others can go on at once.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if self.task.await.is_err() {
            tracing::error!("the workers for what follows a decision ended in a panic");
        }
    }
}

/// Keeps workers for every tenant.
async fn all_tenants(shared: Arc<Shared>) {
    let mut workers: HashMap<TenantId, Vec<JoinHandle<()>>> = HashMap::new();
    let mut stopping = shared.stopping.clone();
    loop {
        for tenant in shared.ledger.directory().tenants() {
            workers.entry(tenant.id()).or_insert_with(|| {
                let options = &shared.options;
                let mirrored = options.mirror.as_ref().map(|mirror| {
                    tokio::spawn(mirror::mirror(
                        Arc::clone(&shared),
                        Arc::clone(mirror),
                        tenant.id(),
                    ))
                });
                let mailed = options
                    .mailer
                    .clone()
                    .map(|mailer| tokio::spawn(mail::send(Arc::clone(&shared), tenant.id(), mailer)));
                let own = [
                    tokio::spawn(tenant::deliver(Arc::clone(&shared), tenant.id())),
                    tokio::spawn(rounds::rounds(Arc::clone(&shared), tenant.id(), Round::Sweep)),
                    tokio::spawn(rounds::rounds(Arc::clone(&shared), tenant.id(), Round::Ends)),
                    tokio::spawn(rounds::rounds(Arc::clone(&shared), tenant.id(), Round::Keys)),
                    tokio::spawn(rounds::rounds(Arc::clone(&shared), tenant.id(), Round::Logos)),
                    tokio::spawn(rounds::rounds(Arc::clone(&shared), tenant.id(), Round::Retention)),
                ];
                own.into_iter().chain(mirrored).chain(mailed).collect()
            });
        }
        workers.retain(|_, tasks| tasks.iter().any(|task| !task.is_finished()));
        if pause(&mut stopping, shared.options.look_again).await {
            break;
        }
    }
    for task in workers.into_values().flatten() {
        if task.await.is_err() {
            tracing::error!("a worker ended in a panic");
        }
    }
}

/// Waits; answers whether the node stops.
pub(crate) async fn pause(stopping: &mut watch::Receiver<bool>, time: Duration) -> bool {
    // Whoever started this node's workers and is gone wants nothing more of them either.
    tokio::time::timeout(time, stops(stopping)).await.is_ok()
}

/// Returns when the node stops.
pub(crate) async fn stops(stopping: &mut watch::Receiver<bool>) {
    let _gone = stopping.wait_for(|stopping| *stopping).await.is_err();
}

/// Room for one tenant.
pub(crate) fn room_of_tenant() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(MOST_OF_TENANT))
}
