//! Where a person is logged in, and ending it there.

use consentry_domain::{
    SubjectId,
    consent::Ended,
    decision::{Actor, EndReason},
};
use consentry_store::{ChangeSet, Row, RowChange};

use super::Session;
use crate::{Ledger, TenantSnapshot, accounts::revoked, agreements::end_grant, error::Fault};

/// Most sessions that are looked at, or ended in one commit.
const AT_ONCE: u32 = 200;

/// Commits in which all other sessions end at the most.
const MOST_ROUNDS: u32 = 50;

/// A session as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The session.
    pub session: Session,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

impl Ledger {
    /// Where the person of a session is logged in: this one first, then what was used last; at most 200.
    pub async fn sessions_of(&self, tenant: &TenantSnapshot, asking: &Session) -> Result<Vec<Listed>, Fault> {
        let mut listed = Vec::new();
        for session in self.alive_of(tenant, asking.subject).await? {
            let is_this = session.hash == asking.hash;
            listed.push(Listed { session, is_this });
        }
        listed.sort_by_key(|one| (!one.is_this, std::cmp::Reverse(one.session.seen_at)));
        Ok(listed)
    }

    /// Ends one session of the person of a session, and the grants that were to live only as long (TPA-RT-11); answers whether there was
    /// one with this id.
    pub async fn end_session(
        &self,
        tenant: &TenantSnapshot,
        asking: &Session,
        id: &str,
    ) -> Result<bool, Fault> {
        let mut found = self.alive_of(tenant, asking.subject).await?;
        found.retain(|session| session.id == id);
        if found.is_empty() {
            return Ok(false);
        }
        self.end_sessions(tenant, asking.subject, &found).await?;
        Ok(true)
    }

    /// Ends all sessions of the person of a session but this one, with what lives as long; answers how many.
    pub async fn end_other_sessions(
        &self,
        tenant: &TenantSnapshot,
        asking: &Session,
    ) -> Result<usize, Fault> {
        let mut ended = 0;
        for _ in 0..MOST_ROUNDS {
            // Those that nobody used for long as well, so that none of them is in the way of another.
            let mut others = self.latest_of(tenant, asking.subject).await?;
            others.retain(|session| session.id != asking.id);
            if others.is_empty() {
                break;
            }
            self.end_sessions(tenant, asking.subject, &others).await?;
            ended += others.len();
        }
        Ok(ended)
    }

    async fn alive_of(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<Vec<Session>, Fault> {
        let mut alive = Vec::new();
        for session in self.latest_of(tenant, subject).await? {
            alive.extend(self.session_by_hash(tenant, session.hash).await?);
        }
        Ok(alive)
    }

    /// The sessions that nobody ended, used or not.
    async fn latest_of(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<Vec<Session>, Fault> {
        let store = &self.inner.store;
        let rows = store.sessions_of(tenant.id(), subject, self.now(), AT_ONCE);
        rows.await?
            .iter()
            .filter_map(|row| Session::of(row).transpose())
            .collect()
    }

    async fn end_sessions(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        sessions: &[Session],
    ) -> Result<(), Fault> {
        let now = self.now();
        let ended = Ended {
            at: now,
            reason: EndReason::Logout,
            by: Actor::subject(subject),
        };
        let store = &self.inner.store;
        let grants = store.grants_of(tenant.id(), subject, None).await?;
        let mut change = ChangeSet::new(tenant.id(), now);
        for session in sessions {
            if let Some(row) = self.token(tenant.id(), session.hash).await? {
                change.rows.push(RowChange::Put(Row::Token(revoked(&row, now))));
            }
        }
        let is_of_them = |id: &str| sessions.iter().any(|session| session.id == id);
        change.rows.extend(
            grants
                .iter()
                .filter(|grant| !grant.offline && grant.session.as_deref().is_some_and(is_of_them))
                .map(|grant| end_grant(grant, &ended)),
        );
        let _receipt = self.commit(change).await?;
        Ok(())
    }
}
