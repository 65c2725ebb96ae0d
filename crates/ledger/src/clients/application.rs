//! Changing what an application lets its clients do.

use consentry_domain::{TenantId, client::Wrong, tenant::Application};
use consentry_store::{ChangeSet, ConfigurationKind};

use super::{Act, ClientError, TRIES, put_over};
use crate::{Ledger, TenantSnapshot, error::Fault, once::Outcome};

/// Writes what a request asks for into an application, or says what is wrong with it.
pub type WriteApplication<'a> = &'a (dyn Fn(&mut Application) -> Result<(), Vec<Wrong>> + Send + Sync);

impl Ledger {
    /// Makes an application what `write` makes of it. Its clients must fit it afterwards.
    pub async fn change_application(
        &self,
        tenant: TenantId,
        act: Act<'_>,
        write: WriteApplication<'_>,
    ) -> Result<Application, ClientError> {
        tracing::info!(?act, "changing an application");
        for _ in 0..TRIES {
            let tenant = self.tenant_managed(tenant)?;
            let known = tenant.applications.get(&act.application);
            let known = known.ok_or(ClientError::Absent)?;
            let mut wanted = known.clone();
            write(&mut wanted)?;
            if wanted == *known {
                return Ok(wanted);
            }
            check_clients(&tenant, &wanted)?;
            let ids = self.ids();
            let mut change = ChangeSet::new(tenant.id(), ids.now);
            let id = wanted.id.to_string();
            put_over(&mut change, &tenant, ConfigurationKind::Application, &id, &wanted)?;
            self.leads_to(Outcome::default());
            if self.settle(change).await? {
                return Ok(wanted);
            }
        }
        Err(Fault::Conflict.into())
    }
}

/// No client may be left with a page or a resource that the application does not have any more.
fn check_clients(tenant: &TenantSnapshot, wanted: &Application) -> Result<(), ClientError> {
    let known = tenant.applications.get(&wanted.id);
    let mut wrong = Vec::new();
    for client in tenant
        .clients
        .values()
        .filter(|client| client.application == wanted.id)
    {
        let before = known.map(|known| client.check(known)).unwrap_or_default();
        for broken in client.check(wanted) {
            let field = match broken.field.as_str() {
                "consent_uri" => "consent_hosts",
                "resources" => "resources",
                _ => continue,
            };
            if !before.contains(&broken) {
                wrong.push(Wrong::new(
                    field,
                    format!("must still fit the client {}", client.id),
                ));
            }
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(ClientError::Wrong(wrong))
    }
}
