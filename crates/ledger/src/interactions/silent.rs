//! Nobody needs to be asked: consent stands, or the client is the first party's own.

use consentry_domain::{AgreementId, Timestamp, scope::Scope};
use consentry_store::{ChangeSet, CommitError, Expect, RowKey};

use super::{ApproveError, AuthorizationRequest, Interaction, Issued, grant::Basis};
use crate::{
    Ledger, TenantSnapshot,
    access::{Answer, Permit},
    error::Fault,
    sessions::Session,
};

impl Ledger {
    /// Issues a code on what stands. Where an interaction led here it is over with the same commit.
    pub async fn grant_unasked(
        &self,
        tenant: &TenantSnapshot,
        _permit: &Permit<Answer>,
        request: &AuthorizationRequest,
        session: &Session,
        (scope, agreement, until): (&Scope, Option<AgreementId>, Option<Timestamp>),
        interaction: Option<&Interaction>,
    ) -> Result<Issued, ApproveError> {
        let client = self.recheck(tenant, request, scope, session.subject).await??;
        let now = self.now();
        let basis = Basis {
            client: &client,
            request,
            session,
            agreement,
            scope,
            until,
        };
        let (issued, rows) = self.draw_grant(tenant, &basis, now)?;
        let mut change = ChangeSet::new(tenant.id(), now);
        change.rows.extend(rows);
        if let Some(id) = agreement {
            // Whoever takes the agreement back meanwhile does not see this grant, so it must not come to be (TPA-RT-09).
            let found = self
                .inner
                .store
                .agreement(tenant.id(), id)
                .await
                .map_err(Fault::from)?;
            let (standing, _) = found
                .filter(|(agreement, _)| agreement.is_in_force(now))
                .ok_or(ApproveError::Over)?;
            change
                .expect
                .push(Expect::At(RowKey::Agreement(id), standing.version));
        }
        if let Some(interaction) = interaction {
            interaction.is_of(&client)?;
            let step = interaction
                .step
                .clone()
                .approve_unasked()
                .map_err(|_| ApproveError::Over)?;
            change.expect.push(interaction.unchanged());
            change.rows.push(interaction.stepped(step, None).put()?);
        }
        self.spend_pushed(tenant, request, now, (&mut change.expect, &mut change.rows))
            .await?;
        match self.commit(change).await {
            Ok(_receipt) => Ok(issued),
            Err(CommitError::Stale | CommitError::Spent) => Err(ApproveError::Over),
            Err(error) => Err(Fault::from(error).into()),
        }
    }
}
