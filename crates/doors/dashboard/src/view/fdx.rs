//! A connection as FDX 6.3 has it (consent-dashboard D1), and as FDX 5 does (D3).

use consentry_domain::{
    client::Party,
    decision::{EndReason, Role},
    tenant::FdxRegistry,
};
use consentry_ledger::agreements::Connection;
use consentry_web::logos;
use serde_json::{Value, json};

use super::{
    Telling, clusters,
    object::{logo, rows, status},
};

/// What is served: versions differ in the names of data clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// FDX 5.
    V5,
    /// FDX 6.
    V6,
}

impl Version {
    /// A data cluster by the name that this version has for it; none where it has none.
    fn cluster(self, name: &str) -> Option<&str> {
        match (self, name) {
            (Self::V5, "PAYMENT_SUPPORT") => Some("ACCOUNT_PAYMENTS"),
            (Self::V5, "NOTIFICATIONS") => None,
            _ => Some(name),
        }
    }
}

/// The consent grant.
pub fn grant(telling: &Telling<'_>, connection: &Connection, version: Version) -> Value {
    let tenant = telling.tenant;
    let agreement = &connection.agreement;
    let client = tenant.clients.get(&agreement.client);
    let recipient = client.and_then(|client| tenant.party_of(client));
    let mut parties = vec![match recipient {
        Some(party) => registered(telling, party, "DATA_RECIPIENT"),
        None => json!({
            "name": agreement.disclosure.client_name,
            "type": "DATA_RECIPIENT",
            "homeUri": agreement.disclosure.redirect_hosts.first().map(|host| format!("https://{host}")).unwrap_or_default(),
            "registry": FdxRegistry::Private.as_str(),
            "registeredEntityName": agreement.disclosure.organization.as_deref().unwrap_or(&agreement.disclosure.client_name),
            "registeredEntityId": agreement.client,
        }),
    }];
    let through = agreement.disclosure.intermediaries.iter();
    let through = through.filter_map(|id| tenant.parties.get(id));
    parties.extend(through.map(|party| registered(telling, party, "DATA_ACCESS_PLATFORM")));
    if let (Some(recipient), Some(logo)) = (parties.first_mut(), logo(telling, agreement)) {
        recipient["logoUri"] = json!(logo);
    }
    parties.push(provider(telling));
    let opened = clusters(telling, connection, version);
    let resources: Vec<Value> = rows(telling, &agreement.accounts)
        .iter()
        .filter(|row| row.enabled && !opened.is_empty())
        .map(|row| json!({ "resourceType": "ACCOUNT", "resourceId": row.id, "dataClusters": opened }))
        .collect();
    let mut grant = json!({
        "id": agreement.id,
        "status": status(connection),
        "parties": parties,
        "createdTime": agreement.created_at,
        "updatedTime": agreement.updated_at,
        "durationType": agreement.duration_type(),
        "resources": resources,
    });
    if let (Some(until), Some(days)) = (agreement.valid_until, agreement.duration_days()) {
        grant["expirationTime"] = json!(until);
        grant["durationPeriod"] = json!(days);
    }
    if let Some(days) = agreement.lookback_days() {
        grant["lookbackPeriod"] = json!(days);
    }
    grant
}

/// How it was revoked, once it was: an array of one, or of none.
pub fn revocations(connection: &Connection) -> Value {
    let ended = connection.agreement.ended.as_ref();
    let revoked = ended.filter(|_| status(connection) == "REVOKED").map(|ended| {
        let by_person = ended.by.role == Role::Subject || ended.by.role == Role::Delegate;
        let (reason, initiator) = if by_person || ended.reason == EndReason::UserAction {
            ("USER_ACTION", "INDIVIDUAL")
        } else if ended.by.role == Role::Party {
            ("BUSINESS_RULE", "DATA_RECIPIENT")
        } else {
            ("BUSINESS_RULE", "DATA_PROVIDER")
        };
        json!({ "status": "REVOKED", "reason": reason, "initiator": initiator, "updatedTime": ended.at })
    });
    json!({ "revocations": Vec::from_iter(revoked) })
}

/// What is opened now, by the names of this version.
fn clusters(telling: &Telling<'_>, connection: &Connection, version: Version) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in clusters::opened(telling.tenant, connection) {
        let name = version.cluster(&name).map(str::to_owned);
        names.extend(name.filter(|name| !names.contains(name)));
    }
    names
}

/// The bank.
fn provider(telling: &Telling<'_>) -> Value {
    let tenant = &telling.tenant.tenant;
    let name = tenant.brand.name.as_str();
    match &tenant.dashboard.fdx {
        Some(fdx) => json!({
            "name": name,
            "type": "DATA_PROVIDER",
            "homeUri": fdx.home_uri,
            "registry": fdx.registry.as_str(),
            "registeredEntityName": fdx.registered_name,
            "registeredEntityId": fdx.registered_id,
        }),
        None => json!({
            "name": name,
            "type": "DATA_PROVIDER",
            "homeUri": telling.base,
            "registry": FdxRegistry::Private.as_str(),
            "registeredEntityName": name,
            "registeredEntityId": tenant.slug,
        }),
    }
}

/// A party as it was registered. All members are demanded, so what was not said is said by what is known.
fn registered(telling: &Telling<'_>, party: &Party, kind: &str) -> Value {
    let mut registered = json!({
        "name": party.name,
        "type": kind,
        "homeUri": party.website.as_deref().unwrap_or_default(),
        "registry": FdxRegistry::named(party.registry.as_deref()).as_str(),
        "registeredEntityName": party.legal_name.as_deref().unwrap_or(&party.name),
        "registeredEntityId": party.registered_id.clone().unwrap_or_else(|| party.id.to_string()),
    });
    let logo = logos::of_party(telling.tenant, party);
    if !logo.is_empty() {
        registered["logoUri"] = json!(format!("{}{logo}", telling.base));
    }
    registered
}
