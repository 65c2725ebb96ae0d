//! Challenges of proof keys whose codes were redeemed: a client that brings one again has a constant one, which protects nobody
//! (RFC 9700 2.1.1, B12-05). One that was only seen may come again, since people reload pages.

use consentry_domain::{ClientId, Lifetime, Timestamp, tenant::ConstantChallenges};
use consentry_store::{Hash, Row, RowChange, TokenKind, TokenRow};

use crate::{Ledger, TenantSnapshot, error::Fault, opaque};

/// How long a redeemed challenge is remembered: whoever has a constant one brings it again before.
const REMEMBERED: Lifetime = Lifetime::days(1);

impl Ledger {
    /// Whether a code with this challenge was redeemed by the client before.
    pub async fn is_challenge_redeemed(
        &self,
        tenant: &TenantSnapshot,
        client: &ClientId,
        challenge: &str,
    ) -> Result<bool, Fault> {
        if !is_refused(tenant) {
            return Ok(false);
        }
        let hash = hash(client, challenge);
        let row = self.inner.store.token(tenant.id(), hash).await?;
        let now = self.now();
        Ok(row.is_some_and(|row| row.kind == TokenKind::RedeemedChallenge && now < row.expires_at))
    }
}

/// What the commit that redeems a code writes to remember its challenge.
pub(super) fn remembered(
    tenant: &TenantSnapshot,
    client: &ClientId,
    challenge: &str,
    now: Timestamp,
) -> Option<RowChange> {
    is_refused(tenant).then(|| {
        RowChange::Put(Row::Token(TokenRow {
            hash: hash(client, challenge),
            kind: TokenKind::RedeemedChallenge,
            version: 1,
            subject: None,
            client: Some(client.as_str().to_owned()),
            grant: None,
            issued_at: now,
            expires_at: now.plus(REMEMBERED),
            consumed_at: Some(now),
            revoked_at: None,
            failures: 0,
            detail: "{}".to_owned(),
        }))
    })
}

fn is_refused(tenant: &TenantSnapshot) -> bool {
    tenant.tenant.authorization.constant_challenges == ConstantChallenges::Refuse
}

fn hash(client: &ClientId, challenge: &str) -> Hash {
    opaque::hash(format!("challenge\0{client}\0{challenge}").as_bytes())
}
