//! The webhooks of one tenant: held by one node at a time, with a worker for each endpoint.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use consentry_domain::{EndpointId, Lifetime, TenantId};
use consentry_ledger::jobs::Lease;
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{Shared, TERM, lane, lane::Told, pause, room_of_tenant};

/// Name of the work among a tenant's.
const WORK: (&str, &str) = ("lease", "webhooks");

/// A lease is renewed when less than this is left of it.
const LEFT: Lifetime = Lifetime::seconds(7);

/// Messages asked for again that are taken up at a time.
const ASKED: u32 = 500;

/// Messages told to a worker that it has not heard yet.
const QUEUE: usize = 1_024;

/// A worker and how to tell it something.
struct Running {
    told: mpsc::Sender<Told>,
    task: JoinHandle<()>,
}

/// Delivers for a tenant whenever this node holds its webhooks, until the node stops or the tenant is gone.
pub(crate) async fn deliver(shared: Arc<Shared>, tenant: TenantId) {
    let mut stopping = shared.stopping.clone();
    loop {
        let directory = shared.ledger.directory();
        let Some(snapshot) = directory.tenant(tenant) else {
            return;
        };
        if !snapshot.endpoints.is_empty() {
            match shared
                .ledger
                .take_work(tenant, WORK, &shared.node, TERM, "{}")
                .await
            {
                Ok(Some(lease)) => hold(&shared, tenant, lease).await,
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "webhooks could not be taken; it is tried again"),
            }
        }
        let stops = tokio::select! {
            () = shared.ledger.asked_for_deliveries() => *stopping.borrow(),
            stops = pause(&mut stopping, shared.options.look_again) => stops,
        };
        if stops {
            return;
        }
    }
}

/// Works until the lease is lost, nothing is left to do, or the node stops.
async fn hold(shared: &Arc<Shared>, tenant: TenantId, mut lease: Lease) {
    let room = room_of_tenant();
    let mut lanes: HashMap<EndpointId, Running> = HashMap::new();
    let behind = Arc::new(Mutex::new(HashMap::new()));
    let mut stopping = shared.stopping.clone();
    let mut is_held = true;
    while !*stopping.borrow() {
        let directory = shared.ledger.directory();
        let Some(snapshot) = directory.tenant(tenant) else {
            break;
        };
        if snapshot.endpoints.is_empty() {
            break;
        }
        lanes.retain(|_, running| !running.task.is_finished());
        for id in snapshot.endpoints.keys() {
            lanes.entry(*id).or_insert_with(|| {
                let (told, hears) = mpsc::channel(QUEUE);
                let working = lane::work(
                    Arc::clone(shared),
                    Arc::clone(&room),
                    (tenant, *id),
                    hears,
                    Arc::clone(&behind),
                );
                Running {
                    told,
                    task: tokio::spawn(working),
                }
            });
        }
        tell(shared, tenant, &lanes).await;
        let farthest = {
            let behind = behind.lock().unwrap_or_else(PoisonError::into_inner);
            behind.values().copied().max().unwrap_or(0)
        };
        shared.observer.behind(&snapshot.tenant.slug, farthest);
        is_held = renew(shared, &mut lease).await;
        if !is_held {
            break;
        }
        tokio::select! {
            () = shared.ledger.asked_for_deliveries() => {}
            _ = pause(&mut stopping, shared.options.look_again) => {}
        }
    }
    if is_held {
        for running in lanes.into_values() {
            drop(running.told);
            if *stopping.borrow() {
                let _over = running.task.await.is_ok();
            } else {
                running.task.abort();
            }
        }
        let now = shared.ledger.now();
        if let Err(error) = shared.ledger.finish_work(&lease, now, None).await {
            tracing::debug!(%error, "webhooks could not be let go; others take them when the lease is over");
        }
    } else {
        tracing::info!(tenant.id = %tenant, "another node holds the webhooks of a tenant now");
        for running in lanes.into_values() {
            running.task.abort();
        }
    }
}

/// Tells workers what was asked for.
async fn tell(shared: &Shared, tenant: TenantId, lanes: &HashMap<EndpointId, Running>) {
    match shared.ledger.asked_deliveries(tenant, ASKED).await {
        Ok(asked) => {
            for row in asked {
                if let Some(running) = lanes.get(&row.endpoint) {
                    // One that hears nothing more is started anew and told again.
                    let _heard = running.told.try_send(Told::Asked(Box::new(row)));
                }
            }
        }
        Err(error) => tracing::debug!(%error, "what was asked for could not be read; it is tried again"),
    }
    match shared.ledger.replaying(tenant).await {
        Ok(endpoints) => {
            for endpoint in endpoints.into_iter().collect::<HashSet<_>>() {
                if let Some(running) = lanes.get(&endpoint) {
                    let _heard = running.told.try_send(Told::LookBack);
                }
            }
        }
        Err(error) => tracing::debug!(%error, "replays could not be read; it is tried again"),
    }
}

/// Keeps a lease that is about to end; false where it is somebody else's.
async fn renew(shared: &Shared, lease: &mut Lease) -> bool {
    let now = shared.ledger.now();
    let until = lease.held_until().unwrap_or(now);
    if until > now.plus(LEFT) {
        return true;
    }
    match shared.ledger.keep_work(lease, TERM).await {
        Ok(Some(kept)) => {
            *lease = kept;
            true
        }
        Ok(None) => false,
        Err(error) => {
            tracing::warn!(%error, "webhooks could not be kept; it is tried again");
            until > now
        }
    }
}
