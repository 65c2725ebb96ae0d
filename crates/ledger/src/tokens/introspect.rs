//! Introspection (RFC 7662): what a token is good for, told to those whose business it is.

use consentry_domain::{
    Accounts, AgreementId, ClientId, GrantId, SubjectId,
    authorization_details::ConsentRequest,
    client::{Client, ClientAuthority},
    grant::Grant,
    scope::Scope,
};
use consentry_store::TokenKind;

use super::{
    ActiveAccess, Issuer, ProvenClient, access_token::subject_identifier, client_authentication::authority,
    family, issue::RefreshDetail,
};
use crate::{Ledger, Opaque, TenantSnapshot, error::Fault, stored_json};

/// What is told about a token that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introspected {
    /// The person as the token's client knows them, or that client.
    pub sub: String,
    /// The client that holds it.
    pub client: ClientId,
    /// What it may be used for now.
    pub scope: Scope,
    /// From this second on it is over.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// Only for access tokens.
    pub access: Option<IntrospectedAccess>,
    /// The agreement behind it.
    pub agreement: Option<AgreementId>,
    /// The grant behind it.
    pub grant: Option<GrantId>,
    /// The accounts it is about, where not all of them (consent-dashboard D1).
    pub accounts: Option<Accounts>,
    /// What was given of the `authorization_details` that were asked for (RFC 9396 9.2).
    pub details: Option<ConsentRequest>,
    /// The person as the first party knows them; only told to the first party, since `sub` means nothing to it where it is
    /// pairwise.
    pub user: Option<SubjectId>,
}

/// What only an access token has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntrospectedAccess {
    /// Its audience.
    pub aud: String,
    /// Its identity.
    pub jti: String,
    /// When the person last proved who they are.
    pub auth_time: Option<i64>,
}

impl Ledger {
    /// Tells what a token is good for. None: it does not count, is unknown, or is not this caller's business (TPA-IN-02). A public
    /// client gets nothing told (TPA-IN-01 is answered before). Access tokens are looked for first; a hint is not needed to tell the
    /// kinds apart.
    pub async fn introspect(
        &self,
        tenant: &TenantSnapshot,
        issuer: &Issuer,
        caller: &ProvenClient,
        token: &Opaque,
    ) -> Result<Option<Introspected>, Fault> {
        if !caller.is_confidential() {
            return Ok(None);
        }
        if token.expose().contains('.') {
            let active = self
                .authenticate_access_token(tenant, issuer, token.expose())
                .await?;
            let seen = active.filter(|active| may_see(tenant, issuer, caller.client(), active));
            let Some(active) = seen else {
                return Ok(None);
            };
            let grant = active.grant().map(AsRef::as_ref);
            let accounts = self.accounts_under(tenant, grant).await?;
            let details = self.details_under(tenant, grant, active.scope()).await?;
            return Ok(Some(Introspected {
                accounts,
                details,
                ..access(caller.client(), &active)
            }));
        }
        self.introspect_refresh_token(tenant, caller, token).await
    }

    async fn introspect_refresh_token(
        &self,
        tenant: &TenantSnapshot,
        caller: &ProvenClient,
        token: &Opaque,
    ) -> Result<Option<Introspected>, Fault> {
        let now = self.now();
        let client = caller.client();
        let Some(row) = self.token(tenant.id(), token.hash()).await? else {
            return Ok(None);
        };
        let alive = row.kind == TokenKind::Refresh
            && row.client.as_deref() == Some(client.id.as_str())
            && row.consumed_at.is_none()
            && row.revoked_at.is_none()
            && now < row.expires_at;
        let (true, Some(id)) = (alive, row.grant) else {
            return Ok(None);
        };
        let Some(grant) = self.grant(tenant.id(), id).await? else {
            return Ok(None);
        };
        if !family::is_live(&grant, client, now) {
            return Ok(None);
        }
        let detail: RefreshDetail = stored_json::from_json(&row.detail, "refresh token")?;
        let coverage = self.coverage(tenant, client, &grant, &detail.scope, now).await?;
        let covered = coverage.covered.contains(Scope::OFFLINE_ACCESS)
            && family::is_enough(client, &detail.scope, &coverage);
        if !covered {
            return Ok(None);
        }
        Ok(Some(Introspected {
            sub: subject_identifier(tenant, client, grant.subject)?,
            client: client.id.clone(),
            details: self
                .details_under(tenant, Some(&grant), &coverage.covered)
                .await?,
            scope: coverage.covered,
            exp: row.expires_at.as_seconds(),
            iat: row.issued_at.as_seconds(),
            access: None,
            agreement: grant.agreement,
            grant: Some(grant.id),
            accounts: self.accounts_under(tenant, Some(&grant)).await?,
            user: (!client.is_third_party).then_some(grant.subject),
        }))
    }

    /// The accounts that tokens of a grant open, where not all of them.
    async fn accounts_under(
        &self,
        tenant: &TenantSnapshot,
        grant: Option<&Grant>,
    ) -> Result<Option<Accounts>, Fault> {
        let Some((subject, agreement)) = grant.and_then(|grant| Some((grant.subject, grant.agreement?)))
        else {
            return Ok(None);
        };
        let accounts = self.accounts_of(tenant, subject, agreement).await?;
        Ok((!accounts.is_all()).then_some(accounts))
    }
}

/// A third party sees its own tokens only; a first party those for its application; a management client all of the tenant.
fn may_see(tenant: &TenantSnapshot, issuer: &Issuer, caller: &Client, active: &ActiveAccess) -> bool {
    let claims = active.claims();
    if claims.client_id == caller.id {
        return true;
    }
    if caller.is_third_party || claims.aud == issuer.grant_management() {
        return false;
    }
    let of_application = tenant
        .applications
        .get(&caller.application)
        .is_some_and(|application| {
            application.default_resource.as_deref() == Some(claims.aud.as_str())
                || application.resources.contains(&claims.aud)
        });
    let own_endpoints = claims.aud == issuer.userinfo() || claims.aud == issuer.as_str();
    of_application
        || (claims.app_id == caller.application && own_endpoints)
        || authority(caller) == ClientAuthority::Tenant
}

fn access(caller: &Client, active: &ActiveAccess) -> Introspected {
    let claims = active.claims();
    Introspected {
        sub: claims.sub.clone(),
        client: claims.client_id.clone(),
        scope: active.scope().clone(),
        exp: claims.exp,
        iat: claims.iat,
        access: Some(IntrospectedAccess {
            aud: claims.aud.clone(),
            jti: claims.jti.clone(),
            auth_time: claims.auth_time,
        }),
        agreement: claims.consent_id,
        grant: claims.grant_id,
        accounts: None,
        details: None,
        user: active.subject().filter(|_| !caller.is_third_party),
    }
}
