//! Page sessions: how an embedded page keeps its authority without a cookie (consent-dashboard A8.1).

use consentry_domain::{Lifetime, SubjectId, Timestamp, tenant::ZoneName};
use consentry_store::{ChangeSet, CommitError, Expect, Hash, Row, RowChange, TokenKind, TokenRow};
use serde::{Deserialize, Serialize};

use crate::{
    Caller, Ledger, Opaque, TenantSnapshot, Via,
    embed::provider::SecretId,
    error::Fault,
    stored_json::{from_json, to_json},
};

/// A page session that is alive. Its authority is what one person agreed to, at one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSession {
    /// Hash of its bearer, by which it is known inside.
    pub hash: Hash,
    /// Whose page it is.
    pub subject: SubjectId,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
    /// Language asked for when it was opened.
    pub locale: Option<String>,
    /// Theme asked for when it was opened.
    pub theme: Option<String>,
    /// Time zone said with the opening.
    pub zone: Option<ZoneName>,
    /// Whether the page around it wants to be told when the person is done (consent-dashboard A10).
    pub has_done: bool,
}

impl PageSession {
    pub(super) fn new(hash: Hash, subject: SubjectId, detail: &SessionDetail) -> Self {
        Self {
            hash,
            subject,
            ends_at: detail.ends_at,
            locale: detail.locale.clone(),
            theme: detail.theme.clone(),
            zone: detail.zone.clone(),
            has_done: detail.has_done,
        }
    }

    /// The person, as a caller.
    pub const fn caller(&self) -> Caller {
        Caller::Subject {
            subject: self.subject,
            via: Via::PageSession(self.hash),
        }
    }
}

/// What belongs to a page session beside the columns of its row, whose `expires_at` is the earlier of both ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SessionDetail {
    /// Absolute end.
    pub(super) ends_at: Timestamp,
    /// Last use.
    pub(super) used_at: Timestamp,
    /// The one-time token it came from.
    pub(super) ticket: Hash,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) locale: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) theme: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) zone: Option<ZoneName>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) has_done: bool,
    /// The session at the hosted pages that it was opened from, which it does not outlive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) login: Option<Hash>,
    /// The secret that the token was asked for with, of the credential in the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<SecretId>,
}

impl SessionDetail {
    /// From when it is over: unused for `idle`, or at its absolute end.
    pub(super) fn over_at(&self, idle: Lifetime) -> Timestamp {
        self.used_at.plus(idle).min(self.ends_at)
    }

    /// Whether the page may go on although the secret behind it is gone, or it is not gone (consent-dashboard A8.1).
    pub(super) fn is_backed(&self, tenant: &TenantSnapshot, row: &TokenRow, now: Timestamp) -> bool {
        if !tenant.tenant.dashboard.end_sessions_with_credential {
            return true;
        }
        match (&self.secret, &row.client) {
            (Some(secret), Some(client)) => secret.is_live(tenant, client, now),
            _ => true,
        }
    }
}

impl Ledger {
    /// The page session of a bearer, if it is alive; asking counts as use. Read as it is at this moment, so that an end is seen at once on
    /// every node. Of the uses of one second the first is written down, so a page may be over up to a second early.
    pub async fn use_page_session(
        &self,
        tenant: &TenantSnapshot,
        bearer: &Opaque,
    ) -> Result<Option<PageSession>, Fault> {
        let Some(row) = self.token_now(tenant.id(), bearer.hash()).await? else {
            return Ok(None);
        };
        let now = self.now();
        let alive = row.kind == TokenKind::PageSession && row.revoked_at.is_none() && now < row.expires_at;
        let (true, Some(subject)) = (alive, row.subject) else {
            return Ok(None);
        };
        if !self.is_active(tenant, subject).await? {
            return Ok(None);
        }
        let mut detail: SessionDetail = from_json(&row.detail, "page session")?;
        if !detail.is_backed(tenant, &row, now) || !self.is_login_alive(tenant, detail.login).await? {
            return Ok(None);
        }
        let session = PageSession::new(row.hash, subject, &detail);
        if now.seconds_since(detail.used_at) < 1 {
            return Ok(Some(session));
        }
        detail.used_at = now;
        let used = TokenRow {
            version: row.version.saturating_add(1),
            expires_at: detail.over_at(tenant.tenant.lifetimes.page_idle),
            detail: to_json(&detail, "page session")?,
            ..TokenRow::clone(&row)
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        // Fails when the session was revoked since it was read, so that being used never revives it.
        change.expect.push(Expect::Unspent(used.hash, now));
        change.rows.push(RowChange::Put(Row::Token(used)));
        match self.commit(change).await {
            Ok(_receipt) => Ok(Some(session)),
            Err(CommitError::Spent) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Ledger {
    /// Whether the session at the hosted pages that a page was opened from is alive; none: it was opened from elsewhere.
    pub(super) async fn is_login_alive(
        &self,
        tenant: &TenantSnapshot,
        login: Option<Hash>,
    ) -> Result<bool, Fault> {
        match login {
            None => Ok(true),
            Some(login) => Ok(self.session_by_hash(tenant, login).await?.is_some()),
        }
    }

    /// Lets a page session go on in another language, a BCP 47 tag. None: it is over.
    pub async fn speak_in(
        &self,
        tenant: &TenantSnapshot,
        session: &PageSession,
        locale: &str,
    ) -> Result<Option<PageSession>, Fault> {
        let row = self.inner.store.token(tenant.id(), session.hash).await?;
        let Some(row) = row.filter(|row| row.kind == TokenKind::PageSession) else {
            return Ok(None);
        };
        let now = self.now();
        let mut detail: SessionDetail = from_json(&row.detail, "page session")?;
        detail.locale = Some(locale.to_owned());
        let speaking = PageSession::new(row.hash, session.subject, &detail);
        let row = TokenRow {
            version: row.version.saturating_add(1),
            detail: to_json(&detail, "page session")?,
            ..row
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        change.expect.push(Expect::Unspent(row.hash, now));
        change.rows.push(RowChange::Put(Row::Token(row)));
        match self.commit(change).await {
            Ok(_receipt) => Ok(Some(speaking)),
            Err(CommitError::Spent) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dsh_a8_1_a_session_is_over_at_the_earlier_of_both_ends() {
        let began = Timestamp::from_seconds(0);
        let at = |used: i64| {
            SessionDetail {
                ends_at: began.plus(Lifetime::seconds(1800)),
                used_at: Timestamp::from_seconds(used),
                ticket: Hash::new([0; 32]),
                locale: None,
                theme: None,
                zone: None,
                has_done: false,
                login: None,
                secret: None,
            }
            .over_at(Lifetime::seconds(600))
            .as_seconds()
        };
        assert_eq!(at(0), 600);
        assert_eq!(at(599), 1199);
        assert_eq!(at(1200), 1800);
        assert_eq!(at(1500), 1800);
    }
}
