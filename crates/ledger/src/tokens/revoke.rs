//! Revocation by the client itself (RFC 7009). The agreement stays: only the person or the first party ends that.

use consentry_domain::Timestamp;
use consentry_store::{ChangeSet, CommitError, Expect, Row, RowChange, RowKey, TokenKind, TokenRow};

use super::{Issuer, access_token::VerifiedAccess, family::Ending};
use crate::{Ledger, Opaque, Permit, TenantSnapshot, access::UseGrant, error::Fault};

impl Ledger {
    /// Revokes a token of the client the permit was given to: a refresh token ends its grant with everything under it, an access
    /// token ends itself. Unknown tokens and those of others are left alone, without a word about it.
    pub async fn revoke_token(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<UseGrant>,
        issuer: &Issuer,
        token: &Opaque,
    ) -> Result<(), Fault> {
        let Some(client) = super::client_of(tenant, permit) else {
            return Ok(());
        };
        let now = self.now();
        if token.expose().contains('.') {
            let verified = self.verified_access_token(tenant, issuer, token.expose(), now);
            return match verified.filter(|verified| verified.claims.client_id == client.id) {
                Some(verified) => self.revoke_access_token(tenant, &verified, now).await,
                None => Ok(()),
            };
        }
        let Some(row) = self.inner.store.token(tenant.id(), token.hash()).await? else {
            return Ok(());
        };
        let own = row.kind == TokenKind::Refresh && row.client.as_deref() == Some(client.id.as_str());
        let (true, Some(id)) = (own, row.grant) else {
            return Ok(());
        };
        match self.inner.store.grant(tenant.id(), id).await? {
            Some(grant) => {
                self.end_family(tenant, permit.caller(), &grant, Ending::CLIENT_ACTION)
                    .await
            }
            None => Ok(()),
        }
    }

    async fn revoke_access_token(
        &self,
        tenant: &TenantSnapshot,
        verified: &VerifiedAccess,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let claims = &verified.claims;
        let mut change = ChangeSet::new(tenant.id(), now);
        change.expect.push(Expect::Absent(RowKey::Token(verified.jti)));
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            hash: verified.jti,
            kind: TokenKind::RevokedAccess,
            version: 1,
            subject: None,
            client: Some(claims.client_id.as_str().to_owned()),
            grant: claims.grant_id,
            issued_at: Timestamp::from_seconds(claims.iat),
            expires_at: Timestamp::from_seconds(claims.exp),
            consumed_at: None,
            revoked_at: Some(now),
            failures: 0,
            detail: "{}".to_owned(),
        })));
        match self.commit(change).await {
            Ok(_) | Err(CommitError::Taken) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
