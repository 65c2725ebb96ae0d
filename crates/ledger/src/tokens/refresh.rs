//! Refreshing (third-party-authorization A.11): a new pair for the old refresh token, narrowed to what consent covers now.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_domain::{
    Timestamp, authorization_details::ConsentRequest, client::Client, grant::Grant, scope::Scope,
};
use consentry_store::{ChangeSet, CommitError, Expect, Hash, Row, RowChange, RowKey, TokenKind, TokenRow};

use super::{
    Issuer, TokenAnswer, TokenError,
    family::{self, Ending},
    id_token::Requested,
    issue::{InUse, RefreshDetail, audience},
};
use crate::{
    Caller, Ledger, Opaque, Permit, TenantSnapshot, access::UseGrant, error::Fault, opaque, sealing::Key,
    stored_json,
};

/// How often a refresh that lost against another change is looked at anew.
const ATTEMPTS: u32 = 3;

/// Longest leeway for a repeated refresh, in seconds (TPA-RT-06).
const LONGEST_LEEWAY: i64 = 30;

/// A request to refresh.
#[derive(Debug, Clone)]
pub struct Refreshing {
    /// `refresh_token`.
    pub token: Opaque,
    /// `scope`; none means all that was granted.
    pub scope: Option<Scope>,
    /// `resource` (RFC 8707); at most one makes sense.
    pub resources: Vec<String>,
    /// `authorization_details` (RFC 9396 6); none means those that were given.
    pub details: Option<ConsentRequest>,
}

/// What a refresh is made with.
struct Attempt<'a> {
    tenant: &'a TenantSnapshot,
    caller: &'a Caller,
    client: &'a Arc<Client>,
    issuer: &'a Issuer,
    request: &'a Refreshing,
    now: Timestamp,
}

impl Ledger {
    /// Refreshes for the client the permit was given to. Checks in the order of TPA-RT-03.
    pub async fn refresh(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<UseGrant>,
        issuer: &Issuer,
        request: &Refreshing,
    ) -> Result<TokenAnswer, TokenError> {
        let client = super::client_of(tenant, permit).ok_or(TokenError::REFRESH)?;
        for _ in 0..ATTEMPTS {
            let now = self.now();
            let attempt = Attempt {
                tenant,
                caller: permit.caller(),
                client: &client,
                issuer,
                request,
                now,
            };
            if let Some(answer) = self.refresh_once(&attempt).await? {
                return Ok(answer);
            }
        }
        Err(Fault::Conflict.into())
    }

    /// None: somebody else changed the token or its grant meanwhile.
    async fn refresh_once(&self, attempt: &Attempt<'_>) -> Result<Option<TokenAnswer>, TokenError> {
        let Attempt {
            tenant,
            caller,
            client,
            issuer,
            request,
            now,
        } = *attempt;
        let row = self.inner.store.token(tenant.id(), request.token.hash()).await?;
        let row = row
            .filter(|row| row.kind == TokenKind::Refresh)
            .ok_or(TokenError::REFRESH)?;
        if row.client.as_deref() != Some(client.id.as_str()) || row.revoked_at.is_some() {
            return Err(TokenError::REFRESH);
        }
        let detail: RefreshDetail = stored_json::from_json(&row.detail, "refresh token")?;
        let grant = match row.grant {
            Some(id) => self.inner.store.grant(tenant.id(), id).await?,
            None => None,
        };
        let grant = grant.ok_or(TokenError::REFRESH)?;
        if let Some(used_at) = row.consumed_at {
            return self
                .used_before(attempt, &detail, &grant, used_at)
                .await
                .map(Some);
        }
        if now >= row.expires_at || !family::is_live(&grant, client, now) {
            return Err(TokenError::REFRESH);
        }
        if !self
            .is_registered(tenant, grant.subject, grant.application)
            .await?
        {
            self.end_family(tenant, caller, &grant, Ending::CONSENT_ENDED)
                .await?;
            return Err(TokenError::REFRESH);
        }
        let coverage = self.coverage(tenant, client, &grant, &detail.scope, now).await?;
        if self.is_held_back(tenant, client, grant.subject).await? {
            return Err(TokenError::CONSENT);
        }
        if !family::is_enough(client, &detail.scope, &coverage) {
            self.end_family(tenant, caller, &grant, Ending::CONSENT_ENDED)
                .await?;
            return Err(TokenError::CONSENT);
        }
        // Access while the person is away is itself something they agreed to.
        if !coverage.covered.contains(Scope::OFFLINE_ACCESS) {
            return Err(TokenError::CONSENT);
        }
        let scope = narrowed(&detail.scope, &coverage.covered, request.scope.as_ref())?;
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
            nonce: None,
            acr: detail.acr.as_deref(),
            profile: Some(&told),
        };
        let with_id_token = coverage.covered.contains(Scope::OPENID);
        let mut answer = self.sign_tokens(tenant, &used, scope, requested, with_id_token)?;
        answer.details = details;
        let fresh = RefreshDetail {
            successor: None,
            sealed: None,
            ..detail.clone()
        };
        let (successor, successor_row) = self.draw_refresh_token(tenant, &used, &fresh)?;
        answer.refresh_token = Some(successor.expose().to_owned());
        let spent = RefreshDetail {
            successor: Some(opaque::base64url(successor_row.hash.as_bytes())),
            sealed: self.sealed_answer(tenant, &request.token, &answer)?,
            ..detail
        };
        match self
            .commit(rotation(tenant, &row, &spent, successor_row, &grant, now)?)
            .await
        {
            Ok(_receipt) => Ok(Some(answer)),
            Err(CommitError::Stale | CommitError::Spent) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A rotated token came back. Within the leeway, while its successor is unused, the same answer is given again; else the whole
    /// family ends (TPA-RT-06).
    async fn used_before(
        &self,
        attempt: &Attempt<'_>,
        detail: &RefreshDetail,
        grant: &Grant,
        used_at: Timestamp,
    ) -> Result<TokenAnswer, TokenError> {
        let Attempt {
            tenant,
            caller,
            client,
            request,
            now,
            ..
        } = *attempt;
        let in_time = now.seconds_since(used_at) < leeway(tenant) && family::is_live(grant, client, now);
        if in_time && self.successor_is_unused(tenant, detail).await? {
            let coverage = self.coverage(tenant, client, grant, &detail.scope, now).await?;
            if let Some(answer) = detail
                .sealed
                .as_deref()
                .and_then(|sealed| open(&request.token, sealed))
            {
                let registered = self
                    .is_registered(tenant, grant.subject, grant.application)
                    .await?;
                let offline = coverage.covered.contains(Scope::OFFLINE_ACCESS);
                return if registered && offline && family::is_enough(client, &detail.scope, &coverage) {
                    Ok(answer)
                } else {
                    Err(TokenError::CONSENT)
                };
            }
        }
        self.end_family(tenant, caller, grant, Ending::TOKEN_REUSED)
            .await?;
        Err(TokenError::REFRESH)
    }

    async fn successor_is_unused(
        &self,
        tenant: &TenantSnapshot,
        detail: &RefreshDetail,
    ) -> Result<bool, Fault> {
        let hash = detail
            .successor
            .as_deref()
            .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let Some(hash) = hash else { return Ok(false) };
        let successor = self
            .inner
            .store
            .token(tenant.id(), Hash::from_slice(&hash))
            .await?;
        Ok(successor.is_some_and(|row| row.consumed_at.is_none() && row.revoked_at.is_none()))
    }

    /// The answer, sealed under the token that was presented for it: nothing that is stored opens it.
    fn sealed_answer(
        &self,
        tenant: &TenantSnapshot,
        presented: &Opaque,
        answer: &TokenAnswer,
    ) -> Result<Option<String>, Fault> {
        if leeway(tenant) == 0 {
            return Ok(None);
        }
        let plain = stored_json::to_json(answer, "token answer")?;
        let sealed = seal_key(presented).seal(self.entropy(), presented.hash().as_bytes(), plain.as_bytes());
        Ok(Some(opaque::base64url(&sealed)))
    }
}

/// What the answer carries: what was asked for now, else all that was granted, and of that what is covered (TPA-RT-05; coverage
/// narrows instead of failing).
fn narrowed(granted: &Scope, covered: &Scope, asked: Option<&Scope>) -> Result<Scope, TokenError> {
    let asked = asked.unwrap_or(granted);
    if !asked.is_within(granted) {
        return Err(TokenError::InvalidScope("more scope than was granted"));
    }
    let left = asked.filter(|value| covered.values().contains(value));
    if left.is_empty() {
        Err(TokenError::CONSENT)
    } else {
        Ok(left)
    }
}

fn rotation(
    tenant: &TenantSnapshot,
    row: &TokenRow,
    spent: &RefreshDetail,
    successor: TokenRow,
    grant: &Grant,
    now: Timestamp,
) -> Result<ChangeSet, Fault> {
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
        detail: stored_json::to_json(spent, "refresh token")?,
        ..row.clone()
    })));
    change.rows.push(RowChange::Put(Row::Token(successor)));
    Ok(change)
}

fn leeway(tenant: &TenantSnapshot) -> i64 {
    tenant
        .tenant
        .authorization
        .refresh_reuse_leeway
        .as_seconds()
        .clamp(0, LONGEST_LEEWAY)
}

/// The row holds SHA-256 of the token, so the key must come from the token in another way.
fn seal_key(presented: &Opaque) -> Key {
    let material = [b"consentry/v1/successor\n", presented.expose().as_bytes()].concat();
    Key::new(*opaque::hash(&material).as_bytes())
}

fn open(presented: &Opaque, sealed: &str) -> Option<TokenAnswer> {
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let plain = seal_key(presented)
        .open(presented.hash().as_bytes(), &sealed)
        .ok()?;
    serde_json::from_slice(&plain).ok()
}

#[cfg(test)]
mod tests;
