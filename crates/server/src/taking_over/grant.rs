//! Consent grants of FDX (consent-dashboard D1), with the customer beside: the object itself does not say whose it is.

use consentry_domain::{
    AccountId, Accounts, ClientId, DefinitionKey, PartyId, decision::EndReason, subject::Alias,
};
use consentry_ledger::{
    TenantSnapshot,
    agreements::{ImportedAgreement, ImportedEnd, agreement_called},
};
use serde_json::{Map, Value};

use super::{Element, FoundAgreement, Members, People};
use crate::ldif::Refused;

/// Reads one consent grant. `customer` is whose it is where the object does not say.
pub fn consent_grant(
    tenant: &TenantSnapshot,
    people: People,
    customer: Option<&str>,
    element: Element,
) -> Result<FoundAgreement, Vec<Refused>> {
    let mut members = Members::of(&element, "id")?;
    let id = members.text("id", "it is the id that clients know");
    let customer = match customer {
        Some(customer) => Some(customer.to_owned()),
        None => members.text(
            "customerId",
            "it says whose grant it is, as does --customer for a whole file",
        ),
    };
    let parties = objects(&mut members, "parties", "it is a list of parties");
    let client = recipient(tenant, &mut members, &parties);
    let intermediaries = intermediaries(tenant, &mut members, &parties);
    let (items, accounts) = resources(&mut members);
    let created_at = members.required("createdTime", Members::moment);
    let updated_at = members.moment("updatedTime").or(created_at);
    let valid_until = members.moment("expirationTime");
    let status = status(&mut members);
    if status == Some(Status::Expired) && valid_until.is_none() {
        members.refuse(
            "expirationTime",
            "is missing",
            "an expired grant says when it expired",
        );
    }
    let duration = members.optional_text("durationType", "it is TIME_BOUND or PERSISTENT");
    match duration.as_deref() {
        Some("TIME_BOUND") if valid_until.is_none() => {
            members.refuse(
                "expirationTime",
                "is missing",
                "a grant that is TIME_BOUND has one",
            );
        }
        Some("ONE_TIME") => {
            members.refuse(
                "durationType",
                "is ONE_TIME",
                "such a grant is used up, and nothing of it can be kept",
            );
        }
        _ => {}
    }
    let name = id.clone().unwrap_or_default();
    let read = (|| {
        let updated_at = updated_at?;
        let revoked = status? == Status::Revoked;
        Some(ImportedAgreement {
            id: agreement_called(tenant.id(), &id?),
            person: Alias::new(people.into(), customer?),
            client: client?,
            items: items.into_iter().map(|definition| (definition, None)).collect(),
            resources: Vec::new(),
            created_at: created_at?,
            updated_at,
            valid_until,
            ended: revoked.then_some(ImportedEnd {
                at: updated_at,
                reason: EndReason::PartyAction,
                by_person: false,
            }),
            accounts,
            intermediaries: Some(intermediaries),
            used_at: None,
        })
    })();
    let agreement = members.finish(read)?;
    Ok(FoundAgreement {
        agreement,
        name,
        element,
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Active,
    Expired,
    Revoked,
}

fn status(members: &mut Members<'_>) -> Option<Status> {
    const RIGHT: &str = "it is ACTIVE, EXPIRED or REVOKED";
    match members.text("status", RIGHT)?.as_str() {
        "ACTIVE" => Some(Status::Active),
        "EXPIRED" => Some(Status::Expired),
        "REVOKED" => Some(Status::Revoked),
        _ => {
            members.refuse("status", "is unknown", RIGHT);
            None
        }
    }
}

fn objects(members: &mut Members<'_>, member: &str, right: &str) -> Vec<Map<String, Value>> {
    let found = match members.value(member) {
        Some(Value::Array(values)) => values.iter().map(|value| value.as_object().cloned()).collect(),
        _ => None,
    };
    found.unwrap_or_else(|| {
        members.refuse(member, "is no list of objects", right);
        Vec::new()
    })
}

fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

/// Parties here that one of the file is: by its registered id, else by its name.
fn known(tenant: &TenantSnapshot, party: &Map<String, Value>) -> Vec<PartyId> {
    let by = |fits: &dyn Fn(&consentry_domain::client::Party) -> bool| -> Vec<PartyId> {
        let found = tenant.parties.values().filter(|party| fits(party));
        found.map(|party| party.id).collect()
    };
    if let Some(id) = member(party, "registeredEntityId") {
        let registry = member(party, "registry");
        let found = by(&|own| {
            own.registered_id.as_deref() == Some(id)
                && (own.registry.is_none() || registry.is_none() || own.registry.as_deref() == registry)
        });
        if !found.is_empty() {
            return found;
        }
    }
    match member(party, "name") {
        Some(name) => by(&|own| own.name == name),
        None => Vec::new(),
    }
}

fn of_type<'a>(
    parties: &'a [Map<String, Value>],
    kind: &'a str,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    parties
        .iter()
        .filter(move |party| member(party, "type") == Some(kind))
}

/// The client of the party that receives the data.
fn recipient(
    tenant: &TenantSnapshot,
    members: &mut Members<'_>,
    parties: &[Map<String, Value>],
) -> Option<ClientId> {
    let mut refuse = |wrong: &str, right: &str| members.refuse("parties", wrong, right);
    let mut recipients = of_type(parties, "DATA_RECIPIENT");
    let (Some(recipient), None) = (recipients.next(), recipients.next()) else {
        refuse(
            "does not name one DATA_RECIPIENT",
            "it names who receives the data",
        );
        return None;
    };
    let ids = known(tenant, recipient);
    let clients: Vec<_> = tenant
        .clients
        .values()
        .filter(|client| client.is_third_party && client.party.is_some_and(|party| ids.contains(&party)))
        .collect();
    match clients.as_slice() {
        [client] => Some(client.id.clone()),
        [] => {
            refuse(
                "names a DATA_RECIPIENT that nobody is here",
                "register it as a party with this registered id or name, and a client of it",
            );
            None
        }
        _ => {
            refuse(
                "names a DATA_RECIPIENT that several clients are here",
                "the party has one client that is a third party",
            );
            None
        }
    }
}

/// Through whom the data goes.
fn intermediaries(
    tenant: &TenantSnapshot,
    members: &mut Members<'_>,
    parties: &[Map<String, Value>],
) -> Vec<PartyId> {
    let mut through = Vec::new();
    for party in of_type(parties, "DATA_ACCESS_PLATFORM") {
        match known(tenant, party).as_slice() {
            [id] => through.push(*id),
            _ => members.refuse(
                "parties",
                "names a DATA_ACCESS_PLATFORM that no one party is here",
                "register it as a party with this registered id or name",
            ),
        }
    }
    through
}

/// What is granted, and which accounts it is about. Here all accounts of a grant share the same data.
fn resources(members: &mut Members<'_>) -> (Vec<DefinitionKey>, Accounts) {
    const RIGHT: &str = "each has resourceType, resourceId and dataClusters";
    let resources = objects(members, "resources", RIGHT);
    let mut names: Option<Vec<String>> = None;
    let mut whole: Vec<String> = Vec::new();
    let mut accounts: Vec<AccountId> = Vec::new();
    for resource in &resources {
        let clusters = resource.get("dataClusters").and_then(Value::as_array);
        let clusters: Option<Vec<String>> = clusters.and_then(|clusters| {
            let texts = clusters.iter().map(|cluster| cluster.as_str().map(str::to_owned));
            texts.collect()
        });
        let Some(mut clusters) = clusters.filter(|clusters| !clusters.is_empty()) else {
            members.refuse("dataClusters", "is no list of names", "it names what may be seen");
            continue;
        };
        match member(resource, "resourceType") {
            Some("ACCOUNT") => {
                match member(resource, "resourceId") {
                    Some(id) => accounts.extend(members.account("resourceId", id)),
                    None => members.refuse("resourceId", "is missing", "it is the id of the account"),
                }
                clusters.sort_unstable();
                match &names {
                    Some(others) if *others != clusters => members.refuse(
                        "dataClusters",
                        "differs between accounts",
                        "split the grant: here all accounts of one share the same data",
                    ),
                    _ => names = Some(clusters),
                }
            }
            Some("CUSTOMER" | "DOCUMENT") => whole.extend(clusters),
            _ => members.refuse(
                "resourceType",
                "is unknown",
                "it is ACCOUNT, CUSTOMER or DOCUMENT",
            ),
        }
    }
    if accounts.len() > Accounts::MOST {
        let right = format!("a grant names {} at most", Accounts::MOST);
        members.refuse("resources", "has too many accounts", &right);
    }
    let names = names.unwrap_or_default();
    let all = names.iter().chain(&whole).map(String::as_str);
    let right = "it names what may be seen";
    let items = members.definitions("dataClusters", all, right);
    if items.is_empty() && !resources.is_empty() {
        members.refuse("resources", "grants nothing", RIGHT);
    } else if items.is_empty() {
        members.refuse(
            "resources",
            "is empty",
            "a grant names the data it is about, shared or not",
        );
    }
    (items, Accounts::only(accounts))
}
