//! A client hands its request in beforehand and sends the person with a reference to it (RFC 9126).
//!
//! The reference opens any number of interactions while its time runs, so that a link that was looked at by a scanner or opened in two
//! tabs is not burnt; one of them can end in a code. The row lives as long as such an interaction may, and the commit that issues
//! the code spends it (RFC 9126 7.3).

use consentry_domain::{Lifetime, Timestamp, client::Client};
use consentry_store::{ChangeSet, Expect, Hash, Row, RowChange, TokenKind, TokenRow};
use serde::{Deserialize, Serialize};

use super::{ApproveError, AuthorizationRequest, recheck::still_fits};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    error::Fault,
    stored_json::{from_json, to_json},
};

/// How long the person has to come with the reference (third-party-authorization A.10).
const USABLE: Lifetime = Lifetime::seconds(60);

/// What a reference begins with (RFC 9126 2.2).
const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// The reference to a request that was handed in.
#[derive(Debug, Clone)]
pub struct Reference(Opaque);

impl Reference {
    /// Reads `request_uri`; none where it is one of another kind.
    pub fn parse(request_uri: &str) -> Option<Self> {
        request_uri.strip_prefix(URN).map(Opaque::received).map(Self)
    }

    /// The `request_uri` to hand out.
    pub fn to_uri(&self) -> String {
        format!("{URN}{}", self.0.expose())
    }
}

/// A request that was handed in.
#[derive(Debug)]
pub struct Pushed {
    /// Its reference.
    pub reference: Reference,
    /// How long it opens anything.
    pub usable: Lifetime,
}

#[derive(Debug, Serialize, Deserialize)]
struct Detail {
    request: AuthorizationRequest,
    usable_until: Timestamp,
}

impl Ledger {
    /// Keeps a request that was found good.
    pub async fn push_request(
        &self,
        tenant: &TenantSnapshot,
        client: &Client,
        request: AuthorizationRequest,
    ) -> Result<Pushed, Fault> {
        let now = self.now();
        let reference = Opaque::draw(self.entropy(), "pr");
        let usable_until = now.plus(USABLE);
        let last_answer = usable_until
            .plus(tenant.tenant.lifetimes.login)
            .plus(client.interaction_lifetime(&tenant.tenant));
        let mut change = ChangeSet::new(tenant.id(), now);
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            hash: reference.hash(),
            kind: TokenKind::PushedRequest,
            version: 1,
            subject: None,
            client: Some(client.id.as_str().to_owned()),
            grant: None,
            issued_at: now,
            expires_at: last_answer,
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail: to_json(
                &Detail {
                    request,
                    usable_until,
                },
                "pushed request",
            )?,
        })));
        let _receipt = self.commit(change).await.map_err(Fault::from)?;
        Ok(Pushed {
            reference: Reference(reference),
            usable: USABLE,
        })
    }

    /// The request behind a reference, for the client that handed it in; none where it was another, where it came too late or led to a
    /// code already, and where the client has changed since so that it may not ask for this any more.
    pub async fn pushed_request(
        &self,
        tenant: &TenantSnapshot,
        client: &Client,
        reference: &Reference,
    ) -> Result<Option<AuthorizationRequest>, Fault> {
        let hash = reference.0.hash();
        let Some(row) = self.pushed_row(tenant, hash).await? else {
            return Ok(None);
        };
        let Detail {
            request,
            usable_until,
        } = from_json(&row.detail, "pushed request")?;
        let is_usable = request.client == client.id
            && row.consumed_at.is_none()
            && self.now() < usable_until
            && client.epoch <= row.issued_at
            && still_fits(tenant, &request, &request.scope).is_ok();
        Ok(is_usable.then_some(AuthorizationRequest {
            pushed: Some(hash),
            ..request
        }))
    }

    /// Spends the reference that a request came with, in the commit that issues the code.
    pub(super) async fn spend_pushed(
        &self,
        tenant: &TenantSnapshot,
        request: &AuthorizationRequest,
        now: Timestamp,
        (expect, rows): (&mut Vec<Expect>, &mut Vec<RowChange>),
    ) -> Result<(), ApproveError> {
        let Some(hash) = request.pushed else {
            return Ok(());
        };
        let row = self.pushed_row(tenant, hash).await?.ok_or(ApproveError::Over)?;
        expect.push(Expect::Unspent(hash, now));
        rows.push(RowChange::Put(Row::Token(TokenRow {
            consumed_at: Some(now),
            version: row.version.saturating_add(1),
            ..row
        })));
        Ok(())
    }

    async fn pushed_row(&self, tenant: &TenantSnapshot, hash: Hash) -> Result<Option<TokenRow>, Fault> {
        let row = self.inner.store.token(tenant.id(), hash).await?;
        Ok(row.filter(|row| row.kind == TokenKind::PushedRequest))
    }
}
