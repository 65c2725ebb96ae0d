//! Removing a client.

use consentry_domain::{ClientId, TenantId, client::Client};
use consentry_store::{ChangeSet, ConfigurationKind};

use super::{Act, ClientError, TRIES, change::next, client_in, delete_over, ending::Rest, put_over, rules};
use crate::{Ledger, error::Fault, parties};

impl Ledger {
    /// Removes a client with everything it was given, in one commit (TPA-CL-06). Where more people have agreed than fit into one, it is
    /// switched off with the first and gone with the last.
    pub async fn remove_client(
        &self,
        tenant: TenantId,
        act: Act<'_>,
        id: &ClientId,
    ) -> Result<(), ClientError> {
        tracing::info!(?act, client.id = %id, "removing a client");
        let mut tries = 0;
        while tries < TRIES {
            let tenant = self.tenant_managed(tenant)?;
            let known = client_in(&tenant, act, id)?;
            if act.is_by(id) {
                return Err(ClientError::NotAllowed("a client does not remove itself"));
            }
            rules::check_removal(act, &known)?;
            let ids = self.ids();
            let mut change = ChangeSet::new(tenant.id(), ids.now);
            let rest = self.end_agreements(&tenant, act, id, &mut change).await?;
            let kind = ConfigurationKind::Client;
            let by = (&ids, &act.author());
            change.events.extend(parties::turn(&tenant, by, &known, None)?);
            if rest == Rest::None {
                delete_over(&mut change, &tenant, kind, id.as_str())?;
                change.events.push(act.event(&ids, "client.deleted", id, None)?);
            } else {
                let off = Client {
                    enabled: false,
                    epoch: known.epoch.max(next(ids.now)),
                    ..Client::clone(&known)
                };
                put_over(&mut change, &tenant, kind, id.as_str(), &off)?;
                if known.enabled {
                    let touched = Some(serde_json::json!(["enabled"]));
                    change
                        .events
                        .push(act.event(&ids, "client.changed", id, touched)?);
                }
            }
            if !self.settle(change).await? {
                tries += 1;
            } else if rest == Rest::None {
                return Ok(());
            } else {
                tries = 0;
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Removes every client of an application except the one that asks, and those that manage the whole tenant unless an admin asks;
    /// answers how many.
    pub async fn remove_clients(&self, tenant: TenantId, act: Act<'_>) -> Result<usize, ClientError> {
        let snapshot = self.tenant_managed(tenant)?;
        let mut removed = 0;
        for client in self.clients_of(&snapshot, act) {
            if act.is_by(&client.id) || rules::check_removal(act, &client).is_err() {
                continue;
            }
            match self.remove_client(tenant, act, &client.id).await {
                Ok(()) => removed += 1,
                // Somebody else removed it meanwhile.
                Err(ClientError::Absent) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(removed)
    }
}
