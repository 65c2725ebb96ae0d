//! The messages of the records door about changes: each tenant's log is followed for as long as the server runs (consent-api 16).

use std::{collections::BTreeSet, time::Duration};

use consentry_domain::TenantId;
use consentry_door_records::messages::Messages;
use consentry_ledger::{
    Caller, Ledger, Target,
    access::{Permit, ReadLog},
    authorize,
    feed::FeedError,
    records::audit::{AuditFollower, AuditStart},
};

/// How long until a tenant that came to be is noticed, or until the log is looked at again after a failure. What happened
/// meanwhile is told then.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Begins to write what is switched on. Whatever was committed before is not told, and everything after it is.
pub(crate) async fn follow(ledger: &Ledger, messages: &Messages) -> anyhow::Result<()> {
    if !messages.tell_of_changes() {
        return Ok(());
    }
    let mut following = Following {
        ledger: ledger.clone(),
        messages: messages.clone(),
        permit: authorize::<ReadLog>(&Caller::Operator, Target::Tenant)?,
        followed: BTreeSet::new(),
    };
    following.begin(AuditStart::End).await?;
    tokio::spawn(following.go_on());
    Ok(())
}

/// The tenants whose changes are told.
struct Following {
    ledger: Ledger,
    messages: Messages,
    permit: Permit<ReadLog>,
    followed: BTreeSet<TenantId>,
}

impl Following {
    /// Begins with those that are not told yet.
    async fn begin(&mut self, start: AuditStart) -> Result<(), FeedError> {
        let directory = self.ledger.directory();
        for tenant in directory.tenants() {
            if self.followed.contains(&tenant.id()) {
                continue;
            }
            let follower = self.ledger.follow_audit(tenant.id(), &self.permit, start).await?;
            let slug = tenant.tenant.slug.clone();
            tokio::spawn(tell(follower, slug, self.messages.clone()));
            self.followed.insert(tenant.id());
        }
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "a schedule; nothing is decided by it")]
    async fn go_on(mut self) {
        loop {
            tokio::time::sleep(LOOK_AGAIN).await;
            match self.begin(AuditStart::Beginning).await {
                Ok(()) => {}
                Err(FeedError::Stopping) => return,
                Err(error) => tracing::warn!(%error, "changes of consents cannot be followed yet"),
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a schedule; nothing is decided by it")]
async fn tell(mut follower: AuditFollower, tenant: String, messages: Messages) {
    loop {
        match follower.next().await {
            Ok(Some(entries)) => {
                for entry in &entries {
                    messages.changed(&tenant, entry);
                }
            }
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, %tenant, "changes of consents cannot be read; trying again");
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        }
    }
}
