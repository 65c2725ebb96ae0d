//! One-time tokens that open the dashboard: issuing and revoking (consent-dashboard A2).

use consentry_domain::{AgreementId, Lifetime, SubjectId, Timestamp, decision::Door};
use consentry_store::{ChangeSet, CommitError, Expect, Hash, Row, RowChange, RowKey, TokenKind, TokenRow};
use serde::{Deserialize, Serialize};

use super::{
    customer::CustomerId,
    customer_jwt,
    provider::{Provider, SecretId},
};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    access::{ManageAgreements, OpenDashboard, Permit},
    error::Fault,
    stored_json::{from_json, to_json},
    subjects::Origin,
};

/// How often a revocation that lost against another change is tried anew.
const ATTEMPTS: u32 = 3;

/// A one-time token, just issued.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The token, to hand out once.
    pub token: Opaque,
    /// How long it may be spent: valid while `now < issued + lifetime`, to the microsecond.
    pub lifetime: Lifetime,
}

/// What belongs to a ticket beside the columns of its row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TicketDetail {
    /// The secret it was asked with; once that is gone, so is the ticket (A1). None: the person asked for it at the hosted pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<SecretId>,
    /// The page session it opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<Hash>,
    /// Whether it was handed out as it is or within a customer JWT: the one is never taken for the other (A3).
    #[serde(default, skip_serializing_if = "Form::is_plain")]
    pub(super) form: Form,
    /// The session at the hosted pages that the person asked for it in: once that is over, so is what it opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) login: Option<Hash>,
    /// The agreement that a copy is of; none: everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) about: Option<AgreementId>,
}

/// How a one-time token is handed out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Form {
    /// As it is.
    #[default]
    Plain,
    /// Within a customer JWT.
    Encrypted,
    /// In the address of a copy, which it gives out once; it opens no page.
    Export,
}

impl Form {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
    fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}

/// Who asked for a token.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked<'a> {
    /// The bank's back end.
    Provider(&'a Provider),
    /// The person, in a session at the hosted pages.
    Login(Hash),
}

/// Why no token was issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The tenant refuses customers that were never seen before.
    #[error("the customer is not known")]
    UnknownCustomer,
    /// The admin JWT was taken once already.
    #[error("the token was used before")]
    Replayed,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// Issues a token for a customer. One never seen before becomes a person with nothing shared, unless the tenant refuses those
    /// (A7). Older unspent tokens of the customer stay good.
    pub async fn issue_ticket(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<OpenDashboard>,
        provider: &Provider,
        customer: &CustomerId,
    ) -> Result<Ticket, IssueError> {
        let subject = self.customer(tenant, customer).await?;
        let now = self.now();
        let lifetime = tenant.tenant.lifetimes.embed_ticket;
        let token = Opaque::draw_in(self.entropy(), "et", subject.shard());
        let kept = (token.hash(), subject);
        let change = self.ticket_change(
            tenant,
            Asked::Provider(provider),
            kept,
            (now, lifetime),
            Form::Plain,
        )?;
        let _receipt = self.commit(change).await.map_err(Fault::from)?;
        tracing::info!(caller = ?permit.caller(), token.prefix = ?token.hash(), "one-time token issued");
        Ok(Ticket { token, lifetime })
    }

    /// Issues a token for the person themself, who is logged in at the hosted pages with this session.
    pub async fn issue_own_ticket(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManageAgreements>,
        (subject, login): (SubjectId, Hash),
    ) -> Result<Opaque, Fault> {
        let now = self.now();
        let token = Opaque::draw_in(self.entropy(), "et", subject.shard());
        let lifetime = tenant.tenant.lifetimes.embed_ticket;
        let kept = (token.hash(), subject);
        let change = self.ticket_change(tenant, Asked::Login(login), kept, (now, lifetime), Form::Plain)?;
        let _receipt = self.commit(change).await?;
        tracing::info!(caller = ?permit.caller().credential(), token.prefix = ?token.hash(), "one-time token issued");
        Ok(token)
    }

    /// The change that makes a one-time token.
    pub(super) fn ticket_change(
        &self,
        tenant: &TenantSnapshot,
        by: Asked<'_>,
        (hash, subject): (Hash, SubjectId),
        (now, lifetime): (Timestamp, Lifetime),
        form: Form,
    ) -> Result<ChangeSet, Fault> {
        let (provider, login) = match by {
            Asked::Provider(provider) => (Some(provider), None),
            Asked::Login(login) => (None, Some(login)),
        };
        let detail = TicketDetail {
            secret: provider.map(|provider| provider.secret().clone()),
            session: None,
            form,
            login,
            about: None,
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            hash,
            kind: TokenKind::EmbedTicket,
            version: 1,
            subject: Some(subject),
            client: provider.map(|provider| provider.client_id().to_owned()),
            grant: None,
            issued_at: now,
            expires_at: now.plus(lifetime),
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail: to_json(&detail, "embed ticket")?,
        })));
        Ok(change)
    }

    /// Makes a one-time token useless and ends the page session it opened. Any other text is fine and changes nothing (A2.7).
    pub async fn revoke_ticket(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<OpenDashboard>,
        token: &Opaque,
    ) -> Result<(), Fault> {
        let hash = customer_jwt::read(tenant, token).map_or_else(|| token.hash(), |named| named.hash);
        for _ in 0..ATTEMPTS {
            let change = self.ticket_revocation(tenant, hash).await?;
            if change.is_empty() {
                return Ok(());
            }
            match self.commit(change).await {
                Ok(_receipt) => {
                    tracing::info!(caller = ?permit.caller(), token.prefix = ?hash, "one-time token revoked");
                    return Ok(());
                }
                Err(CommitError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Conflict)
    }

    pub(super) async fn customer(
        &self,
        tenant: &TenantSnapshot,
        customer: &CustomerId,
    ) -> Result<SubjectId, IssueError> {
        let alias = customer.alias();
        if tenant.tenant.dashboard.reject_unknown_customers {
            return self
                .find_subject(tenant, &alias)
                .await?
                .ok_or(IssueError::UnknownCustomer);
        }
        let origin = Origin::at(Door::Dashboard);
        Ok(self.subject_named(tenant, &alias, origin).await?)
    }

    /// The change that revokes a ticket and its page session; empty where nothing is left to revoke.
    async fn ticket_revocation(&self, tenant: &TenantSnapshot, hash: Hash) -> Result<ChangeSet, Fault> {
        let mut change = ChangeSet::new(tenant.id(), self.now());
        let Some(ticket) = self.inner.store.token(tenant.id(), hash).await? else {
            return Ok(change);
        };
        if ticket.kind != TokenKind::EmbedTicket {
            return Ok(change);
        }
        let detail: TicketDetail = from_json(&ticket.detail, "embed ticket")?;
        if let Some(session) = detail.session {
            let session = self.inner.store.token(tenant.id(), session).await?;
            revoke(&mut change, session);
        }
        revoke(&mut change, Some(ticket));
        Ok(change)
    }
}

fn revoke(change: &mut ChangeSet, row: Option<TokenRow>) {
    let Some(row) = row.filter(|row| row.revoked_at.is_none()) else {
        return;
    };
    change
        .expect
        .push(Expect::At(RowKey::Token(row.hash), row.version));
    change
        .rows
        .push(RowChange::Put(Row::Token(revoked(row, change.at))));
}

fn revoked(row: TokenRow, now: Timestamp) -> TokenRow {
    TokenRow {
        version: row.version.saturating_add(1),
        revoked_at: Some(now),
        ..row
    }
}
