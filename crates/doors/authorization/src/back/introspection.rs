//! `/oidc/token/introspection` (RFC 7662): is this token good now, and for what?

use axum::{extract::Request, response::Response};
use consentry_domain::{
    AccountId, Accounts, AgreementId, ApplicationId, ClientId, GrantId, SubjectId, TenantId, scope::Scope,
};
use consentry_ledger::{Opaque, tokens::Introspected};
use consentry_web::{error::OAuth, visit::Visit};
use serde::Serialize;

use super::{answer, oauth_form, required};
use crate::{
    authorization_details::AuthorizationDetail, bearer::issuer,
    client_authentication::authenticate_confidential,
};

/// All that is said about a token that does not count, or is not the caller's business (B05-02).
#[derive(Serialize)]
struct Inactive {
    active: bool,
}

#[derive(Serialize)]
struct Active<'a> {
    active: bool,
    iss: &'a str,
    sub: &'a str,
    client_id: &'a ClientId,
    tid: TenantId,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_id: Option<ApplicationId>,
    scope: &'a Scope,
    exp: i64,
    iat: i64,
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_id: Option<AgreementId>,
    /// The same under the name that FDX has for it (consent-dashboard D1).
    #[serde(rename = "fdxConsentId", skip_serializing_if = "Option::is_none")]
    fdx_consent_id: Option<AgreementId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<GrantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<SubjectId>,
    /// Which accounts the token opens, where not all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    accounts: Option<Opened<'a>>,
    /// What was given of what was asked for with details (RFC 9396 9.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<[AuthorizationDetail; 1]>,
}

/// The accounts that a token opens, by the ids of the data provider (consent-dashboard D1).
#[derive(Serialize)]
struct Opened<'a> {
    enabled: Vec<&'a AccountId>,
    disabled: Vec<&'a AccountId>,
    /// Whether all others are open, those that are opened later included.
    others: bool,
}

impl<'a> Opened<'a> {
    fn of(accounts: &'a Accounts) -> Self {
        let those = |shared| accounts.named.iter().filter(move |share| share.shared == shared);
        Self {
            enabled: those(true).map(|share| &share.id).collect(),
            disabled: those(false).map(|share| &share.id).collect(),
            others: accounts.others,
        }
    }
}

/// Answers an introspection request. `token_type_hint` is not needed to tell our two kinds apart.
pub(crate) async fn introspect(visit: Visit, request: Request) -> Result<Response, OAuth> {
    let (parts, body) = request.into_parts();
    let form = oauth_form(&parts.headers, body).await?;
    let proven = authenticate_confidential(&visit, &parts.headers, &form).await?;
    let token = Opaque::received(required(&form, "token")?);
    let issuer = issuer(&visit);
    match visit
        .ledger()
        .introspect(&visit.tenant, &issuer, &proven, &token)
        .await?
    {
        Some(seen) => {
            let application = visit
                .tenant
                .client(seen.client.as_str())
                .map(|client| client.application);
            Ok(answer(&active(&visit, issuer.as_str(), application, &seen))?)
        }
        None => Ok(answer(&Inactive { active: false })?),
    }
}

fn active<'a>(
    visit: &Visit,
    issuer: &'a str,
    app_id: Option<ApplicationId>,
    seen: &'a Introspected,
) -> Active<'a> {
    let access = seen.access.as_ref();
    Active {
        active: true,
        iss: issuer,
        sub: &seen.sub,
        client_id: &seen.client,
        tid: visit.tenant.id(),
        app_id,
        scope: &seen.scope,
        exp: seen.exp,
        iat: seen.iat,
        token_type: if access.is_some() {
            "Bearer"
        } else {
            "refresh_token"
        },
        aud: access.map(|access| access.aud.as_str()),
        jti: access.map(|access| access.jti.as_str()),
        auth_time: access.and_then(|access| access.auth_time),
        consent_id: seen.agreement,
        fdx_consent_id: seen
            .agreement
            .filter(|_| visit.tenant.tenant.dashboard.fdx.is_some()),
        grant_id: seen.grant,
        user_id: seen.user,
        accounts: seen.accounts.as_ref().map(Opened::of),
        authorization_details: seen.details.clone().map(|details| [details.into()]),
    }
}
