//! A page session goes on with a new one-time token, or is ended by the page (consent-dashboard A8.1, A8.2).

use std::net::IpAddr;

use consentry_domain::Timestamp;
use consentry_store::{ChangeSet, CommitError, Expect, Row, RowChange, TokenKind, TokenRow};

use super::{
    opening::{OpenError, spent},
    session::{PageSession, SessionDetail},
    ticket::Form,
};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    error::Fault,
    rates::{Rate, source},
    stored_json::{from_json, to_json},
};

/// What came of a renewal; the token is spent either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewed {
    /// It goes on until then at the latest.
    Until(Timestamp),
    /// The token is for somebody else, who has signed in meanwhile, so the session is over.
    OtherCustomer,
}

impl Ledger {
    /// Spends a one-time token to let a page session go on. Nothing is spent where the session is over.
    pub async fn renew_page_session(
        &self,
        tenant: &TenantSnapshot,
        session: &PageSession,
        token: &Opaque,
        address: IpAddr,
    ) -> Result<Renewed, OpenError> {
        let key = source(address);
        let rates = &self.inner.rates;
        if let Some(seconds) = rates.wait(tenant.id(), Rate::RefusedOpenings, &key, self.now()) {
            return Err(OpenError::TooMany { seconds });
        }
        let now = self.now();
        let store = &self.inner.store;
        let ticket = store
            .token(tenant.id(), token.hash())
            .await
            .map_err(Fault::from)?;
        let judged = match &ticket {
            Some(ticket) => self.judge(tenant, ticket, Form::Plain, now).await?.ok(),
            None => None,
        };
        let (Some(ticket), Some((subject, detail))) = (ticket, judged) else {
            rates.count(tenant.id(), Rate::RefusedOpenings, &key, now);
            return Err(OpenError::Refused);
        };
        let row = self
            .page_session_row(tenant, session)
            .await?
            .ok_or(OpenError::Refused)?;
        let mut kept: SessionDetail = from_json(&row.detail, "page session")?;
        let lifetimes = &tenant.tenant.lifetimes;
        let is_same = subject == session.subject;
        let row = if is_same {
            kept.ends_at = now.plus(lifetimes.page_absolute);
            kept.used_at = now;
            kept.ticket = ticket.hash;
            kept.login = detail.login;
            kept.secret = detail.secret.clone();
            TokenRow {
                client: ticket.client.clone(),
                version: row.version.saturating_add(1),
                expires_at: kept.over_at(lifetimes.page_idle),
                detail: to_json(&kept, "page session")?,
                ..row
            }
        } else {
            revoked(row, now)
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        change.expect.push(Expect::Unspent(ticket.hash, now));
        change.expect.push(Expect::Unspent(session.hash, now));
        let spent = spent(ticket, &detail, session.hash, now)?;
        change.rows.push(RowChange::Put(Row::Token(spent)));
        change.rows.push(RowChange::Put(Row::Token(row)));
        match self.commit(change).await {
            Ok(_receipt) if is_same => Ok(Renewed::Until(kept.ends_at)),
            Ok(_receipt) => Ok(Renewed::OtherCustomer),
            Err(CommitError::Spent) => Err(OpenError::Refused),
            Err(error) => Err(Fault::from(error).into()),
        }
    }

    /// Ends a page session. One that is over stays so.
    pub async fn end_page_session(
        &self,
        tenant: &TenantSnapshot,
        session: &PageSession,
    ) -> Result<(), Fault> {
        let now = self.now();
        let Some(row) = self.page_session_row(tenant, session).await? else {
            return Ok(());
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        change.expect.push(Expect::Unspent(session.hash, now));
        change.rows.push(RowChange::Put(Row::Token(revoked(row, now))));
        match self.commit(change).await {
            Ok(_receipt) => Ok(()),
            Err(CommitError::Spent) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn page_session_row(
        &self,
        tenant: &TenantSnapshot,
        session: &PageSession,
    ) -> Result<Option<TokenRow>, Fault> {
        let row = self.inner.store.token(tenant.id(), session.hash).await?;
        Ok(row.filter(|row| row.kind == TokenKind::PageSession))
    }
}

fn revoked(row: TokenRow, now: Timestamp) -> TokenRow {
    TokenRow {
        version: row.version.saturating_add(1),
        revoked_at: Some(now),
        ..row
    }
}
