//! Third-party consents as the consents API of an identity platform shows them (third-party-authorization A.3.1).

use consentry_domain::{Accounts, TenantId, decision::EndReason, subject::Alias};
use consentry_ledger::agreements::{ImportedAgreement, ImportedEnd, agreement_called};
use serde_json::Value;

use super::{Element, FoundAgreement, Members, People};
use crate::ldif::Refused;

/// Members whose meaning would be lost without a word.
const LOST: [&str; 2] = ["claims", "authorization_details"];

/// Reads one consent.
pub fn third_party_consent(
    tenant: TenantId,
    people: People,
    element: Element,
) -> Result<FoundAgreement, Vec<Refused>> {
    let mut members = Members::of(&element, "consent_id")?;
    let id = members.text("consent_id", "it is the id that clients know");
    let user = members.text("user_id", "it says whose consent it is");
    let client = members.client("client_id");
    let scope = members.text("scope", "it is what was agreed to, with spaces between");
    let scope = scope.map(|scope| {
        let right = "it is what was agreed to, with spaces between";
        members.definitions("scope", scope.split(' ').filter(|name| !name.is_empty()), right)
    });
    let created_at = members.required("created_at", Members::seconds);
    let updated_at = members.seconds("updated_at").or(created_at);
    let valid_until = members.seconds("expires_at");
    let used_at = members.seconds("last_used_at");
    let resources = resources(&mut members);
    let status = status(&mut members);
    for member in LOST {
        let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        if members.value(member).is_some_and(|value| !is_empty(value)) {
            members.refuse(member, "cannot be kept", "only consents to scopes are taken over");
        }
    }
    if status == Some(Status::Expired) && valid_until.is_none() {
        members.refuse(
            "expires_at",
            "is missing",
            "an expired consent says when it expired",
        );
    }
    let name = id.clone().unwrap_or_default();
    let read = (|| {
        let (updated_at, status) = (updated_at?, status?);
        let ended = match status {
            Status::Active | Status::Expired => None,
            Status::Revoked => Some(EndReason::PartyAction),
            Status::Superseded => Some(EndReason::Superseded),
        };
        Some(ImportedAgreement {
            id: agreement_called(tenant, &id?),
            person: Alias::new(people.into(), user?),
            client: client?,
            items: scope?.into_iter().map(|definition| (definition, None)).collect(),
            resources,
            created_at: created_at?,
            updated_at,
            valid_until,
            ended: ended.map(|reason| ImportedEnd {
                at: updated_at,
                reason,
                by_person: false,
            }),
            accounts: Accounts::default(),
            intermediaries: None,
            used_at,
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
    Superseded,
}

/// What the other product does not say is active: its lists have nothing else.
fn status(members: &mut Members<'_>) -> Option<Status> {
    const RIGHT: &str = "it is active, expired, revoked or superseded";
    if members.value("status").is_none() {
        return Some(Status::Active);
    }
    match members.optional_text("status", RIGHT)?.as_str() {
        "active" => Some(Status::Active),
        "expired" => Some(Status::Expired),
        "revoked" => Some(Status::Revoked),
        "superseded" => Some(Status::Superseded),
        _ => {
            members.refuse("status", "is unknown", RIGHT);
            None
        }
    }
}

fn resources(members: &mut Members<'_>) -> Vec<String> {
    let texts = match members.value("resource") {
        None => Some(Vec::new()),
        Some(Value::Array(values)) => values
            .iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect(),
        Some(_) => None,
    };
    texts.unwrap_or_else(|| {
        members.refuse("resource", "is no list of texts", "it is a list of resources");
        Vec::new()
    })
}
