//! What a message says, rendered when it is sent (enforcement-events-evidence 5.5): an erasure, another view of people and another secret
//! need no rewriting.

use serde_json::json;

use super::{
    Endpoint,
    lane::{Message, PING},
};
use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    feed::{Happening, Leaf, Rendering},
};

/// A message as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// `webhook-id`: the id of the event.
    pub id: String,
    /// The exact bytes.
    pub body: String,
}

impl Ledger {
    /// What a message says to its endpoint; none where the endpoint may not be told any more. `base` is the tenant's public base address,
    /// without slash at the end.
    pub async fn render_message(
        &self,
        tenant: &TenantSnapshot,
        base: &str,
        endpoint: &Endpoint,
        message: &Message,
    ) -> Result<Option<Rendered>, Fault> {
        let row = &message.row;
        let id = row.event.to_string();
        if row.kind == PING {
            let at = row.created_at;
            let body = json!({
                "specversion": "1.0", "id": id, "source": base, "type": format!("consentry.{PING}"),
                "time": at, "timestamp": at, "datacontenttype": "application/json",
                "data": { "endpoint": endpoint.id },
            });
            let body = body.to_string();
            return Ok(Some(Rendered { id, body }));
        }
        let Some(reader) = endpoint.reader(tenant) else {
            return Ok(None);
        };
        let rows = self.inner.store.events(tenant.id(), row.index, 1).await?;
        let Some(event) = rows.first().filter(|event| event.id == row.event) else {
            return Ok(None);
        };
        let Some(event) = Happening::open(self, tenant, event, Leaf::of(event)).await? else {
            return Ok(None);
        };
        if !reader.may_see(event.entry(), &event.leaf) {
            return Ok(None);
        }
        let view = endpoint.settings.view();
        let rendering = Rendering {
            ledger: self,
            tenant,
            base,
            reader: &reader,
            view: &view,
        };
        let body = rendering.short(&event).await?;
        Ok(Some(Rendered { id, body }))
    }
}
