//! Making the answer of the token endpoint: access token, ID token, refresh token.

use consentry_domain::{
    Timestamp, authorization_details::ConsentRequest, client::Client, enforce::Coverage, grant::Grant,
    scope::Scope,
};
use consentry_store::{TokenKind, TokenRow};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Issuer, TokenError,
    access_token::{self, NewAccessToken},
    id_token::{self, Requested},
};
use crate::{Ledger, Opaque, TenantSnapshot, error::Fault, stored_json};

/// What a client gets (RFC 6749 5.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenAnswer {
    /// Signed access token.
    pub access_token: String,
    /// Seconds until it ends.
    pub expires_in: i64,
    /// What it may be used for; may be less than was asked.
    pub scope: Scope,
    /// Signed ID token, where `openid` was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// Opaque refresh token, where `offline_access` was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// What was given of the `authorization_details` that were asked for (RFC 9396 7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<ConsentRequest>,
}

impl std::fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenAnswer")
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// What a refresh token is bound to beside its row's columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshDetail {
    /// Scope that was granted. The same along the whole family (RFC 6749 6).
    pub scope: Scope,
    /// Authentication context that was satisfied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Claims of the person that were asked for in the id token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// Whether it was asked for with `authorization_details`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_details: bool,
    /// Base64url of the successor's hash, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    /// Base64url of the sealed answer that carried the successor, where a leeway is configured (TPA-RT-06).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
}

/// A grant in use: who uses it and what it may use now.
pub(crate) struct InUse<'a> {
    /// Issuer.
    pub issuer: &'a Issuer,
    /// The client that holds it.
    pub client: &'a Client,
    /// The grant.
    pub grant: &'a Grant,
    /// What is covered now.
    pub coverage: &'a Coverage,
    /// The one audience.
    pub audience: String,
    /// Now.
    pub now: Timestamp,
}

impl Ledger {
    /// What the id token says about the person: what was asked for by name and what the client has in each, as far as the scope that
    /// carries it is covered now (TPA-TOK-04).
    pub(crate) async fn told_of(
        &self,
        tenant: &TenantSnapshot,
        used: &InUse<'_>,
        asked: &[String],
    ) -> Result<Map<String, Value>, Fault> {
        let names = [asked, &used.client.settings.id_token_claims].concat();
        if names.is_empty() {
            return Ok(Map::new());
        }
        let profile = self.profile_of(tenant, used.grant.subject).await?;
        Ok(profile.some_carried_by(&used.coverage.covered, &names))
    }

    /// Signs access and ID token under a grant. `scope` is what this answer shall carry.
    pub(crate) fn sign_tokens(
        &self,
        tenant: &TenantSnapshot,
        used: &InUse<'_>,
        scope: Scope,
        requested: Requested<'_>,
        with_id_token: bool,
    ) -> Result<TokenAnswer, TokenError> {
        let claims = self.access_claims(
            tenant,
            NewAccessToken {
                issuer: used.issuer,
                client: used.client,
                grant: Some(used.grant),
                audience: used.audience.clone(),
                scope: scope.clone(),
                not_after: used.coverage.valid_until,
                now: used.now,
            },
        )?;
        let expires_in = claims.exp - claims.iat;
        if expires_in <= 0 {
            return Err(TokenError::CONSENT);
        }
        let access_token = access_token::sign(tenant, used.client, &claims)?;
        let id_token = with_id_token
            .then(|| {
                id_token::sign(
                    tenant,
                    used.issuer,
                    used.client,
                    used.grant,
                    requested,
                    &access_token,
                    used.now,
                )
            })
            .transpose()?;
        Ok(TokenAnswer {
            access_token,
            expires_in,
            scope,
            id_token,
            refresh_token: None,
            details: None,
        })
    }

    /// Draws a refresh token and its row. It ends when idle for too long, with the grant, or with consent, whatever comes first
    /// (TPA-RT-08).
    pub(crate) fn draw_refresh_token(
        &self,
        tenant: &TenantSnapshot,
        used: &InUse<'_>,
        detail: &RefreshDetail,
    ) -> Result<(Opaque, TokenRow), Fault> {
        let token = Opaque::draw_in(self.entropy(), "rt", used.grant.subject.shard());
        let idle = used.now.plus(used.client.refresh_token_lifetime(&tenant.tenant));
        let end = used
            .coverage
            .valid_until
            .map_or(idle, |until| idle.min(until))
            .min(used.grant.expires_at);
        let row = TokenRow {
            hash: token.hash(),
            kind: TokenKind::Refresh,
            version: 1,
            subject: Some(used.grant.subject),
            client: Some(used.client.id.as_str().to_owned()),
            grant: Some(used.grant.id),
            issued_at: used.now,
            expires_at: end,
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail: stored_json::to_json(detail, "refresh token")?,
        };
        Ok((token, row))
    }
}

/// The audience of an access token: the named resource, else the application's own, else UserInfo (A.10.1, TPA-TOK-02, TPA-TOK-06).
pub(crate) fn audience(
    tenant: &TenantSnapshot,
    issuer: &Issuer,
    grant: &Grant,
    named: &[String],
) -> Result<String, TokenError> {
    let default = tenant
        .applications
        .get(&grant.application)
        .and_then(|application| application.default_resource.as_deref());
    match (named, grant.resources.as_slice()) {
        ([], []) => Ok(default.map_or_else(|| issuer.userinfo(), str::to_owned)),
        ([], [only]) => Ok(only.clone()),
        ([], _) => Err(TokenError::InvalidTarget("name one of the granted resources")),
        ([one], []) if Some(one.as_str()) == default => Ok(one.clone()),
        ([one], granted) if granted.contains(one) => Ok(one.clone()),
        ([_], _) => Err(TokenError::InvalidTarget("the resource was not granted")),
        (_, _) => Err(TokenError::InvalidTarget("a token is for one resource; name one")),
    }
}
