//! Sweeping: what was over long ago is removed, by one node at a time.

use std::sync::Arc;

use consentry_domain::{Lifetime, TenantId};

use crate::{Shared, pause};

/// Name of the work among a tenant's.
const WORK: (&str, &str) = ("sweep", "all");

/// Time between two rounds.
const EVERY: Lifetime = Lifetime::minutes(10);

/// How long one round may take before another node takes it for dead.
const TERM: Lifetime = Lifetime::minutes(5);

/// How long credentials, interactions and remembered requests are kept after their end, so that reused can be told from unknown
/// (consent-dashboard A3).
const KEPT: Lifetime = Lifetime::days(1);

/// Sweeps a tenant whenever it is due, until the node stops or the tenant is gone.
pub(crate) async fn sweep(shared: Arc<Shared>, tenant: TenantId) {
    let mut stopping = shared.stopping.clone();
    // Work that is not due costs a look at a row; that is often enough.
    let time = shared.options.look_again * 10;
    loop {
        if pause(&mut stopping, time).await {
            return;
        }
        let directory = shared.ledger.directory();
        let Some(snapshot) = directory.tenant(tenant) else {
            return;
        };
        let ledger = &shared.ledger;
        let lease = match ledger.take_work(tenant, WORK, &shared.node, TERM, "{}").await {
            Ok(Some(lease)) => lease,
            Ok(None) => continue,
            Err(error) => {
                tracing::debug!(%error, "sweeping could not be taken; it is tried again");
                continue;
            }
        };
        let before = ledger.now().minus(KEPT);
        let swept = async {
            let rows = ledger.prune(tenant, before).await?;
            let messages = ledger.prune_deliveries(snapshot).await?;
            Ok::<_, consentry_ledger::Fault>((rows, messages))
        };
        let error = match swept.await {
            Ok((0, 0)) => None,
            Ok((rows, messages)) => {
                tracing::info!(rows, messages, tenant = %snapshot.tenant.slug, "removed what was over");
                None
            }
            Err(error) => {
                tracing::warn!(%error, "what was over could not be removed");
                Some(error.to_string())
            }
        };
        if let Err(error) = ledger.finish_work(&lease, ledger.now().plus(EVERY), error).await {
            tracing::debug!(%error, "sweeping could not be written down; it is done again");
        }
    }
}
