//! Changing a registration.

use std::sync::Arc;

use consentry_domain::{
    ClientId, TenantId, Timestamp,
    client::{Client, ClientAuthority, Wrong},
};
use consentry_store::{ChangeSet, ConfigurationKind};
use serde_json::{Value, json};

use super::{
    Act, ClientError, TRIES, Write, check_name, client_in, ending::Rest, put_over, rest_on_names, rules,
};
use crate::{Ledger, error::Fault, once::Outcome, parties};

impl Ledger {
    /// Makes a client what `write` makes of it. One that is switched off, or becomes a third party, loses everything it was given, in
    /// the same commit (TPA-CL-03, TPA-CL-06).
    pub async fn change_client(
        &self,
        tenant: TenantId,
        act: Act<'_>,
        id: &ClientId,
        write: Write<'_>,
    ) -> Result<Arc<Client>, ClientError> {
        tracing::info!(?act, client.id = %id, "changing a client");
        let mut tries = 0;
        while tries < TRIES {
            let tenant = self.tenant_managed(tenant)?;
            let known = client_in(&tenant, act, id)?;
            let ids = self.ids();
            let mut wanted = Client::clone(&known);
            write(&tenant, &mut wanted)?;
            finish(&known, &mut wanted);
            if act.is_by(id) {
                let own = |field, why| Err(ClientError::Wrong(vec![Wrong::new(field, why)]));
                if !wanted.enabled {
                    return own("enabled", "must stay true for the client that asks");
                }
                if wanted.is_third_party {
                    return own("is_third_party", "must stay false for the client that asks");
                }
            }
            rules::check(&tenant, act, Some(&known), &wanted)?;
            check_name(&tenant, &wanted)?;
            let is_new = wanted != *known;
            let mut change = ChangeSet::new(tenant.id(), ids.now);
            if is_new {
                if ends(&known, &wanted) {
                    wanted.epoch = wanted.epoch.max(next(ids.now));
                }
                wanted.settings.updated_at = Some(ids.now);
                put_over(
                    &mut change,
                    &tenant,
                    ConfigurationKind::Client,
                    id.as_str(),
                    &wanted,
                )?;
                if wanted.name != known.name {
                    rest_on_names(&mut change, &tenant, act.application)?;
                }
                let touched = Some(touched(&known, &wanted)?);
                change
                    .events
                    .push(act.event(&ids, "client.changed", id, touched)?);
                let by = (&ids, &act.author());
                change
                    .events
                    .extend(parties::turn(&tenant, by, &known, Some(&wanted))?);
            }
            let rest = if wanted.enabled && !ends(&known, &wanted) {
                Rest::None
            } else {
                self.end_agreements(&tenant, act, id, &mut change).await?
            };
            self.leads_to(Outcome::default());
            if change.is_empty() || self.settle(change).await? {
                if rest == Rest::None {
                    return Ok(Arc::new(wanted));
                }
                tries = 0;
            } else {
                tries += 1;
            }
        }
        Err(Fault::Conflict.into())
    }
}

/// What follows from a change whatever it says.
fn finish(known: &Client, wanted: &mut Client) {
    if wanted.is_public() || wanted.signs_assertions() {
        wanted.secrets.clear();
    }
    if wanted.is_third_party {
        wanted.authority = ClientAuthority::None;
    } else if known.is_third_party {
        wanted.authority = ClientAuthority::Application;
    }
}

/// Whether everything that was given to the client is over.
fn ends(known: &Client, wanted: &Client) -> bool {
    (known.enabled && !wanted.enabled) || (!known.is_third_party && wanted.is_third_party)
}

/// The moment behind this one: what begins now is over too.
pub(super) const fn next(now: Timestamp) -> Timestamp {
    Timestamp::from_micros(now.as_micros().saturating_add(1))
}

/// The names of what differs, for the log.
fn touched(known: &Client, wanted: &Client) -> Result<Value, Fault> {
    let read = |client: &Client| {
        serde_json::to_value(client).map_err(|error| Fault::Unreadable {
            what: "client",
            why: error.to_string(),
        })
    };
    let (before, after) = (read(known)?, read(wanted)?);
    let mut names = Vec::new();
    let mut compare = |before: &Value, after: &Value, prefix: &str| {
        let empty = serde_json::Map::new();
        let before = before.as_object().unwrap_or(&empty);
        let after = after.as_object().unwrap_or(&empty);
        let all: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in all {
            let is_part = prefix.is_empty() && name == "settings";
            let is_clock = matches!(name.as_str(), "updated_at" | "epoch");
            if !is_part && !is_clock && before.get(name) != after.get(name) {
                names.push(name.clone());
            }
        }
    };
    compare(&before, &after, "");
    compare(&before["settings"], &after["settings"], "settings");
    Ok(json!(names))
}
