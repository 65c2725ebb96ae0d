//! A consent as the vendor's API shows it (third-party-authorization A.3.1). Times are whole seconds since 1970.

use consentry_domain::{
    AgreementId, ApplicationId, ClientId, State, SubjectId, TenantId, Timestamp, decision::TextShown, shown,
};
use consentry_ledger::{TenantSnapshot, agreements::Connection};
use serde::Serialize;

/// What every answer of the API is wrapped in.
#[derive(Serialize)]
pub(super) struct Result<T> {
    pub result: T,
    /// Only where there is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// The consent. The nine members of the original are always there; `expires_at` is `null` where there is no end.
#[derive(Serialize)]
pub(super) struct Consent<'a> {
    consent_id: AgreementId,
    tenant_id: TenantId,
    app_id: ApplicationId,
    client_id: &'a ClientId,
    user_id: SubjectId,
    scope: String,
    created_at: i64,
    expires_at: Option<i64>,
    updated_at: i64,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource: Vec<&'a str>,
    /// When data was last delivered; left out where it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence<'a>>,
}

/// What the person was shown.
#[derive(Serialize)]
struct Evidence<'a> {
    client_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<&'a str>,
    redirect_hosts: &'a [String],
    client_type: &'a str,
    texts: &'a [TextShown],
    decision_id: String,
    decided_at: i64,
}

/// How much of a consent is shown beside the members of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Nothing more.
    Plain,
    /// The client's name (calls 4 and 6).
    Named,
    /// What was shown to the person (call 2).
    Evidence,
}

impl<'a> Consent<'a> {
    /// An agreement as seen now; none where this door does not show its state.
    pub(super) fn new(tenant: &'a TenantSnapshot, seen: &'a Connection, detail: Detail) -> Option<Self> {
        let agreement = &seen.agreement;
        let name = || {
            let client = tenant.clients.get(&agreement.client);
            client.map_or(agreement.disclosure.client_name.as_str(), |client| {
                client.name.as_str()
            })
        };
        Some(Self {
            consent_id: agreement.id,
            tenant_id: tenant.id(),
            app_id: agreement.application,
            client_id: &agreement.client,
            user_id: agreement.subject,
            scope: scope(seen),
            created_at: agreement.created_at.as_seconds(),
            expires_at: agreement.valid_until.map(Timestamp::as_seconds),
            updated_at: agreement.updated_at.as_seconds(),
            status: shown::authorization(seen.state)?,
            client_name: (detail == Detail::Named).then(name),
            resource: agreement.qualifier.as_resources(),
            last_used_at: seen.usage.last_used_at().map(Timestamp::as_seconds),
            evidence: (detail == Detail::Evidence).then(|| evidence(seen)),
        })
    }
}

/// What still counts of an active consent; all that was given of one that is over.
fn scope(seen: &Connection) -> String {
    if seen.state != State::Accepted {
        return seen.agreement.scope();
    }
    let left: Vec<&str> = seen
        .in_force()
        .map(|consent| consent.slot.definition.as_str())
        .collect();
    left.join(" ")
}

fn evidence(seen: &Connection) -> Evidence<'_> {
    let disclosure = &seen.agreement.disclosure;
    Evidence {
        client_name: &disclosure.client_name,
        organization: disclosure.organization.as_deref(),
        redirect_hosts: &disclosure.redirect_hosts,
        client_type: &disclosure.client_type,
        texts: &disclosure.texts,
        decision_id: seen.agreement.decision.to_string(),
        decided_at: seen.agreement.created_at.as_seconds(),
    }
}
