//! A connection as data: for the bank's own screens (consent-dashboard A11), for the page's own API (B9), and for the copy that a person takes home (B6.5).

use consentry_domain::{
    AccountId, Accounts, Agreement, Consent, State, Timestamp,
    decision::{EndReason, Role},
};
use consentry_ledger::{
    TenantSnapshot,
    agreements::{Connection, HistoryEntry, SingleEntry},
};
use consentry_web::logos;
use serde_json::{Value, json};

use super::{
    ConnectionView, Phase, Telling,
    accounts::nothing_is_shared,
    activity::{By, used_on},
    clusters,
    renewal::Keeping,
    single::SingleView,
    status::Mark,
};

/// The consent as the vendor's clients know it, with members of ours beside.
pub fn for_bank(telling: &Telling<'_>, connection: &Connection) -> Value {
    let agreement = &connection.agreement;
    let accounts = rows(telling, &agreement.accounts);
    let accounts: Vec<Value> = accounts
        .iter()
        .map(|row| {
            json!({
                "enabled": row.enabled,
                "nickname": row.name,
                "account_id": row.id,
                "account_number_display": row.display,
            })
        })
        .collect();
    json!({
        "id": agreement.id,
        "application_name": name(telling.tenant, agreement),
        "application_icon_url": logo(telling, agreement),
        "created_at": agreement.created_at,
        "last_accessed": connection.usage.last_used_at(),
        "accounts": accounts,
        "auto_enable_future_accounts": agreement.accounts.others,
        "consented_on": agreement.created_at,
        "revoked_at": agreement.ended.as_ref().map(|ended| ended.at),
        "status": status(connection),
        "consentStatus": berlin_group_status(connection),
        "expires_at": agreement.valid_until,
        "renewed_at": agreement.renewed_at,
        "data_clusters": clusters::opened(telling.tenant, connection),
        "intermediaries": intermediaries(telling.tenant, agreement),
        "duration_type": agreement.duration_type(),
        "lookback_days": agreement.lookback_days(),
        "version": agreement.version,
    })
}

/// The connection with all there is to say about it.
pub fn detail(telling: &Telling<'_>, connection: &Connection) -> Value {
    let Telling { tenant, .. } = *telling;
    let agreement = &connection.agreement;
    let client = tenant.clients.get(&agreement.client);
    let party = client.and_then(|client| tenant.party_of(client));
    let view = ConnectionView::new(telling, connection);
    let marks: Vec<&str> = Mark::of(connection).into_iter().map(Mark::as_str).collect();
    let stands = view.phase.has_access();
    let purposes: Vec<Value> = view
        .purposes
        .iter()
        .map(|purpose| {
            json!({ "text": purpose.words.text, "lang": purpose.words.lang, "version": purpose.version })
        })
        .collect();
    let accounts: Vec<Value> = rows(telling, &agreement.accounts)
        .iter()
        .map(|row| {
            json!({
                "account_id": row.id,
                "name": row.name,
                "last4": row.last4,
                "enabled": row.enabled,
                "since": row.since.unwrap_or(agreement.created_at),
                "last_used_at": connection.account_uses.last_used_at(&row.id),
                "joint": row.joint,
            })
        })
        .collect();
    let keeping = Keeping::of(tenant, client, connection);
    json!({
        "id": agreement.id,
        "version": agreement.version,
        "status": state_word(view.phase),
        "consentStatus": berlin_group_status(connection),
        "marks": if stands { marks } else { Vec::new() },
        "application": {
            "name": view.name.full,
            "legal_name": party.and_then(|party| party.legal_name.as_deref()),
            "registry": party.and_then(|party| party.registry.as_deref()),
            "registered_id": party.and_then(|party| party.registered_id.as_deref()),
            "host": party.and_then(|party| party.website.as_deref()),
            "contact": party.and_then(|party| party.contact.as_deref()),
            "logo": logo(telling, agreement),
        },
        "intermediaries": intermediaries(tenant, agreement),
        "clusters": clusters::opened(tenant, connection),
        "clusters_not_shared": clusters::given_back(tenant, connection),
        "accounts": accounts,
        "auto_enable_future_accounts": agreement.accounts.others,
        "purposes": purposes,
        "granted_at": agreement.created_at,
        "renewed_at": agreement.renewed_at,
        "expires_at": agreement.valid_until,
        "duration_type": agreement.duration_type(),
        "duration_days": agreement.duration_days(),
        "lookback_days": agreement.lookback_days(),
        "last_used_at": connection.usage.last_used_at(),
        "used_days_30": connection.usage.used_days(connection.seen_at),
        "last_refused_at": connection.usage.last_refused_at(),
        "ended": agreement.ended.as_ref().map(|ended| json!({ "at": ended.at, "by": ended.by.role, "reason": ended.reason })),
        "can": {
            "revoke": stands,
            "change_accounts": stands && view.accounts.as_ref().is_some_and(|accounts| accounts.can_change),
            "change_clusters": view.can_narrow(),
            "renew": keeping.as_str(),
        },
        "reauth_url": keeping.there().map(super::link::Link::href),
    })
}

/// What happened, oldest first, with the days of use.
pub fn history(connection: &Connection, history: &[HistoryEntry]) -> Value {
    let entries: Vec<Value> = history
        .iter()
        .map(|entry| {
            json!({
                "at": entry.at,
                "what": entry.what.as_str(),
                "by": By::of(entry).as_str(),
                "version": entry.agreement.version,
                "expires_at": entry.agreement.valid_until,
            })
        })
        .collect();
    json!({ "entries": entries, "used_on": used_on(connection) })
}

/// One thing that was agreed to outside of connections.
pub fn single(telling: &Telling<'_>, consent: &Consent, now: Timestamp) -> Value {
    let view = SingleView::new(telling, consent, now);
    let purpose = view.item.purpose.as_ref();
    let purpose =
        purpose.map(|(words, version)| json!({ "text": words.text, "lang": words.lang, "version": version }));
    json!({
        "id": consent.id,
        "kind": if view.is_purpose { "purpose" } else { "record" },
        "status": view.kind,
        "definition": consent.slot.definition,
        "title": view.item.title.text,
        "lang": view.item.title.lang,
        "data": view.item.data.as_ref().map(|data| data.text.as_str()),
        "purpose": purpose,
        "for": view.whom.as_ref().map(|whom| whom.full.as_str()),
        "granted_at": consent.valid_from.unwrap_or(consent.created_at),
        "expires_at": consent.valid_until,
        "ended": consent.ended.as_ref().map(|ended| json!({ "at": ended.at, "by": ended.by.role, "reason": ended.reason })),
        "can": { "revoke": view.stands },
    })
}

/// What happened to it, oldest first.
pub fn single_history(history: &[SingleEntry]) -> Value {
    let entries = history
        .iter()
        .map(|entry| json!({ "at": entry.at, "what": entry.what.as_str(), "by": entry.by.role }));
    json!({ "entries": entries.collect::<Vec<_>>() })
}

/// One account in a connection.
pub(super) struct AccountRow {
    pub id: AccountId,
    name: Option<String>,
    display: Option<String>,
    last4: Option<String>,
    pub enabled: bool,
    since: Option<Timestamp>,
    joint: bool,
}

/// Shared and not shared: those that the bank names, and of others those that something was said about.
pub(super) fn rows(telling: &Telling<'_>, accounts: &Accounts) -> Vec<AccountRow> {
    let held = telling.held.named();
    let mut rows: Vec<AccountRow> = held
        .iter()
        .map(|holding| AccountRow {
            id: holding.id.clone(),
            name: Some(holding.nickname.clone()),
            display: holding.display.clone(),
            last4: holding.last_digits(),
            enabled: accounts.shares(&holding.id),
            since: accounts.about(&holding.id).and_then(|share| share.since),
            joint: holding.is_joint(),
        })
        .collect();
    if held.is_empty() {
        rows.extend(accounts.named.iter().map(|share| AccountRow {
            id: share.id.clone(),
            name: None,
            display: None,
            last4: None,
            enabled: share.shared,
            since: share.since,
            joint: false,
        }));
    }
    rows
}

/// Address of the application's logo, at the data provider: never the application's own, which would learn who looks (A8.3).
pub(super) fn logo(telling: &Telling<'_>, agreement: &Agreement) -> Option<String> {
    let client = telling.tenant.clients.get(&agreement.client)?;
    let path = logos::of_client(telling.tenant, client);
    (!path.is_empty()).then(|| format!("{}{path}", telling.base))
}

fn name<'a>(tenant: &'a TenantSnapshot, agreement: &'a Agreement) -> &'a str {
    let client = tenant.clients.get(&agreement.client);
    let party = client.and_then(|client| tenant.party_of(client));
    party.map_or(agreement.disclosure.client_name.as_str(), |party| {
        party.name.as_str()
    })
}

/// Status of FDX, by the clock: `ACTIVE`, `EXPIRED` or `REVOKED`.
pub const fn status(connection: &Connection) -> &'static str {
    match connection.state {
        State::Accepted | State::Restricted => "ACTIVE",
        State::Expired => "EXPIRED",
        _ => "REVOKED",
    }
}

/// Status of the Berlin Group's `NextGenPSD2` (EU-6, D4). It has no word for what the bank ended; that is refused from then on.
fn berlin_group_status(connection: &Connection) -> &'static str {
    let ended = connection.agreement.ended.as_ref();
    match (connection.state, ended) {
        (State::Accepted | State::Restricted, _) => "valid",
        (State::Expired, _) => "expired",
        (_, Some(ended))
            if matches!(ended.by.role, Role::Subject | Role::Delegate)
                || ended.reason == EndReason::UserAction =>
        {
            "revokedByPsu"
        }
        (_, Some(ended)) if ended.by.role == Role::Party => "terminatedByTpp",
        _ => "rejected",
    }
}

const fn state_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Stopped => "stopped",
        Phase::Ended => "ended",
        Phase::Paused => "paused",
        Phase::NothingShared => "nothing_shared",
        Phase::EndsSoon => "ends_soon",
        Phase::Active => "active",
    }
}

fn intermediaries(tenant: &TenantSnapshot, agreement: &Agreement) -> Vec<Value> {
    let ids = agreement.disclosure.intermediaries.iter();
    ids.filter_map(|id| tenant.parties.get(id))
        .map(|party| json!({ "name": party.name, "type": "DATA_ACCESS_PLATFORM", "host": party.website }))
        .collect()
}

/// Whether data can flow.
pub fn is_open(telling: &Telling<'_>, connection: &Connection) -> bool {
    let client = telling.tenant.clients.get(&connection.agreement.client);
    let served = client.is_none_or(|client| client.enabled);
    let nothing = nothing_is_shared(telling.held, &connection.agreement.accounts);
    Phase::of(connection, served, nothing).has_access()
}
