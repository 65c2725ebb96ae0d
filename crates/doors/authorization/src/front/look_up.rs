//! The first party's page asks who asks for what: `GET /v1/consents/interactions/{src_interaction}` (third-party-authorization A.9).

use axum::{
    Json,
    extract::{Path, Request},
    response::{IntoResponse, Response},
};
use consentry_domain::{DefinitionKey, authorization_details::ConsentRequest, scope::Scope};
use consentry_ledger::{
    Opaque,
    interactions::{LookUp, LookUpError},
};
use consentry_web::{
    error::{ApiError, Vendor, registry},
    headers, logos,
    visit::Visit,
};
use serde_json::{Value, json};
use url::Url;

use crate::{authorization_details::AuthorizationDetail, bearer};

/// `GET /v1/consents/interactions/{src_interaction}`.
pub(super) async fn get(
    visit: Visit,
    Path(handle): Path<String>,
    request: Request,
) -> Result<Response, Vendor> {
    let (parts, _) = request.into_parts();
    let caller = bearer::caller(&visit, &parts.headers).await?;
    let found = visit
        .ledger()
        .look_up_interaction(&visit.tenant, &caller, &Opaque::received(&handle))
        .await
        .map_err(refused)?;
    let shown = shown(&visit, &handle, &found).ok_or_else(|| refused(LookUpError::Over))?;
    Ok((headers::api(), Json(json!({ "result": shown }))).into_response())
}

fn refused(error: LookUpError) -> ApiError {
    match error {
        LookUpError::Unknown => ApiError::new(&registry::NOT_FOUND).detail("Interaction not found"),
        LookUpError::Over => ApiError::new(&registry::GONE).detail("Interaction is over"),
        LookUpError::Denied(denied) => ApiError::new(&registry::FORBIDDEN)
            .detail("Forbidden")
            .because(denied),
        LookUpError::Fault(fault) => fault.into(),
    }
}

fn shown(visit: &Visit, handle: &str, found: &LookUp) -> Option<Value> {
    let question = found.interaction.step.question()?;
    let request = &found.interaction.request;
    let client = &found.client;
    let party = visit.tenant.party_of(client);
    let organization = party.map(|party| party.legal_name.as_ref().unwrap_or(&party.name));
    let own = &client.settings;
    let website = party.and_then(|party| party.website.as_ref());
    let redirect = Url::parse(&request.redirect_uri).ok();
    // Ours: a page that shows it tells nobody who looks at it.
    let logo = visit.tenant.logo_of(client).is_some().then(|| {
        let base = visit.house.base_url(&visit.tenant);
        format!("{base}{}", logos::of_client(&visit.tenant, client))
    });
    Some(json!({
        "src_interaction": handle,
        "app_id": request.application,
        "user_id": question.subject,
        "client": {
            "client_id": client.id,
            "name": client.name,
            "organization_name": organization.or(own.organization_name.as_ref()),
            "verified": party.is_some_and(|party| party.verified),
            "client_uri": own.client_uri.as_ref().or(website),
            "logo_uri": logo,
            "policy_uri": own.policy_uri,
            "tos_uri": own.tos_uri,
            "contacts": own.contacts,
            "redirect_host": redirect.as_ref().and_then(Url::host_str),
            "first_seen_at": client.created_at.as_seconds(),
        },
        "requested_scope": values(&question.scope),
        "already_granted_scope": values(&found.already_granted),
        "requested_claims": request.claims.names(),
        "authorization_details": details(request.details.as_ref()),
        "resource": request.resources,
        "offline_access": question.scope.contains(Scope::OFFLINE_ACCESS),
        "consent_expires_at": found.consent_until.as_seconds(),
        "interaction_expires_at": found.interaction.expires_at().as_seconds(),
        "ui_locales": request.ui_locales,
        "acr": null,
        "auth_time": question.auth_time.as_seconds(),
        "decision_token": found.decision_token.expose(),
    }))
}

/// As they were asked for; an array of one, or of none.
fn details(asked: Option<&ConsentRequest>) -> Vec<AuthorizationDetail> {
    asked
        .cloned()
        .map(AuthorizationDetail::from)
        .into_iter()
        .collect()
}

fn values(scope: &Scope) -> Vec<&str> {
    scope.values().iter().map(DefinitionKey::as_str).collect()
}
