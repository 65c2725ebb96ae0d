//! Notifications of FDX and MX about bundles, in the shape of consent-dashboard C3.

use aws_lc_rs::digest;
use consentry_domain::{
    Agreement, AgreementId, Fact,
    consent::Ended,
    decision::{EndReason, Role},
};
use consentry_store::AgreementQuery;
use serde_json::{Map, Value, json};

use super::Telling;
use crate::{
    error::Fault,
    feed::{Happening, catalogue::Family},
};

/// The two dialects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Of the standard: ids are texts.
    Fdx,
    /// Of the vendor: `id` and `application_id` are numbers.
    Mx,
}

impl Dialect {
    /// What an event is called; none where there is no word for it. `reason` is why a bundle was ended; nobody ended one that is over.
    fn name(self, kind: &str, reason: Option<EndReason>, is_expired: bool) -> Option<&'static str> {
        Some(match (kind, self) {
            ("grant.created", _) => "CONSENT_INITIATED",
            ("grant.changed", Self::Mx) => "CONSENT_MODIFIED",
            ("grant.renewed", Self::Mx) => "CONSENT_RENEWED",
            ("grant.changed" | "grant.renewed", Self::Fdx) => "CONSENT_UPDATED",
            ("grant.expiring", _) => "CONSENT_EXPIRING",
            ("grant.reported", _) => "CONSENT_REPORTED",
            // What took its place is told by itself.
            ("grant.ended", _) if reason == Some(EndReason::Superseded) => return None,
            ("grant.ended", _) if is_expired => "CONSENT_EXPIRED",
            ("grant.ended", _) => "CONSENT_REVOKED",
            _ => return None,
        })
    }
}

fn agreement(event: &Happening) -> Option<&Agreement> {
    event.body()?.happened.as_ref().and_then(Fact::agreement)
}

/// Whether nobody ended a bundle, and its time is over.
fn is_expired(event: &Happening) -> bool {
    let fact = event.body().and_then(|body| body.happened.as_ref());
    matches!(fact, Some(Fact::AgreementExpired { .. }))
}

fn reason(agreement: Option<&Agreement>) -> Option<EndReason> {
    agreement?.ended.as_ref().map(|ended| ended.reason)
}

/// Whether an event is told, by the table of recipients (consent-dashboard C1): that a consent is new, and that somebody does not recognise
/// it, is for the provider of the data alone.
pub(in crate::webhooks) fn tells(event: &Happening, is_of_party: bool) -> bool {
    let kind = event.entry().name;
    event.entry().family == Family::Grant
        && Dialect::Mx
            .name(kind, reason(agreement(event)), is_expired(event))
            .is_some()
        && !(is_of_party && matches!(kind, "grant.created" | "grant.reported"))
}

/// A test.
pub(super) fn ping(
    telling: &Telling<'_>,
    dialect: Dialect,
    id: &str,
    at: consentry_domain::Timestamp,
) -> Value {
    notification(
        telling,
        dialect,
        id,
        "ENDPOINT_PING",
        at,
        json!({ "id": Value::Null, "idType": "CONSENT" }),
    )
}

/// The notification of an event, with its name.
pub(super) async fn render(
    telling: &Telling<'_>,
    dialect: Dialect,
    event: &Happening,
) -> Result<Option<(String, Value)>, Fault> {
    let agreement = agreement(event);
    let Some(name) = dialect.name(event.entry().name, reason(agreement), is_expired(event)) else {
        return Ok(None);
    };
    let mut payload = Map::new();
    let mut put = |name: &str, value: Value| payload.insert(name.to_owned(), value);
    if let Some(agreement) = agreement {
        put("id", dialect.id(agreement.id));
        put("idType", json!("CONSENT"));
        if let Some(person) = telling.rendering.subject(event).await? {
            put("customerId", json!(person.id));
        }
        put("application_id", dialect.application(agreement.client.as_str()));
        if let Some(party) = agreement.disclosure.intermediaries.first() {
            let known = telling.rendering.tenant.parties.get(party);
            put("intermediary", json!(known.map(|party| &party.name)));
        }
        if !agreement.accounts.is_all() {
            let those = |shared: bool| -> Vec<&str> {
                let named = agreement.accounts.named.iter();
                let those = named.filter(|share| share.shared == shared);
                those.map(|share| share.id.as_str()).collect()
            };
            put(
                "accountEntitlements",
                json!({ "enabled": those(true), "disabled": those(false) }),
            );
        }
        let mut custom = Vec::new();
        let mut add = |name: &str, value: String| custom.push(json!({ "name": name, "value": value }));
        if let Some(ended) = &agreement.ended {
            add("reason", why(ended).to_owned());
            add("initiator", initiator(ended.by.role).to_owned());
        }
        if event.entry().name == "grant.created" && is_repeated(telling, agreement).await? {
            add("repeat", "true".to_owned());
        }
        add("sequence", agreement.version.to_string());
        put("customFields", Value::Array(custom));
    } else {
        // The person was erased, and what is left names nobody (EVT-18).
        put("id", Value::Null);
        put("idType", json!("CONSENT"));
        if let Some(client) = &event.leaf.audience {
            put("application_id", dialect.application(client));
        }
        put("customFields", json!([{ "name": "erased", "value": "true" }]));
    }
    let id = event.id().to_string();
    let body = notification(telling, dialect, &id, name, event.at(), Value::Object(payload));
    Ok(Some((name.to_owned(), body)))
}

fn notification(
    telling: &Telling<'_>,
    dialect: Dialect,
    id: &str,
    name: &str,
    at: consentry_domain::Timestamp,
    payload: Value,
) -> Value {
    let mut body = json!({
        "type": name,
        "sentOn": at.to_rfc3339_seconds(),
        "category": "CONSENT",
        "notificationPayload": payload,
    });
    if dialect == Dialect::Fdx {
        let rendering = &telling.rendering;
        body["notificationId"] = json!(id);
        body["publisher"] = json!({
            "name": rendering.tenant.tenant.brand.name,
            "type": "DATA_PROVIDER",
            "homeUri": rendering.base,
        });
    }
    body
}

impl Dialect {
    fn id(self, id: AgreementId) -> Value {
        match self {
            Self::Fdx => json!(id),
            Self::Mx => json!(number(&id.to_string())),
        }
    }

    fn application(self, client: &str) -> Value {
        match self {
            Self::Fdx => json!(client),
            Self::Mx => json!(number(client)),
        }
    }
}

/// The number that stands for an id where the vendor has numbers: the first 53 bits of its SHA-256, which every JSON reader keeps exact.
fn number(id: &str) -> u64 {
    let hash = digest::digest(&digest::SHA256, id.as_bytes());
    let first = hash.as_ref().iter().take(8);
    first.fold(0, |number, byte| number << 8 | u64::from(*byte)) >> 11
}

/// Why it ended, in one of the two words that FDX has.
const fn why(ended: &Ended) -> &'static str {
    match ended.reason {
        EndReason::UserAction | EndReason::ClientAction | EndReason::Logout => "USER_ACTION",
        EndReason::RecordRevoked
        | EndReason::RecordDeleted
        | EndReason::RecordMoved
        | EndReason::Emptied
        | EndReason::ConsentEnded
            if matches!(ended.by.role, Role::Subject | Role::Delegate) =>
        {
            "USER_ACTION"
        }
        _ => "BUSINESS_RULE",
    }
}

/// Who ended it, as a party of FDX (consent-dashboard D2).
const fn initiator(role: Role) -> &'static str {
    match role {
        Role::Subject | Role::Delegate => "INDIVIDUAL",
        Role::Party => "DATA_RECIPIENT",
        Role::Staff | Role::System => "DATA_PROVIDER",
    }
}

/// Whether the person had let the same application in before.
async fn is_repeated(telling: &Telling<'_>, agreement: &Agreement) -> Result<bool, Fault> {
    let query = AgreementQuery {
        subject: Some(agreement.subject),
        client: Some(agreement.client.clone()),
        after: Some((agreement.created_at, agreement.id)),
        limit: 1,
        ..AgreementQuery::default()
    };
    let rendering = &telling.rendering;
    let store = &rendering.ledger.inner.store;
    Ok(!store.agreements(rendering.tenant.id(), query).await?.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fit_what_every_reader_of_json_keeps() {
        // printf 'moneytrack' | sha256sum, its first 53 bits.
        assert_eq!(number("moneytrack"), 1_738_526_367_648_023);
        assert!(number("x") < 1 << 53);
    }

    #[test]
    fn consent_dashboard_c1_each_event_has_the_word_of_its_dialect() {
        for (kind, mx, fdx) in [
            (
                "grant.created",
                Some("CONSENT_INITIATED"),
                Some("CONSENT_INITIATED"),
            ),
            ("grant.changed", Some("CONSENT_MODIFIED"), Some("CONSENT_UPDATED")),
            ("grant.renewed", Some("CONSENT_RENEWED"), Some("CONSENT_UPDATED")),
            (
                "grant.expiring",
                Some("CONSENT_EXPIRING"),
                Some("CONSENT_EXPIRING"),
            ),
            ("grant.ended", Some("CONSENT_REVOKED"), Some("CONSENT_REVOKED")),
            (
                "grant.reported",
                Some("CONSENT_REPORTED"),
                Some("CONSENT_REPORTED"),
            ),
            ("consent.revoked", None, None),
        ] {
            assert_eq!(Dialect::Mx.name(kind, None, false), mx, "{kind}");
            assert_eq!(Dialect::Fdx.name(kind, None, false), fdx, "{kind}");
        }
        let superseded = Some(EndReason::Superseded);
        assert_eq!(Dialect::Mx.name("grant.ended", superseded, false), None);
        for dialect in [Dialect::Mx, Dialect::Fdx] {
            assert_eq!(dialect.name("grant.ended", None, true), Some("CONSENT_EXPIRED"));
        }
    }
}
