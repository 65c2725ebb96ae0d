//! Using a code.

use std::net::IpAddr;

use consentry_domain::SubjectId;
use consentry_store::{ChangeSet, CommitError, Expect, Row, RowChange, RowKey, TokenKind, TokenRow};
use subtle::ConstantTimeEq;

use super::{Detail, Purpose, TRIES, recognised_by};
use crate::{Ledger, Opaque, TenantSnapshot, accounts::LoginError, error::Fault, stored_json::from_json};

/// How often a try is counted anew when another was faster.
const ATTEMPTS: u32 = 2 * TRIES;

/// Why a code was not taken.
#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// It is another one; so many tries are left.
    #[error("the code is wrong; {left} tries are left")]
    Wrong {
        /// Tries that are left of this code, at least 1.
        left: u32,
    },
    /// There is none to be used in this browser: it was used, tried too often, is too old, or was never asked for here.
    #[error("there is no code that could be used")]
    Over,
    /// Too many failures; wait.
    #[error("too many failures; wait {seconds} s")]
    Throttled {
        /// Seconds until the next try is looked at.
        seconds: i64,
    },
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What became of a try.
enum Tried {
    Right(SubjectId),
    Wrong(u32),
    Over,
}

impl Ledger {
    /// Uses a code up. Whatever the try leads to is written down before it is answered, so that a code is used once and tried
    /// [`TRIES`] times, however many try at once. Failures of an address are slowed down beside that.
    pub async fn redeem_one_time_code(
        &self,
        tenant: &TenantSnapshot,
        purpose: Purpose,
        handle: &Opaque,
        code: &str,
        address: IpAddr,
    ) -> Result<SubjectId, RedeemError> {
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        let slug = &tenant.tenant.slug;
        let keys = [
            format!("{slug} code {:?}", handle.hash()),
            format!("{slug} address {address}"),
        ];
        let mut tried = Tried::Over;
        let check = async {
            tried = self.try_code(tenant, purpose, handle, &digits).await?;
            Ok(matches!(tried, Tried::Right(_)))
        };
        let judged = self.throttled(&keys, check).await;
        match (judged, tried) {
            (Err(LoginError::Throttled { seconds }), _) => Err(RedeemError::Throttled { seconds }),
            (Err(LoginError::Fault(fault)), _) => Err(fault.into()),
            (_, Tried::Right(subject)) => Ok(subject),
            (_, Tried::Wrong(left)) => Err(RedeemError::Wrong { left }),
            (_, Tried::Over) => Err(RedeemError::Over),
        }
    }

    async fn try_code(
        &self,
        tenant: &TenantSnapshot,
        purpose: Purpose,
        handle: &Opaque,
        digits: &str,
    ) -> Result<Tried, Fault> {
        let hash = handle.hash();
        for _ in 0..ATTEMPTS {
            let now = self.now();
            // Not from memory: what counts is what the others tried meanwhile.
            let Some(row) = self.inner.store.token(tenant.id(), hash).await? else {
                return Ok(Tried::Over);
            };
            let is_open = row.kind == TokenKind::OneTimeCode
                && row.consumed_at.is_none()
                && row.revoked_at.is_none()
                && row.failures < TRIES
                && now < row.expires_at;
            if !is_open {
                return Ok(Tried::Over);
            }
            let detail: Detail = from_json(&row.detail, "one-time code")?;
            if detail.purpose != purpose {
                return Ok(Tried::Over);
            }
            let given = recognised_by(&tenant.keys, handle, digits);
            let is_right: bool = given.as_bytes().ct_eq(detail.code.as_bytes()).into();
            let mut next = TokenRow {
                version: row.version.saturating_add(1),
                ..row.clone()
            };
            let tried = match row.subject.filter(|_| is_right) {
                Some(subject) => {
                    next.consumed_at = Some(now);
                    Tried::Right(subject)
                }
                None => {
                    next.failures = row.failures.saturating_add(1);
                    match TRIES.saturating_sub(next.failures) {
                        0 => Tried::Over,
                        left => Tried::Wrong(left),
                    }
                }
            };
            let mut change = ChangeSet::new(tenant.id(), now);
            change.expect.push(Expect::At(RowKey::Token(hash), row.version));
            change.rows.push(RowChange::Put(Row::Token(next)));
            match self.commit(change).await {
                Ok(_receipt) => return self.still_usable(tenant, purpose, tried).await,
                Err(CommitError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Conflict)
    }

    /// A person who was switched off since the code was sent does not get in with it. Preferences need no account.
    async fn still_usable(
        &self,
        tenant: &TenantSnapshot,
        purpose: Purpose,
        tried: Tried,
    ) -> Result<Tried, Fault> {
        let Tried::Right(subject) = tried else {
            return Ok(tried);
        };
        let account = self.inner.store.account(tenant.id(), subject).await?;
        Ok(match account {
            Some(account) if !account.disabled => Tried::Right(subject),
            None if purpose == Purpose::Preferences => Tried::Right(subject),
            _ => Tried::Over,
        })
    }
}
