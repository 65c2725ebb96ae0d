//! The person logs out: all their sessions end (third-party-authorization A.12), and with them every grant that was to live only as
//! long (TPA-RT-11).

use consentry_domain::{
    consent::Ended,
    decision::{Actor, EndReason},
};
use consentry_store::{ChangeSet, Row, RowChange};

use crate::{Ledger, Opaque, TenantSnapshot, accounts, agreements::end_grant, error::Fault};

impl Ledger {
    /// Ends all sessions of the person whose bearer this is; who holds the bearer may. One that has ended is fine. Grants with
    /// `offline_access` live on.
    pub async fn log_out(&self, tenant: &TenantSnapshot, bearer: &Opaque) -> Result<(), Fault> {
        let Some(session) = self.session(tenant, bearer).await? else {
            return Ok(());
        };
        let Some(row) = self.token(tenant.id(), session.hash).await? else {
            return Ok(());
        };
        let now = self.now();
        let ended = Ended {
            at: now,
            reason: EndReason::Logout,
            by: Actor::subject(session.subject),
        };
        let grants = self
            .inner
            .store
            .grants_of(tenant.id(), session.subject, None)
            .await?;
        let mut change = ChangeSet::new(tenant.id(), now);
        change
            .rows
            .push(RowChange::Put(Row::Token(accounts::revoked(&row, now))));
        change.rows.push(RowChange::Put(Row::Token(
            self.logged_out_mark(tenant, session.subject, now).await?,
        )));
        change.rows.extend(
            grants
                .iter()
                .filter(|grant| !grant.offline && grant.session.is_some())
                .map(|grant| end_grant(grant, &ended)),
        );
        let _receipt = self.commit(change).await?;
        Ok(())
    }
}
