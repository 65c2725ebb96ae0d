//! A request that needs a person's presence becomes an interaction.

use consentry_domain::{Timestamp, decision::Door};
use consentry_store::{ChangeSet, CommitError};

use super::{AuthorizationRequest, Interaction};
use crate::{Ledger, Opaque, TenantSnapshot, error::Fault, feed::Passing};

/// Live interactions of one browser; one more cancels the oldest (TPA-IX-01).
const MOST_PER_BROWSER: usize = 10;

/// How often counting is repeated when another tab changes what was counted.
const ATTEMPTS: u32 = 3;

/// An interaction that was just begun.
#[derive(Debug)]
pub struct Begun {
    /// Its handle, `src_interaction`.
    pub handle: Opaque,
    /// Value of its cookie.
    pub cookie: Opaque,
    /// Value by which the browser's interactions are counted; it opens nothing.
    pub browser: Opaque,
    /// It itself.
    pub interaction: Interaction,
}

impl Ledger {
    /// Begins an interaction. `browser` is the counting value that the browser has already.
    pub async fn begin_interaction(
        &self,
        tenant: &TenantSnapshot,
        request: AuthorizationRequest,
        browser: Option<&Opaque>,
    ) -> Result<Begun, Fault> {
        let now = self.now();
        let handle = Opaque::draw(self.entropy(), "ix");
        let cookie = Opaque::draw(self.entropy(), "ixc");
        let browser = browser
            .cloned()
            .unwrap_or_else(|| Opaque::draw(self.entropy(), "br"));
        let until = now.plus(tenant.tenant.lifetimes.login);
        let begun = Interaction::new(handle.hash(), &cookie, &browser, request, now, until);
        let interaction = begun.stepped(begun.step.clone(), None);
        for _ in 0..ATTEMPTS {
            let mut change = ChangeSet::new(tenant.id(), now);
            for crowded_out in self.crowded_out(tenant, &browser, now).await? {
                let Ok(step) = crowded_out.step.clone().cancel() else {
                    continue;
                };
                change.expect.push(crowded_out.unchanged());
                change.rows.push(crowded_out.stepped(step, None).put()?);
            }
            change.rows.push(interaction.put()?);
            match self.commit(change).await {
                Ok(_receipt) => {
                    self.signal(tenant.id(), || Passing {
                        name: "interaction.created",
                        door: Door::Authorization,
                        client: Some(interaction.request.client.clone()),
                        subject: None,
                        reason: None,
                    });
                    return Ok(Begun {
                        handle,
                        cookie,
                        browser,
                        interaction,
                    });
                }
                Err(CommitError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Conflict)
    }

    /// The oldest interactions of a browser that have to go so that one more is within the limit.
    async fn crowded_out(
        &self,
        tenant: &TenantSnapshot,
        browser: &Opaque,
        now: Timestamp,
    ) -> Result<Vec<Interaction>, Fault> {
        let rows = self
            .inner
            .store
            .interactions_of(tenant.id(), browser.hash(), now)
            .await?;
        let live: Vec<_> = rows.into_iter().filter(|row| !row.terminal).collect();
        let too_many = (live.len() + 1).saturating_sub(MOST_PER_BROWSER);
        live.into_iter()
            .take(too_many)
            .map(|row| Interaction::read(row, now))
            .collect()
    }
}
