//! Following the changes of a tenant as they are committed, at whatever door, command or node.

use consentry_domain::TenantId;
use tokio::sync::watch;

use super::{AuditEntry, AuditReader};
use crate::{
    Ledger,
    access::{Permit, ReadLog},
    error::Fault,
    feed::{FeedError, Place},
};

/// Where a follower begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditStart {
    /// With the first change there was.
    Beginning,
    /// With the next one.
    End,
}

/// Somebody who is told of every change.
#[derive(Debug)]
pub struct AuditFollower {
    ledger: Ledger,
    tenant: TenantId,
    index: u64,
    /// Keeps the end of the log in sight.
    _place: Place,
    size: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
}

impl Ledger {
    /// Follows the changes of a tenant.
    pub async fn follow_audit(
        &self,
        tenant: TenantId,
        permit: &Permit<ReadLog>,
        start: AuditStart,
    ) -> Result<AuditFollower, FeedError> {
        tracing::debug!(caller = ?permit.caller(), "following the audit");
        let tails = &self.inner.tails;
        let (place, mut size) = tails.watch(self, tenant, None).await?;
        let index = match start {
            AuditStart::Beginning => 0,
            AuditStart::End => *size.borrow_and_update(),
        };
        Ok(AuditFollower {
            ledger: self.clone(),
            tenant,
            index,
            _place: place,
            size,
            stopping: tails.stopping(),
        })
    }
}

impl AuditFollower {
    /// The next changes, in order, once there are any; none when this node is about to stop or the tenant is gone.
    pub async fn next(&mut self) -> Result<Option<Vec<AuditEntry>>, Fault> {
        while !*self.stopping.borrow() {
            let directory = self.ledger.directory();
            let Some(tenant) = directory.tenant(self.tenant) else {
                return Ok(None);
            };
            // What one commit wrote is seen at once or not at all, so no decision is torn from what it led to.
            let mut reader = AuditReader::at(&self.ledger, tenant, self.index);
            let mut entries = Vec::new();
            while let Some(page) = reader.next_page().await? {
                entries.extend(page);
            }
            self.index = reader.index;
            if !entries.is_empty() {
                return Ok(Some(entries));
            }
            let index = self.index;
            tokio::select! {
                grown = self.size.wait_for(|size| *size > index) => {
                    if grown.is_err() {
                        return Ok(None);
                    }
                }
                _stopping = self.stopping.wait_for(|stopping| *stopping) => return Ok(None),
            }
        }
        Ok(None)
    }
}
