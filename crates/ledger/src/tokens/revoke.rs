//! Revocation by the client itself (RFC 7009). The agreement stays: only the person or the first party ends that.

use consentry_domain::Timestamp;
use consentry_store::{ChangeSet, CommitError, Expect, Row, RowChange, RowKey, TokenKind, TokenRow};

use super::{Issuer, TokenError, access_token::VerifiedAccess, family::Ending};
use crate::{Ledger, Opaque, Permit, TenantSnapshot, access::UseGrant, error::Fault};

impl Ledger {
    /// Revokes a token of the client the permit was given to: a refresh token ends its grant with everything under it, an access
    /// token ends itself. Unknown tokens are fine; those of others are refused and stay (RFC 7009 2.1).
    pub async fn revoke_token(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<UseGrant>,
        issuer: &Issuer,
        token: &Opaque,
    ) -> Result<(), TokenError> {
        let Some(client) = super::client_of(tenant, permit) else {
            return Ok(());
        };
        let now = self.now();
        if token.expose().contains('.') {
            let verified = self.verified_access_token(tenant, issuer, token.expose(), now);
            return match verified {
                Some(verified) if verified.claims.client_id == client.id => {
                    Ok(self.revoke_access_token(tenant, &verified, now).await?)
                }
                Some(_) => Err(TokenError::FOREIGN),
                None => Ok(()),
            };
        }
        let Some(row) = self.inner.store.token(tenant.id(), token.hash()).await? else {
            return Ok(());
        };
        let (TokenKind::Refresh, Some(id)) = (row.kind, row.grant) else {
            return Ok(());
        };
        if row.client.as_deref() != Some(client.id.as_str()) {
            return Err(TokenError::FOREIGN);
        }
        if let Some(grant) = self.inner.store.grant(tenant.id(), id).await? {
            self.end_family(tenant, permit.caller(), &grant, Ending::CLIENT_ACTION)
                .await?;
        }
        Ok(())
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
