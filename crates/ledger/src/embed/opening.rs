//! Spending a one-time token: exactly once, in the change set that makes the page session (consent-dashboard A3).

use std::net::IpAddr;

use consentry_domain::{SubjectId, Timestamp, decision::Door, tenant::ZoneName};
use consentry_store::{ChangeSet, CommitError, Expect, Hash, Row, RowChange, TokenKind, TokenRow};

use super::{
    customer_jwt,
    session::{PageSession, SessionDetail},
    ticket::{Form, TicketDetail},
};
use crate::{
    Caller, Ledger, Opaque, TenantSnapshot, Via,
    error::Fault,
    feed::Passing,
    rates::{Rate, source},
    stored_json::{from_json, to_json},
};

/// A wish to open the dashboard.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The one-time token; none where what came cannot be one.
    pub token: Option<Presented>,
    /// Network address of the browser; failures count for it.
    pub address: IpAddr,
    /// Language asked for with the opening, kept for the page's later screens.
    pub locale: Option<String>,
    /// Theme asked for with the opening.
    pub theme: Option<String>,
    /// Time zone that the person is told to be in, kept for the page's later screens.
    pub zone: Option<ZoneName>,
    /// Whether the page around it wants to be told when the person is done (consent-dashboard A10).
    pub has_done: bool,
}

/// A one-time token as it came.
#[derive(Debug, Clone)]
pub enum Presented {
    /// As a token: nothing else is taken for one.
    Token(Opaque),
    /// As a JWT: a customer JWT, or leniently a token (consent-dashboard A4.1).
    Jwt(Opaque),
}

/// A one-time token by what is kept of it.
#[derive(Debug, Clone, Copy)]
struct Kept {
    hash: Hash,
    form: Form,
    /// Whom it names itself.
    names: Option<SubjectId>,
}

impl Presented {
    fn kept(&self, tenant: &TenantSnapshot) -> Option<Kept> {
        match self {
            Self::Jwt(token) if consentry_jose::is_encrypted(token.expose()) => {
                let named = customer_jwt::read(tenant, token)?;
                Some(Kept {
                    hash: named.hash,
                    form: Form::Encrypted,
                    names: Some(named.subject),
                })
            }
            Self::Token(token) | Self::Jwt(token) => Some(Kept {
                hash: token.hash(),
                form: Form::Plain,
                names: None,
            }),
        }
    }
}

/// The dashboard is open.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What the page shows with each of its requests.
    pub bearer: Opaque,
    /// The page session.
    pub session: PageSession,
}

/// Why nothing was opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Used, expired, revoked, unknown, malformed, of another tenant or kind: one answer for all (A4.4). The log knows more.
    #[error("the one-time token opens nothing")]
    Refused,
    /// Too many refusals for this address.
    #[error("too many refused openings; wait {seconds} s")]
    TooMany {
        /// Seconds until the next one is looked at.
        seconds: i64,
    },
    /// Something failed; the token is not spent.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What a refusal is called in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    Malformed,
    Unknown,
    OtherKind,
    Reused,
    Revoked,
    Expired,
    CredentialGone,
    PersonGone,
}

impl Reason {
    /// The name in signals.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::OtherKind => "other_kind",
            Self::Reused => "reused",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::CredentialGone => "credential_gone",
            Self::PersonGone => "person_gone",
        }
    }
}

impl Ledger {
    /// Spends a one-time token and begins a page session, both or neither. Of several attempts at once, one wins.
    pub async fn open_dashboard(
        &self,
        tenant: &TenantSnapshot,
        opening: &Opening,
    ) -> Result<Opened, OpenError> {
        let key = source(opening.address);
        let rates = &self.inner.rates;
        if let Some(seconds) = rates.wait(tenant.id(), Rate::RefusedOpenings, &key, self.now()) {
            return Err(OpenError::TooMany { seconds });
        }
        let kept = opening.token.as_ref().and_then(|token| token.kept(tenant));
        let prefix = kept.map(|kept| kept.hash);
        match self.spend(tenant, opening, kept).await? {
            Ok(opened) => {
                tracing::info!(token.prefix = ?prefix, "one-time token redeemed");
                let subject = opened.session.subject;
                self.signal(tenant.id(), || {
                    passing("embed.session.started", Some(subject), None)
                });
                Ok(opened)
            }
            Err(reason) => {
                tracing::info!(refused.reason = ?reason, token.prefix = ?prefix, "one-time token refused");
                rates.count(tenant.id(), Rate::RefusedOpenings, &key, self.now());
                self.signal(tenant.id(), || {
                    passing("embed.session.refused", None, Some(reason))
                });
                Err(OpenError::Refused)
            }
        }
    }

    /// Whom a one-time token stands for, shown by the data provider's back end in place of spending it (A2.6, A11). None: it opens
    /// nothing, whatever the reason.
    pub async fn ticket_caller(
        &self,
        tenant: &TenantSnapshot,
        token: &Opaque,
        address: IpAddr,
    ) -> Result<Option<Caller>, OpenError> {
        let key = source(address);
        let rates = &self.inner.rates;
        if let Some(seconds) = rates.wait(tenant.id(), Rate::RefusedOpenings, &key, self.now()) {
            return Err(OpenError::TooMany { seconds });
        }
        let found = self.inner.store.token(tenant.id(), token.hash()).await;
        let judged = match found.map_err(Fault::from)? {
            Some(ticket) => self.judge(tenant, &ticket, Form::Plain, self.now()).await?,
            None => Err(Reason::Unknown),
        };
        match judged {
            Ok((subject, _)) => Ok(Some(Caller::Subject {
                subject,
                via: Via::EmbedTicket(token.hash()),
            })),
            Err(reason) => {
                tracing::info!(refused.reason = ?reason, token.prefix = ?token.hash(), "one-time token refused");
                rates.count(tenant.id(), Rate::RefusedOpenings, &key, self.now());
                Ok(None)
            }
        }
    }

    async fn spend(
        &self,
        tenant: &TenantSnapshot,
        opening: &Opening,
        kept: Option<Kept>,
    ) -> Result<Result<Opened, Reason>, Fault> {
        let Some(kept) = kept else {
            return Ok(Err(Reason::Malformed));
        };
        let Some(ticket) = self.inner.store.token(tenant.id(), kept.hash).await? else {
            return Ok(Err(Reason::Unknown));
        };
        let now = self.now();
        let (subject, detail) = match self.judge(tenant, &ticket, kept.form, now).await? {
            Ok((subject, _)) if kept.names.is_some_and(|named| named != subject) => {
                return Ok(Err(Reason::Unknown));
            }
            Ok(usable) => usable,
            Err(reason) => return Ok(Err(reason)),
        };
        let (opened, change) = self.opening(tenant, opening, ticket, (subject, detail), now)?;
        match self.commit(change).await {
            Ok(_receipt) => Ok(Ok(opened)),
            Err(CommitError::Spent) => Ok(Err(Reason::Reused)),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a ticket could open something now. Whether it does is decided in the transaction.
    pub(super) async fn judge(
        &self,
        tenant: &TenantSnapshot,
        ticket: &TokenRow,
        form: Form,
        now: Timestamp,
    ) -> Result<Result<(SubjectId, TicketDetail), Reason>, Fault> {
        let (TokenKind::EmbedTicket, Some(subject)) = (ticket.kind, ticket.subject) else {
            return Ok(Err(Reason::OtherKind));
        };
        if ticket.consumed_at.is_some() {
            return Ok(Err(Reason::Reused));
        }
        if ticket.revoked_at.is_some() {
            return Ok(Err(Reason::Revoked));
        }
        if now >= ticket.expires_at {
            return Ok(Err(Reason::Expired));
        }
        let detail: TicketDetail = from_json(&ticket.detail, "embed ticket")?;
        if detail.form != form {
            return Ok(Err(Reason::OtherKind));
        }
        let is_backed = match (&detail.secret, &ticket.client) {
            (Some(secret), Some(client)) => secret.is_live(tenant, client, now),
            // The person's own.
            (None, None) => true,
            _ => false,
        };
        if !is_backed || !self.is_login_alive(tenant, detail.login).await? {
            return Ok(Err(Reason::CredentialGone));
        }
        if !self.is_active(tenant, subject).await? {
            return Ok(Err(Reason::PersonGone));
        }
        Ok(Ok((subject, detail)))
    }

    /// Whether a person is there and not erased or merged into another.
    pub(super) async fn is_active(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<bool, Fault> {
        if self.is_alone() {
            return Ok(self.standing_consents(tenant, subject).await?.is_somebody());
        }
        let person = self.inner.store.subject(tenant.id(), subject).await?;
        Ok(person.is_some_and(|person| person.state.is_somebody()))
    }

    fn opening(
        &self,
        tenant: &TenantSnapshot,
        opening: &Opening,
        ticket: TokenRow,
        usable: (SubjectId, TicketDetail),
        now: Timestamp,
    ) -> Result<(Opened, ChangeSet), Fault> {
        let (subject, detail) = usable;
        let bearer = Opaque::draw_in(self.entropy(), "ps", subject.shard());
        let lifetimes = &tenant.tenant.lifetimes;
        let session_detail = SessionDetail {
            ends_at: now.plus(lifetimes.page_absolute),
            used_at: now,
            ticket: ticket.hash,
            locale: opening.locale.clone(),
            theme: opening.theme.clone(),
            zone: opening.zone.clone(),
            has_done: opening.has_done,
            login: detail.login,
            secret: detail.secret.clone(),
        };
        let session = TokenRow {
            hash: bearer.hash(),
            kind: TokenKind::PageSession,
            version: 1,
            subject: Some(subject),
            client: ticket.client.clone(),
            grant: None,
            issued_at: now,
            expires_at: session_detail.over_at(lifetimes.page_idle),
            consumed_at: None,
            revoked_at: None,
            failures: 0,
            detail: to_json(&session_detail, "page session")?,
        };
        let opened = Opened {
            bearer,
            session: PageSession::new(session.hash, subject, &session_detail),
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        change.expect.push(Expect::Unspent(ticket.hash, now));
        change.rows.push(RowChange::Put(Row::Token(spent(
            ticket,
            &detail,
            session.hash,
            now,
        )?)));
        change.rows.push(RowChange::Put(Row::Token(session)));
        Ok((opened, change))
    }
}

const fn passing(name: &'static str, subject: Option<SubjectId>, reason: Option<Reason>) -> Passing {
    Passing {
        name,
        door: Door::Dashboard,
        client: None,
        subject,
        reason: match reason {
            Some(reason) => Some(reason.as_str()),
            None => None,
        },
    }
}

/// The row of a ticket that has opened a page session, or kept one open.
pub(super) fn spent(
    ticket: TokenRow,
    detail: &TicketDetail,
    session: Hash,
    now: Timestamp,
) -> Result<TokenRow, Fault> {
    let detail = TicketDetail {
        session: Some(session),
        ..detail.clone()
    };
    Ok(TokenRow {
        version: ticket.version.saturating_add(1),
        consumed_at: Some(now),
        detail: to_json(&detail, "embed ticket")?,
        ..ticket
    })
}
