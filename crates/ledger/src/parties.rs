//! Whether a party is served: it is as long as one of its clients is (enforcement-events-evidence 3.4, consent-dashboard C5).

use consentry_domain::{ClientId, PartyId, client::Client};
use consentry_store::NewEvent;
use serde_json::{Map, json};

use crate::{TenantSnapshot, environment::Ids, error::Fault, events, provision::change::Author};

/// What becomes of its party when a client becomes another, or is gone: the event, where the party is no longer served, or is again.
pub(crate) fn turn(
    tenant: &TenantSnapshot,
    (ids, author): (&Ids<'_>, &Author),
    known: &Client,
    wanted: Option<&Client>,
) -> Result<Option<NewEvent>, Fault> {
    let Some(party) = known.party else {
        return Ok(None);
    };
    let is_served = wanted.is_some_and(|wanted| wanted.enabled && wanted.party == Some(party));
    let kind = match (known.enabled, is_served) {
        (true, false) => "party.suspended",
        (false, true) => "party.resumed",
        _ => return Ok(None),
    };
    if serves_another(tenant, party, &known.id) {
        return Ok(None);
    }
    let mut body = Map::new();
    body.insert("party".to_owned(), json!(party));
    author.sign(&mut body);
    events::public(ids, kind, Some(party.to_string()), &body).map(Some)
}

fn serves_another(tenant: &TenantSnapshot, party: PartyId, client: &ClientId) -> bool {
    let mut others = tenant.clients.values().filter(|other| other.id != *client);
    others.any(|other| other.enabled && other.party == Some(party))
}
