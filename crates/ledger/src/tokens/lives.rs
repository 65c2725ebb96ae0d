//! How long a token that is out there may live: as the tenant is configured now, or as it was when the token was made.
//!
//! A tenant that makes its tokens shorter has longer ones out for a while. What they were is kept until the last of them has ended.

use consentry_domain::{Lifetime, TenantId, Timestamp, tenant::Lifetimes};
use consentry_store::{ChangeSet, Expect, JobRow, Row, RowChange, RowKey};
use serde::{Deserialize, Serialize};

use crate::{Ledger, TenantSnapshot, error::Fault};

/// Name of what is kept about earlier settings, among a tenant's work. Nobody ever takes it.
const EARLIER: (&str, &str) = ("tokens", "earlier");

/// The longest life of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenLives {
    /// Of access tokens and consent tokens, which rest on consents.
    pub access: Lifetime,
    /// Of whatever is signed with a tenant's keys.
    pub signed: Lifetime,
}

/// Lives that were shortened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Earlier {
    lives: TokenLives,
    /// The last token that had them was made before this.
    until: Timestamp,
}

impl TokenLives {
    /// As configured.
    fn of(lifetimes: &Lifetimes) -> Self {
        let access = lifetimes.access_token.max(lifetimes.third_party_access_token);
        let access = access.max(lifetimes.consent_token);
        Self {
            access,
            signed: access.max(lifetimes.id_token),
        }
    }

    fn longer(self, other: Self) -> Self {
        Self {
            access: self.access.max(other.access),
            signed: self.signed.max(other.signed),
        }
    }
}

impl Earlier {
    /// What of it still is out there.
    fn at(&self, now: Timestamp) -> TokenLives {
        let still = |life: Lifetime| {
            if self.until.plus(life) > now {
                life
            } else {
                Lifetime::seconds(0)
            }
        };
        TokenLives {
            access: still(self.lives.access),
            signed: still(self.lives.signed),
        }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.until.plus(self.lives.signed) <= now
    }
}

impl Ledger {
    /// The longest life that a token of the tenant may have that is out there now.
    pub(crate) async fn token_lives(&self, tenant: &TenantSnapshot) -> Result<TokenLives, Fault> {
        let now = self.now();
        let configured = TokenLives::of(&tenant.tenant.lifetimes);
        let (_, earlier) = self.earlier_lives(tenant.id()).await?;
        let earlier = earlier.iter().map(|earlier| earlier.at(now));
        Ok(earlier.fold(configured, TokenLives::longer))
    }

    /// Writes down what becomes shorter, beside the change that makes it so.
    pub(crate) async fn keep_lives(
        &self,
        change: &mut ChangeSet,
        (before, after): (&Lifetimes, &Lifetimes),
    ) -> Result<(), Fault> {
        let (before, after) = (TokenLives::of(before), TokenLives::of(after));
        if after.longer(before) == after {
            return Ok(());
        }
        let now = change.at;
        let (row, mut earlier) = self.earlier_lives(change.tenant).await?;
        earlier.retain(|earlier| !earlier.is_over(now));
        earlier.push(Earlier {
            lives: before,
            until: now,
        });
        let (kind, name) = EARLIER;
        let key = RowKey::Job(kind.to_owned(), name.to_owned());
        change.expect.push(match &row {
            Some(row) => Expect::At(key, row.version),
            None => Expect::Absent(key),
        });
        let detail = serde_json::to_string(&earlier).map_err(|error| Fault::Unreadable {
            what: "lives of tokens",
            why: error.to_string(),
        })?;
        change.rows.push(RowChange::Put(Row::Job(JobRow {
            kind: kind.to_owned(),
            key: name.to_owned(),
            version: row.map_or(1, |row| row.version.saturating_add(1)),
            due_at: now,
            holder: None,
            held_until: None,
            attempts: 0,
            last_error: None,
            detail,
        })));
        Ok(())
    }

    async fn earlier_lives(&self, tenant: TenantId) -> Result<(Option<JobRow>, Vec<Earlier>), Fault> {
        let (kind, name) = EARLIER;
        let row = self
            .inner
            .store
            .job(tenant, kind.to_owned(), name.to_owned())
            .await?;
        let earlier = row.as_ref().map(|row| serde_json::from_str(&row.detail));
        let earlier = earlier.transpose().map_err(|error| Fault::Unreadable {
            what: "lives of tokens",
            why: error.to_string(),
        })?;
        Ok((row, earlier.unwrap_or_default()))
    }
}
