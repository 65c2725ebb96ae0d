//! Whether an access token counts now. The one answer behind introspection, UserInfo and every API of ours.

use std::sync::Arc;

use consentry_domain::{SubjectId, client::Client, grant::Grant, scope::Scope};

use super::{AccessClaims, Issuer, access_token::VerifiedAccess, client_authentication::authority, family};
use crate::{Caller, Ledger, TenantSnapshot, Via, error::Fault};

/// An access token that counts at the moment it was looked at.
#[derive(Debug, Clone)]
pub struct ActiveAccess {
    verified: Arc<VerifiedAccess>,
    client: Arc<Client>,
    grant: Option<Arc<Grant>>,
    scope: Scope,
}

impl ActiveAccess {
    /// What the token says. Its scope may be more than [`Self::scope`].
    pub fn claims(&self) -> &AccessClaims {
        &self.verified.claims
    }

    /// The client that holds it.
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// What it may be used for now: its own scope, narrowed to what consent and the client's registration still allow.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The person, where it is about one.
    pub fn subject(&self) -> Option<SubjectId> {
        self.grant.as_ref().map(|grant| grant.subject)
    }

    /// The grant it was issued under; none for a client's own token.
    pub fn grant(&self) -> Option<&Arc<Grant>> {
        self.grant.as_ref()
    }

    /// The client that holds it, whomever it is about.
    pub fn holder(&self) -> Caller {
        Caller::Client {
            client: self.client.id.clone(),
            application: self.client.application,
            authority: authority(&self.client),
            credential: consentry_domain::decision::CredentialKind::AccessToken,
        }
    }

    /// Who asks with it.
    pub fn caller(&self) -> Caller {
        match self.subject() {
            Some(subject) => Caller::Subject {
                subject,
                via: Via::AccessToken {
                    client: self.client.id.clone(),
                    third_party: self.client.is_third_party,
                },
            },
            None => self.holder(),
        }
    }
}

impl Ledger {
    /// Tells whether a text is an access token that counts now: ours, in time, not revoked, its client served, its grant alive, and
    /// consent covering something of its scope (TPA-IN-03). None for everything else; which of it is nobody's business.
    ///
    /// What was seen before is answered from memory: no read of the store, no signature check.
    pub async fn authenticate_access_token(
        &self,
        tenant: &TenantSnapshot,
        issuer: &Issuer,
        token: &str,
    ) -> Result<Option<ActiveAccess>, Fault> {
        let now = self.now();
        let Some(verified) = self.verified_access_token(tenant, issuer, token, now) else {
            return Ok(None);
        };
        let claims = &verified.claims;
        let Some(client) = tenant.client(claims.client_id.as_str()).cloned() else {
            return Ok(None);
        };
        if client.application != claims.app_id {
            return Ok(None);
        }
        if self.token(tenant.id(), verified.jti).await?.is_some() {
            return Ok(None);
        }
        let Some(id) = claims.grant_id else {
            // `iat` has no fraction, so what was issued in the second of the epoch counts as issued before it.
            let begun = claims.iat > client.epoch.as_seconds();
            let scope = claims
                .scope
                .filter(|value| client.allowed_scopes.values().contains(value));
            return Ok(begun.then_some(ActiveAccess {
                verified,
                client,
                grant: None,
                scope,
            }));
        };
        let Some(grant) = self.grant(tenant.id(), id).await? else {
            return Ok(None);
        };
        if !family::is_live(&grant, &client, now) {
            return Ok(None);
        }
        let coverage = self.coverage(tenant, &client, &grant, &claims.scope, now).await?;
        if !family::is_enough(&client, &claims.scope, &coverage) {
            return Ok(None);
        }
        Ok(Some(ActiveAccess {
            verified,
            client,
            grant: Some(grant),
            scope: coverage.covered,
        }))
    }
}
