//! One-time addresses of copies: a front end makes one with its page session, and whatever opens it within a minute gets the copy, once
//! (consent-dashboard B6.5, B9).

use std::net::IpAddr;

use consentry_domain::{AgreementId, Lifetime};
use consentry_store::{ChangeSet, CommitError, Expect, Row, RowChange, TokenKind, TokenRow};

use super::{
    opening::{OpenError, spent},
    session::{PageSession, SessionDetail},
    ticket::{Form, TicketDetail},
};
use crate::{
    Ledger, Opaque, TenantSnapshot,
    error::Fault,
    rates::{Rate, source},
    stored_json::{from_json, to_json},
};

/// How long an address is good.
pub const EXPORT: Lifetime = Lifetime::seconds(60);

impl Ledger {
    /// The token of an address that gives a copy out once: of one agreement, or of everything.
    pub async fn issue_export(
        &self,
        tenant: &TenantSnapshot,
        session: &PageSession,
        about: Option<AgreementId>,
    ) -> Result<Opaque, Fault> {
        let now = self.now();
        let token = Opaque::draw_in(self.entropy(), "ex", session.subject.shard());
        let detail = TicketDetail {
            secret: None,
            session: Some(session.hash),
            form: Form::Export,
            login: None,
            about,
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            hash: token.hash(),
            kind: TokenKind::EmbedTicket,
            version: 1,
            subject: Some(session.subject),
            client: None,
            grant: None,
            issued_at: now,
            expires_at: now.plus(EXPORT),
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail: to_json(&detail, "embed ticket")?,
        })));
        let _receipt = self.commit(change).await?;
        Ok(token)
    }

    /// Spends the token of such an address: the page session that it was made with, which must be alive, and what the copy is of.
    pub async fn spend_export(
        &self,
        tenant: &TenantSnapshot,
        token: &Opaque,
        address: IpAddr,
    ) -> Result<(PageSession, Option<AgreementId>), OpenError> {
        let key = source(address);
        let rates = &self.inner.rates;
        if let Some(seconds) = rates.wait(tenant.id(), Rate::RefusedOpenings, &key, self.now()) {
            return Err(OpenError::TooMany { seconds });
        }
        match self.try_export(tenant, token).await? {
            Some(done) => Ok(done),
            None => {
                rates.count(tenant.id(), Rate::RefusedOpenings, &key, self.now());
                Err(OpenError::Refused)
            }
        }
    }

    async fn try_export(
        &self,
        tenant: &TenantSnapshot,
        token: &Opaque,
    ) -> Result<Option<(PageSession, Option<AgreementId>)>, Fault> {
        let now = self.now();
        let store = &self.inner.store;
        let Some(ticket) = store.token(tenant.id(), token.hash()).await? else {
            return Ok(None);
        };
        let Ok((subject, detail)) = self.judge(tenant, &ticket, Form::Export, now).await? else {
            return Ok(None);
        };
        let Some(hash) = detail.session else {
            return Ok(None);
        };
        let page = store.token(tenant.id(), hash).await?;
        let alive = |row: &TokenRow| row.revoked_at.is_none() && now < row.expires_at;
        let Some(page) = page.filter(|row| row.kind == TokenKind::PageSession && alive(row)) else {
            return Ok(None);
        };
        let kept: SessionDetail = from_json(&page.detail, "page session")?;
        if !kept.is_backed(tenant, &page, now) {
            return Ok(None);
        }
        let mut change = ChangeSet::new(tenant.id(), now);
        change.expect.push(Expect::Unspent(ticket.hash, now));
        change.expect.push(Expect::Unspent(page.hash, now));
        let spent = spent(ticket, &detail, hash, now)?;
        change.rows.push(RowChange::Put(Row::Token(spent)));
        match self.commit(change).await {
            Ok(_receipt) => Ok(Some((PageSession::new(hash, subject, &kept), detail.about))),
            Err(CommitError::Spent) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
