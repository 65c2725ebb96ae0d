//! Tickets: what a page in a browser opens a stream with, since it cannot send headers (enforcement-events-evidence 4.3; EVT-29).
//!
//! A reader asks for one with its own credential. It opens one stream, within a minute, and the database sees to it that it is one. The
//! stream stands as long as the credential that asked for the ticket does.

use std::{net::IpAddr, sync::Arc};

use consentry_domain::{ClientId, Lifetime, Timestamp, client::Client};
use consentry_store::{ChangeSet, CommitError, Expect, Hash, Row, RowChange, TokenKind, TokenRow};
use serde::{Deserialize, Serialize};

use super::Reader;
use crate::{
    Ledger, Opaque, TenantSnapshot,
    error::Fault,
    opaque,
    stored_json::{from_json, to_json},
    tokens::ActiveAccess,
};

/// How long a ticket may be spent.
pub const TICKET: Lifetime = Lifetime::seconds(60);

/// What a reader proved itself with, as far as it has to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Basis {
    /// The client.
    client: ClientId,
    /// Its credential.
    credential: Credential,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Credential {
    /// A secret, as it is kept: the SHA-256 in base64url.
    Secret(String),
    /// A token of its own.
    Token {
        /// Hash of its `jti`.
        jti: Hash,
        /// When it was issued, in seconds since 1970.
        issued: i64,
        /// From this second on it is over.
        over: i64,
        /// Whether it carries the scope of seeing people by our own ids.
        sees_subjects: bool,
    },
}

/// What belongs to a ticket beside the columns of its row.
#[derive(Debug, Serialize, Deserialize)]
struct Detail {
    basis: Basis,
    /// What the stream was asked for with: a query string.
    asked: String,
    /// Whether the address that asked is of IPv6.
    is_ipv6: bool,
}

/// What became of a ticket that was shown.
#[derive(Debug)]
pub enum Shown {
    /// It is spent now and opens a stream.
    Opened {
        /// Who reads.
        reader: Reader,
        /// What was asked for: a query string.
        asked: String,
    },
    /// It opened one before, came too late, or whoever asked for it may not read any more.
    Over,
    /// It is none, or not for this address.
    Unknown,
}

impl Basis {
    pub(super) fn secret(client: &Client, stored: &str) -> Self {
        Self {
            client: client.id.clone(),
            credential: Credential::Secret(stored.to_owned()),
        }
    }

    pub(super) fn token(access: &ActiveAccess, sees_subjects: bool) -> Self {
        let claims = access.claims();
        Self {
            client: access.client().id.clone(),
            credential: Credential::Token {
                jti: opaque::hash(claims.jti.as_bytes()),
                issued: claims.iat,
                over: claims.exp,
                sees_subjects,
            },
        }
    }
}

impl Ledger {
    /// A ticket for one stream with what `asked` says; none for readers that proved nothing, such as parts of this house.
    pub async fn event_ticket(
        &self,
        tenant: &TenantSnapshot,
        reader: &Reader,
        asked: &str,
        address: IpAddr,
    ) -> Result<Option<Opaque>, Fault> {
        let Some(basis) = reader.basis.clone() else {
            return Ok(None);
        };
        let now = self.now();
        let ticket = Opaque::draw(self.entropy(), "sse");
        let client = basis.client.as_str().to_owned();
        let detail = Detail {
            basis,
            asked: asked.to_owned(),
            is_ipv6: address.to_canonical().is_ipv6(),
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            hash: ticket.hash(),
            kind: TokenKind::EventTicket,
            version: 1,
            subject: None,
            client: Some(client),
            grant: None,
            issued_at: now,
            expires_at: now.plus(TICKET),
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail: to_json(&detail, "event ticket")?,
        })));
        let _receipt = self.commit(change).await.map_err(Fault::from)?;
        Ok(Some(ticket))
    }

    /// Spends a ticket.
    pub async fn show_event_ticket(
        &self,
        tenant: &TenantSnapshot,
        ticket: &Opaque,
        address: IpAddr,
    ) -> Result<Shown, Fault> {
        let found = self.inner.store.token(tenant.id(), ticket.hash()).await?;
        let Some(row) = found.filter(|row| row.kind == TokenKind::EventTicket) else {
            return Ok(Shown::Unknown);
        };
        let detail: Detail = from_json(&row.detail, "event ticket")?;
        if detail.is_ipv6 != address.to_canonical().is_ipv6() {
            return Ok(Shown::Unknown);
        }
        let now = self.now();
        if row.consumed_at.is_some() || row.expires_at <= now {
            return Ok(Shown::Over);
        }
        let Some(reader) = self.reader_of(tenant, detail.basis, now).await? else {
            return Ok(Shown::Over);
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        change.expect.push(Expect::Unspent(row.hash, now));
        change.rows.push(RowChange::Put(Row::Token(TokenRow {
            version: row.version.saturating_add(1),
            consumed_at: Some(now),
            ..row
        })));
        match self.commit(change).await {
            Ok(_receipt) => Ok(Shown::Opened {
                reader,
                asked: detail.asked,
            }),
            Err(CommitError::Spent) => Ok(Shown::Over),
            Err(error) => Err(error.into()),
        }
    }

    /// The same reader as it stands now; none where its credential is over.
    pub async fn reader_again(
        &self,
        tenant: &TenantSnapshot,
        reader: &Reader,
    ) -> Result<Option<Reader>, Fault> {
        match reader.basis.clone() {
            Some(basis) => self.reader_of(tenant, basis, self.now()).await,
            None => Ok(None),
        }
    }

    async fn reader_of(
        &self,
        tenant: &TenantSnapshot,
        basis: Basis,
        now: Timestamp,
    ) -> Result<Option<Reader>, Fault> {
        let Some(client) = tenant.client(basis.client.as_str()) else {
            return Ok(None);
        };
        let stands = match &basis.credential {
            Credential::Secret(stored) => {
                let is_live = |until: Option<Timestamp>| until.is_none_or(|until| now < until);
                let mut secrets = client.secrets.iter();
                secrets.any(|secret| secret.sha256 == *stored && is_live(secret.expires_at))
            }
            Credential::Token {
                jti, issued, over, ..
            } => {
                let is_current = *issued > client.epoch.as_seconds() && now.as_seconds() < *over;
                is_current && self.token(tenant.id(), *jti).await?.is_none()
            }
        };
        let may_see_subjects = match &basis.credential {
            Credential::Secret(_) => true,
            Credential::Token { sees_subjects, .. } => *sees_subjects,
        };
        let client = Arc::clone(client);
        Ok(stands
            .then(|| Reader::registered(&client, may_see_subjects, basis))
            .flatten())
    }
}
