//! What a registration may say, and who may say it.

use consentry_domain::{
    client::{Client, ClientAuthority, Wrong},
    tenant::{Application, Tenant},
};

use super::{Act, ClientError};
use crate::{
    Caller, TenantSnapshot,
    administration::ADMINISTER,
    checks::{CHECK, HISTORY, SEARCH},
    feed::{READ, READ_SUBJECTS},
    tokens::client_assertion::wrong_keys,
    webhooks::MANAGE,
};

/// Refuses a registration that breaks a rule, or that this caller may not make of `known`.
pub(super) fn check(
    tenant: &TenantSnapshot,
    act: Act<'_>,
    known: Option<&Client>,
    wanted: &Client,
) -> Result<(), ClientError> {
    let application = tenant.applications.get(&wanted.application);
    let application = application.ok_or(ClientError::Absent)?;
    // A back end that never sends anybody anywhere was configured so.
    let needs_none = known.is_some_and(|known| known.redirect_uris.is_empty());
    let wrong = wrongs(&tenant.tenant, application, wanted, needs_none);
    if !wrong.is_empty() {
        return Err(ClientError::Wrong(wrong));
    }
    // Without the consent step people are asked nothing any more (TPA-CL-03).
    if known.is_some_and(|known| known.is_third_party && !wanted.is_third_party) && !is_admin(act) {
        return Err(ClientError::NotAllowed(
            "only an admin token may make a third party one of the application's own clients",
        ));
    }
    if known.is_some_and(|known| known.authority == ClientAuthority::Tenant) && !is_admin(act) {
        return Err(ClientError::NotAllowed(
            "only an admin token may change a client that manages the whole tenant",
        ));
    }
    check_scopes(tenant, act, known, wanted)
}

/// Everything that is wrong with a registration, whoever makes it. `sends_nobody` is whether it may be that of a back end which never
/// sends anybody anywhere.
pub(super) fn wrongs(
    tenant: &Tenant,
    application: &Application,
    wanted: &Client,
    sends_nobody: bool,
) -> Vec<Wrong> {
    let mut wrong = wanted.check(application);
    if sends_nobody && wanted.redirect_uris.is_empty() && !wanted.is_third_party {
        wrong.retain(|wrong| wrong.field != "redirect_uris");
    }
    if let Some(keys) = &wanted.settings.assertion_keys {
        wrong.extend(wrong_keys(keys));
        if wanted.is_public() {
            let why = "must not be that of a public client, which proves nothing";
            wrong.push(Wrong::new("pkce", why));
        }
    }
    if tenant.dashboard.fdx.is_none() && !wanted.settings.authorization_details_types.is_empty() {
        let why = "must be empty where the tenant says nothing of itself in the words of FDX";
        wrong.push(Wrong::new("authorization_details_types", why));
    }
    let longest = tenant.lifetimes.access_token;
    let longest = longest.max(tenant.lifetimes.third_party_access_token);
    if wanted.settings.access_token.is_some_and(|life| life > longest) {
        let most = longest.as_seconds();
        wrong.push(Wrong::new(
            "token_expiration",
            format!("must have an access_token_ttl of at most {most}, the longest of the tenant"),
        ));
    }
    wrong
}

/// Scopes that open interfaces of the house are handed on by who has them, and by nobody else: an application must not make itself an
/// administrator.
fn check_scopes(
    tenant: &TenantSnapshot,
    act: Act<'_>,
    known: Option<&Client>,
    wanted: &Client,
) -> Result<(), ClientError> {
    let records = &tenant.tenant.records;
    let guarded = [
        ADMINISTER,
        CHECK,
        HISTORY,
        SEARCH,
        MANAGE,
        READ,
        READ_SUBJECTS,
        &records.privileged_scope,
        &records.unprivileged_scope,
    ];
    let own = match act.permit.caller() {
        Caller::Client { client, .. } => tenant.clients.get(client),
        _ => None,
    };
    for scope in guarded.into_iter().filter(|scope| !scope.is_empty()) {
        let has = known.is_some_and(|known| {
            known.allowed_scopes.contains(scope) && known.is_third_party == wanted.is_third_party
        });
        let owns = own.is_some_and(|own| own.allowed_scopes.contains(scope));
        if wanted.allowed_scopes.contains(scope) && !has && !owns {
            return Err(ClientError::NotAllowed(
                "a scope of the house itself can only be handed on by a client that has it",
            ));
        }
    }
    Ok(())
}

fn is_admin(act: Act<'_>) -> bool {
    matches!(
        act.permit.caller(),
        Caller::Operator
            | Caller::Client {
                authority: ClientAuthority::Tenant,
                ..
            }
    )
}

/// Refuses the removal of a client that manages the whole tenant, unless an admin asks.
pub(super) fn check_removal(act: Act<'_>, known: &Client) -> Result<(), ClientError> {
    if known.authority == ClientAuthority::Tenant && !known.is_third_party && !is_admin(act) {
        return Err(ClientError::NotAllowed(
            "only an admin token may remove a client that manages the whole tenant",
        ));
    }
    Ok(())
}
