//! A client's own access token (RFC 6749 4.4): for our APIs, for the records door, or, for a third party, for managing its grants
//! and nothing else (TPA-CL-11).

use consentry_domain::{client::Client, scope::Scope};

use super::{
    Issuer, ProvenClient, TokenAnswer, TokenError,
    access_token::{self, NewAccessToken},
};
use crate::{Ledger, TenantSnapshot};

/// A request for a client's own token.
#[derive(Debug, Clone, Default)]
pub struct OwnToken {
    /// `scope`; none means none.
    pub scope: Option<Scope>,
    /// `resource` (RFC 8707); at most one.
    pub resources: Vec<String>,
}

impl Ledger {
    /// Issues a token to a client that proved itself with a credential. Nothing is written: it lives as long as it says, unless its
    /// client is disabled or its epoch moves.
    pub fn issue_own_token(
        &self,
        tenant: &TenantSnapshot,
        proven: &ProvenClient,
        issuer: &Issuer,
        request: &OwnToken,
    ) -> Result<TokenAnswer, TokenError> {
        if !proven.is_confidential() {
            return Err(TokenError::UnauthorizedClient(
                "a public client has no token of its own",
            ));
        }
        let client = proven.client();
        let scope = request.scope.clone().unwrap_or_default();
        let audience = own_audience(tenant, issuer, client, &request.resources)?;
        check_scope(client, &scope)?;
        let now = self.now();
        let claims = self.access_claims(
            tenant,
            NewAccessToken {
                issuer,
                client,
                grant: None,
                audience,
                scope: scope.clone(),
                not_after: None,
                now,
            },
        )?;
        let access_token = access_token::sign(tenant, client, &claims)?;
        let expires_in = claims.exp - claims.iat;
        Ok(TokenAnswer {
            access_token,
            expires_in,
            scope,
            id_token: None,
            refresh_token: None,
            details: None,
        })
    }
}

/// Scopes that steer a person's login mean nothing without a person, and a third party has no scope without one.
fn check_scope(client: &Client, scope: &Scope) -> Result<(), TokenError> {
    if client.is_third_party && !scope.is_empty() {
        return Err(TokenError::InvalidScope("a third party has no scope of its own"));
    }
    if scope.contains(Scope::OPENID) || scope.contains(Scope::OFFLINE_ACCESS) {
        return Err(TokenError::InvalidScope(
            "openid and offline_access need a person",
        ));
    }
    if scope.is_within(&client.allowed_scopes) {
        Ok(())
    } else {
        Err(TokenError::InvalidScope("a scope is not allowed to this client"))
    }
}

fn own_audience(
    tenant: &TenantSnapshot,
    issuer: &Issuer,
    client: &Client,
    named: &[String],
) -> Result<String, TokenError> {
    let refused = Err(TokenError::InvalidTarget(
        "the resource is not allowed to this client",
    ));
    if client.is_third_party {
        let only = issuer.grant_management();
        return if named.iter().all(|named| *named == only) {
            Ok(only)
        } else {
            refused
        };
    }
    let [one] = named else {
        return if named.is_empty() {
            Ok(issuer.as_str().to_owned())
        } else {
            refused
        };
    };
    let application = tenant.applications.get(&client.application);
    let of_application = application.is_some_and(|application| {
        application.default_resource.as_ref() == Some(one) || application.resources.contains(one)
    });
    if of_application || client.resources.contains(one) || one == issuer.as_str() {
        Ok(one.clone())
    } else {
        refused
    }
}
