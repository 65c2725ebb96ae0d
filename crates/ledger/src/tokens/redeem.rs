//! Redeeming an authorization code (third-party-authorization A.10.3): one code, one answer, one time.

use std::sync::Arc;

use consentry_domain::{
    Timestamp, authorization_details::ConsentRequest, client::Client, grant::Grant, scope::Scope,
};
use consentry_jose::constant_time_eq;
use consentry_store::{ChangeSet, CommitError, Expect, Row, RowChange, RowKey, TokenKind, TokenRow};

use super::{
    Issuer, TokenAnswer, TokenError, challenge,
    code::CodeDetail,
    family::{self, Ending},
    id_token::Requested,
    issue::{InUse, RefreshDetail, audience},
};
use crate::{
    Caller, Ledger, Opaque, Permit, TenantSnapshot, access::UseGrant, error::Fault, opaque, stored_json,
};

/// Failed redemptions after which a code is dead (TPA-TOK-10).
const MOST_FAILURES: u32 = 5;

/// How often a redemption that lost against another change is looked at anew.
const ATTEMPTS: u32 = 3;

/// A request to redeem a code.
#[derive(Debug, Clone)]
pub struct Redemption {
    /// `code`.
    pub code: Opaque,
    /// `redirect_uri`; a request without one never fits.
    pub redirect_uri: Option<String>,
    /// `code_verifier` (RFC 7636).
    pub code_verifier: Option<Opaque>,
    /// `resource` (RFC 8707); at most one makes sense.
    pub resources: Vec<String>,
    /// `authorization_details` (RFC 9396 6); none means those that were given.
    pub details: Option<ConsentRequest>,
}

impl Ledger {
    /// Redeems a code for the client the permit was given to.
    pub async fn redeem_code(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<UseGrant>,
        issuer: &Issuer,
        request: &Redemption,
    ) -> Result<TokenAnswer, TokenError> {
        let client = super::client_of(tenant, permit).ok_or(TokenError::CODE)?;
        for _ in 0..ATTEMPTS {
            if let Some(answer) = self
                .redeem_once(tenant, permit.caller(), &client, issuer, request)
                .await?
            {
                return Ok(answer);
            }
        }
        Err(Fault::Conflict.into())
    }

    /// None: somebody else changed the code or its grant meanwhile.
    async fn redeem_once(
        &self,
        tenant: &TenantSnapshot,
        caller: &Caller,
        client: &Arc<Client>,
        issuer: &Issuer,
        request: &Redemption,
    ) -> Result<Option<TokenAnswer>, TokenError> {
        let now = self.now();
        let row = self.inner.store.token(tenant.id(), request.code.hash()).await?;
        let row = row
            .filter(|row| row.kind == TokenKind::Code)
            .ok_or(TokenError::CODE)?;
        if row.client.as_deref() != Some(client.id.as_str()) {
            return Err(TokenError::CODE);
        }
        let detail: CodeDetail = stored_json::from_json(&row.detail, "code")?;
        let grant = match row.grant {
            Some(id) => self.inner.store.grant(tenant.id(), id).await?,
            None => None,
        };
        let grant = grant.ok_or(TokenError::CODE)?;
        if !fits(client, &detail, request) {
            return self.count_failure(tenant, row, now).await;
        }
        if row.consumed_at.is_some() {
            self.end_family(tenant, caller, &grant, Ending::CODE_REUSED)
                .await?;
            return Err(TokenError::CODE);
        }
        if row.revoked_at.is_some() || now >= row.expires_at || !family::is_live(&grant, client, now) {
            return Err(TokenError::CODE);
        }
        if !self
            .is_registered(tenant, grant.subject, grant.application)
            .await?
        {
            self.end_family(tenant, caller, &grant, Ending::CONSENT_ENDED)
                .await?;
            return Err(TokenError::CODE);
        }
        if self.is_held_back(tenant, client, grant.subject).await? {
            return Err(TokenError::CONSENT);
        }
        let coverage = self.coverage(tenant, client, &grant, &detail.scope, now).await?;
        if !family::is_enough(client, &detail.scope, &coverage) {
            self.end_family(tenant, caller, &grant, Ending::CONSENT_ENDED)
                .await?;
            return Err(TokenError::CONSENT);
        }
        let audience = audience(tenant, issuer, &grant, &request.resources)?;
        let details = self
            .details_told(
                tenant,
                &grant,
                (detail.with_details, &coverage),
                request.details.as_ref(),
            )
            .await?;
        let used = InUse {
            issuer,
            client,
            grant: &grant,
            coverage: &coverage,
            audience,
            now,
        };
        let told = self.told_of(tenant, &used, &detail.claims).await?;
        let requested = Requested {
            nonce: detail.nonce.as_deref(),
            acr: detail.acr.as_deref(),
            profile: Some(&told),
        };
        let scope = coverage.covered.clone();
        let with_id_token = scope.contains(Scope::OPENID);
        let mut answer = self.sign_tokens(tenant, &used, scope, requested, with_id_token)?;
        answer.details = details;
        let mut change = spending(tenant, &row, &grant, now);
        if let Some(challenge) = &detail.code_challenge {
            change
                .rows
                .extend(challenge::remembered(tenant, &client.id, challenge, now));
        }
        if grant.offline && coverage.covered.contains(Scope::OFFLINE_ACCESS) {
            let detail = RefreshDetail {
                scope: detail.scope,
                acr: detail.acr.clone(),
                claims: detail.claims.clone(),
                with_details: detail.with_details,
                successor: None,
                sealed: None,
            };
            let (token, row) = self.draw_refresh_token(tenant, &used, &detail)?;
            answer.refresh_token = Some(token.expose().to_owned());
            change.rows.push(RowChange::Put(Row::Token(row)));
        }
        match self.commit(change).await {
            Ok(_receipt) => Ok(Some(answer)),
            Err(CommitError::Stale | CommitError::Spent) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A failed redemption does not consume the code, but five of them kill it (TPA-TOK-10). Whoever presents another client's code
    /// never gets here, so only its own client can kill it.
    async fn count_failure(
        &self,
        tenant: &TenantSnapshot,
        row: TokenRow,
        now: Timestamp,
    ) -> Result<Option<TokenAnswer>, TokenError> {
        if row.consumed_at.is_some() || row.revoked_at.is_some() || now >= row.expires_at {
            return Err(TokenError::CODE);
        }
        let failures = row.failures.saturating_add(1);
        let mut change = ChangeSet::new(tenant.id(), now);
        change
            .expect
            .push(Expect::At(RowKey::Token(row.hash), row.version));
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            version: row.version.saturating_add(1),
            failures,
            revoked_at: (failures >= MOST_FAILURES).then_some(now),
            ..row
        })));
        match self.commit(change).await {
            Ok(_receipt) => Err(TokenError::CODE),
            Err(CommitError::Stale) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// The change set that spends a code under a grant that still stands as it was read.
fn spending(tenant: &TenantSnapshot, row: &TokenRow, grant: &Grant, now: Timestamp) -> ChangeSet {
    let mut change = ChangeSet::new(tenant.id(), now);
    change.expect.push(Expect::Unspent(row.hash, now));
    change
        .expect
        .push(Expect::At(RowKey::Token(row.hash), row.version));
    change
        .expect
        .push(Expect::At(RowKey::Grant(grant.id), grant.version));
    change.rows.push(RowChange::Put(Row::Token(TokenRow {
        version: row.version.saturating_add(1),
        consumed_at: Some(now),
        ..row.clone()
    })));
    change
}

/// Whether the request names what the code is bound to (TPA-TOK-07). A verifier without a challenge is a downgrade (TPA-TOK-11).
fn fits(client: &Client, detail: &CodeDetail, request: &Redemption) -> bool {
    let same_redirect = request.redirect_uri.as_deref() == Some(detail.redirect_uri.as_str());
    let proven = match (&detail.code_challenge, &request.code_verifier) {
        (Some(challenge), Some(verifier)) => {
            is_verifier(verifier.expose())
                && constant_time_eq(
                    opaque::hash_text(verifier.expose()).as_bytes(),
                    challenge.as_bytes(),
                )
        }
        (None, None) => !client.is_public(),
        (Some(_), None) | (None, Some(_)) => false,
    };
    same_redirect && proven
}

/// 43 to 128 unreserved characters (RFC 7636 4.1).
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests;
