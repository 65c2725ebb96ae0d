//! The person says no: a decision is recorded, and standing consents are left alone (TPA-FL-09).

use consentry_domain::{Command, command::Decline};
use consentry_store::Seeds;

use super::{Approval, ApproveError, Interaction, approve};
use crate::{
    Ledger, TenantSnapshot,
    access::{Answer, Permit},
    carry_out::Plan,
    error::Fault,
};

impl Ledger {
    /// Carries out a no. `approval.granted` has no meaning here.
    pub async fn decline_interaction(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Answer>,
        interaction: &Interaction,
        approval: &Approval,
    ) -> Result<(), ApproveError> {
        let question = interaction.step.question().ok_or(ApproveError::Over)?;
        let ended = interaction
            .step
            .clone()
            .decline()
            .map_err(|_| ApproveError::Over)?;
        let mut rows = vec![interaction.stepped(ended, None).put()?];
        let mut expect = vec![interaction.unchanged()];
        approve::spend(approval.report.as_ref(), self.now(), &mut expect, &mut rows);
        let command = Decline {
            act: approve::act(
                self,
                tenant,
                permit,
                interaction,
                question,
                approval.request_id.clone(),
            ),
            asked: question.scope.values().to_vec(),
        };
        let done = self
            .carry_out(tenant, permit, Seeds::default(), |_before, _now| {
                Ok::<_, ApproveError>(Plan {
                    command: Some(Command::Decline(command.clone())),
                    rows: rows.clone(),
                    expect: expect.clone(),
                    ..Plan::default()
                })
            })
            .await;
        match done {
            Ok(_) => Ok(()),
            Err(ApproveError::Fault(Fault::Conflict)) => Err(self.why_stale(tenant, interaction).await?),
            Err(error) => Err(error),
        }
    }
}
