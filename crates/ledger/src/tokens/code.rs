//! Authorization codes: what is remembered of one until it is redeemed.

use consentry_domain::{ClientId, GrantId, SubjectId, Timestamp, scope::Scope};
use consentry_store::{TokenKind, TokenRow};
use serde::{Deserialize, Serialize};

use crate::{Ledger, Opaque, TenantSnapshot, error::Fault, stored_json};

/// What a code is bound to (TPA-TOK-07). Part of the code's row, so never a secret in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeDetail {
    /// Redirect address of the request, to be named again at redemption.
    pub redirect_uri: String,
    /// Challenge of the proof key, S256; none where the request had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// `nonce` of the request, for the id token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Scope that was granted.
    pub scope: Scope,
    /// `acr` that was satisfied, for the id token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Claims of the person that were asked for in the id token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// Whether it was asked for with `authorization_details`, which the answer then tells (RFC 9396 7).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_details: bool,
}

/// A code about to be issued.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// For whom.
    pub subject: SubjectId,
    /// To which client.
    pub client: ClientId,
    /// Under which grant.
    pub grant: GrantId,
    /// What it is bound to.
    pub detail: CodeDetail,
}

impl Ledger {
    /// Draws a code and the row to commit together with the grant. It lives `lifetimes.code` (60 s) from `now`.
    pub(crate) fn draw_code(
        &self,
        tenant: &TenantSnapshot,
        new: &NewCode,
        now: Timestamp,
    ) -> Result<(Opaque, TokenRow), Fault> {
        let code = Opaque::draw_in(self.entropy(), "cd", new.subject.shard());
        let row = TokenRow {
            hash: code.hash(),
            kind: TokenKind::Code,
            version: 1,
            subject: Some(new.subject),
            client: Some(new.client.as_str().to_owned()),
            grant: Some(new.grant),
            issued_at: now,
            expires_at: now.plus(tenant.tenant.lifetimes.code),
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail: stored_json::to_json(&new.detail, "code")?,
        };
        Ok((code, row))
    }
}
