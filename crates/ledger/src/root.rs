//! Another root key: what the old one wraps is wrapped by the new one, all at once.

use consentry_domain::TenantId;
use consentry_store::{ChangeSet, ConfigurationKind, ConfigurationRow, Expect, Row, RowChange, RowKey};

use crate::{
    Entropy, Ledger,
    access::{Permit, Provision},
    error::Fault,
    sealing::Key,
    snapshot::{TENANT_KEY, open_tenant_key},
};

/// The row of a tenant's key that one root key opens, for another one.
pub fn rewrap_tenant_key(
    tenant: TenantId,
    body: &str,
    (from, to): (&Key, &Key),
    entropy: &dyn Entropy,
) -> Result<String, Fault> {
    let wrapped: String = serde_json::from_str(body).map_err(|error| Fault::Unreadable {
        what: "tenant key",
        why: error.to_string(),
    })?;
    let key = open_tenant_key(tenant, &wrapped, from)?;
    let wrapped = key.wrapped_by(to, entropy, tenant.uuid().as_bytes());
    Ok(serde_json::Value::from(consentry_jose::encoding::encode(wrapped)).to_string())
}

impl Ledger {
    /// Wraps every tenant's key with another root key, in one commit: afterwards only that one opens the ledger. What is in memory goes
    /// on as before, so nothing may be provisioned until the ledger was opened anew.
    pub async fn rotate_root(&self, permit: &Permit<Provision>, next: &Key) -> Result<(), Fault> {
        tracing::warn!(caller = ?permit.caller(), "changing the root key");
        let now = self.now();
        let rows = self
            .inner
            .store
            .configuration(ConfigurationKind::SigningKey)
            .await?;
        let mut changes = Vec::new();
        for row in rows.into_iter().filter(|row| row.id == TENANT_KEY) {
            let keys = (&self.inner.root, next);
            let body = rewrap_tenant_key(row.tenant, &row.body, keys, self.entropy())?;
            let mut change = ChangeSet::new(row.tenant, now);
            let place = RowKey::Configuration(row.kind, row.id.clone());
            change.expect.push(Expect::At(place, row.version));
            change
                .rows
                .push(RowChange::Put(Row::Configuration(ConfigurationRow {
                    version: row.version.saturating_add(1),
                    body,
                    ..row
                })));
            changes.push(change);
        }
        // One batch is one transaction, whatever happens meanwhile.
        for receipt in self.inner.store.commit(changes).await {
            let _at = receipt?;
        }
        Ok(())
    }
}
