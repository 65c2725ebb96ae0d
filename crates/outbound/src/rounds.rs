//! Work that time brings: what is over long ago is removed, and what ends or is about to is told. One node at a time does it.

use std::sync::Arc;

use consentry_domain::{Lifetime, TenantId};
use consentry_ledger::{Fault, TenantSnapshot, ends::ENDS, jobs::Lease};

use crate::{Shared, logos, pause};

/// How long credentials, interactions and remembered requests are kept after their end, so that reused can be told from unknown
/// (consent-dashboard A3).
const KEPT: Lifetime = Lifetime::days(1);

/// How long one round may take before another node takes it for dead.
const TERM: Lifetime = Lifetime::minutes(5);

/// Work that is done again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Round {
    /// Removes what was over long ago.
    Sweep,
    /// Tells what ends.
    Ends,
    /// Replaces signing keys that are old enough.
    Keys,
    /// Fetches pictures of those who ask.
    Logos,
    /// Takes events of preferences away that are older than they are kept.
    Retention,
}

impl Round {
    const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Sweep => ("round", "sweep"),
            Self::Ends => ENDS,
            Self::Keys => ("round", "keys"),
            Self::Logos => ("round", "logos"),
            Self::Retention => ("round", "retention"),
        }
    }

    /// Time between two of them. An end is told a minute after it at the latest (EVT-12).
    const fn every(self) -> Lifetime {
        match self {
            Self::Sweep => Lifetime::minutes(10),
            Self::Ends => Lifetime::seconds(20),
            Self::Keys => Lifetime::minutes(10),
            Self::Logos => Lifetime::seconds(20),
            Self::Retention => Lifetime::minutes(1),
        }
    }

    async fn go(self, shared: &Shared, tenant: &TenantSnapshot, lease: Lease) -> Result<Lease, Fault> {
        let ledger = &shared.ledger;
        match self {
            Self::Sweep => {
                let rows = ledger.prune(tenant.id(), ledger.now().minus(KEPT)).await?;
                let messages = ledger.prune_deliveries(tenant).await?;
                let mails = ledger.prune_mails(tenant.id()).await?;
                let proofs = ledger.drop_proofs(tenant).await?;
                if rows > 0 || messages > 0 || mails > 0 || proofs > 0 {
                    tracing::info!(rows, messages, mails, proofs, tenant = %tenant.tenant.slug, "removed what was over");
                }
                Ok(lease)
            }
            Self::Retention => {
                let (gone, lease) = ledger.drop_old_preferences(tenant, lease).await?;
                if gone > 0 {
                    tracing::info!(gone, tenant = %tenant.tenant.slug, "removed events that were kept long enough");
                }
                Ok(lease)
            }
            Self::Ends => {
                let erased = ledger.finish_erasures(tenant).await?;
                if erased > 0 {
                    tracing::info!(erased, tenant = %tenant.tenant.slug, "destroyed the keys of people who were deleted");
                }
                let ended = ledger.end_approvals(tenant).await?;
                ledger.put_later_mails(tenant.id()).await?;
                if ended > 0 {
                    tracing::info!(ended, tenant = %tenant.tenant.slug, "choices were not approved in time");
                }
                let (told, lease) = ledger.tell_ends(tenant, lease).await?;
                if told > 0 {
                    tracing::info!(told, tenant = %tenant.tenant.slug, "told what ends");
                }
                Ok(lease)
            }
            Self::Keys => {
                let Some(plan) = shared.options.keys else {
                    return Ok(lease);
                };
                let (turns, lease) = ledger.rotate_keys(tenant, &plan, lease).await?;
                for turn in turns {
                    tracing::info!(?turn, tenant = %tenant.tenant.slug, "a signing key turned");
                }
                Ok(lease)
            }
            Self::Logos => {
                logos::fetch_due(shared, tenant.id()).await?;
                Ok(lease)
            }
        }
    }
}

/// Goes a round for a tenant whenever it is due, until the node stops or the tenant is gone.
pub(crate) async fn rounds(shared: Arc<Shared>, tenant: TenantId, round: Round) {
    let mut stopping = shared.stopping.clone();
    // Work that is not due costs a look at a row; that is often enough.
    let time = shared.options.look_again * 5;
    loop {
        if pause(&mut stopping, time).await {
            return;
        }
        let directory = shared.ledger.directory();
        let Some(snapshot) = directory.tenant(tenant) else {
            return;
        };
        let ledger = &shared.ledger;
        // The next one follows this one's beginning: what happens while it goes on is not left for longer.
        let next = ledger.now().plus(round.every());
        let lease = match ledger
            .take_work(tenant, round.name(), &shared.node, TERM, "")
            .await
        {
            Ok(Some(lease)) => lease,
            Ok(None) => continue,
            Err(error) => {
                tracing::debug!(%error, ?round, "a round could not be taken; it is tried again");
                continue;
            }
        };
        let (lease, error) = match round.go(&shared, snapshot, lease.clone()).await {
            Ok(lease) => (lease, None),
            Err(error) => {
                tracing::warn!(%error, ?round, "a round failed; it is done again");
                (lease, Some(error.to_string()))
            }
        };
        if let Err(error) = ledger.finish_work(&lease, next, error).await {
            tracing::debug!(%error, ?round, "a round could not be written down; it is done again");
        }
    }
}
