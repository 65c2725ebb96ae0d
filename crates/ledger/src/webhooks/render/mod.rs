//! What a message says, rendered when it is sent (enforcement-events-evidence 5.5): an erasure, another view of people and another secret
//! need no rewriting. Each door's words have a module.

pub(super) mod dashboard;
pub(super) mod didomi;
pub(super) mod uk_ob;

use serde_json::json;

use self::dashboard::Dialect;
use super::{
    Endpoint, Format,
    message::{Message, PING},
};
use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    feed::{Happening, Leaf, Reader, Rendering},
};

/// A message as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// `webhook-id`: the id of the event, with `_u` behind it for the user that a decision changed (WHK-24).
    pub id: String,
    /// Its name in the words of the format.
    pub kind: String,
    /// The exact bytes.
    pub body: String,
}

/// To whom something is told, and how.
pub(super) struct Telling<'a> {
    rendering: Rendering<'a>,
    endpoint: &'a Endpoint,
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
        let reader = endpoint.reader(tenant);
        let row = &message.row;
        // A test says nothing about anybody, so it needs no reader that may see something.
        let house = Reader::house("test");
        let (Some(reader), is_ping) = (
            reader.as_ref().or((row.kind == PING).then_some(&house)),
            row.kind == PING,
        ) else {
            return Ok(None);
        };
        let view = endpoint.settings.view();
        let telling = Telling {
            rendering: Rendering {
                ledger: self,
                tenant,
                base,
                reader,
                view: &view,
            },
            endpoint,
        };
        if is_ping {
            return telling.ping(message).map(Some);
        }
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
        telling.event(&event, message).await
    }
}

impl Telling<'_> {
    async fn event(&self, event: &Happening, message: &Message) -> Result<Option<Rendered>, Fault> {
        let format = self.endpoint.settings.format;
        if !message.part.is_event() && format != Format::Didomi {
            // Made while the endpoint had another format, which said two things of one event.
            return Ok(None);
        }
        let said = match format {
            Format::Cloudevents | Format::Json | Format::Dataspace => {
                let body = self.rendering.short(event).await?;
                Some((event.entry().wire_name(), body))
            }
            Format::Fdx => text(dashboard::render(self, Dialect::Fdx, event).await?),
            Format::Mx => text(dashboard::render(self, Dialect::Mx, event).await?),
            Format::Didomi => text(didomi::render(self, event, message.part).await?),
            Format::UkOb => Some(uk_ob::render(self, event)?),
        };
        Ok(said.map(|(kind, body)| Rendered {
            id: message.webhook_id(),
            kind,
            body,
        }))
    }

    fn ping(&self, message: &Message) -> Result<Rendered, Fault> {
        let id = message.webhook_id();
        let at = message.row.created_at;
        let body = match self.endpoint.settings.format {
            Format::Cloudevents | Format::Json | Format::Dataspace => json!({
                "specversion": "1.0", "id": id, "source": self.rendering.base,
                "type": format!("consentry.{PING}"),
                "time": at, "timestamp": at, "datacontenttype": "application/json",
                "data": { "endpoint": self.endpoint.id },
            })
            .to_string(),
            Format::Fdx => dashboard::ping(self, Dialect::Fdx, &id, at).to_string(),
            Format::Mx => dashboard::ping(self, Dialect::Mx, &id, at).to_string(),
            Format::Didomi => didomi::ping(self.endpoint.settings.flatten).to_string(),
            Format::UkOb => uk_ob::ping(self, &id, at)?,
        };
        let kind = PING.to_owned();
        Ok(Rendered { id, kind, body })
    }
}

fn text(said: Option<(String, serde_json::Value)>) -> Option<(String, String)> {
    said.map(|(kind, body)| (kind, body.to_string()))
}
