//! The first party reads who asks for what (third-party-authorization A.9).

use std::sync::Arc;

use consentry_domain::{Timestamp, client::Client, scope::Scope};

use super::{Interaction, MoveError, ReportError};
use crate::{Caller, Denied, Ledger, Opaque, TenantSnapshot, error::Fault, opaque::base64url};

/// How often a look-up that lost against another one is repeated.
const ATTEMPTS: u32 = 3;

/// What the first party's page needs to know.
#[derive(Debug, Clone)]
pub struct LookUp {
    /// The interaction; somebody is asked in it.
    pub interaction: Interaction,
    /// Who asks.
    pub client: Arc<Client>,
    /// What of it is granted already.
    pub already_granted: Scope,
    /// When consent given now would end.
    pub consent_until: Timestamp,
    /// Proof that the answer comes from who looked; only the latest counts.
    pub decision_token: Opaque,
}

/// Why nothing is shown.
#[derive(Debug, thiserror::Error)]
pub enum LookUpError {
    /// No such interaction, one of another application, or nobody is asked yet.
    #[error("no such interaction")]
    Unknown,
    /// It is over.
    #[error("the interaction is over")]
    Over,
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<ReportError> for LookUpError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Unknown => Self::Unknown,
            ReportError::Over | ReportError::NotAsked => Self::Over,
            ReportError::Denied(denied) => Self::Denied(denied),
            ReportError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl Ledger {
    /// Looks an interaction up and replaces its `decision_token`. It is not used up by that.
    pub async fn look_up_interaction(
        &self,
        tenant: &TenantSnapshot,
        caller: &Caller,
        handle: &Opaque,
    ) -> Result<LookUp, LookUpError> {
        if !matches!(caller, Caller::Client { .. }) {
            return Err(Denied {
                action: "look interactions up",
            }
            .into());
        }
        for _ in 0..ATTEMPTS {
            let interaction = self.interaction_for(tenant, caller, handle).await?;
            let question = interaction.step.question().ok_or(LookUpError::Over)?;
            let client = tenant
                .client(interaction.request.client.as_str())
                .ok_or(LookUpError::Over)?;
            let standing = self
                .standing(tenant, client, &interaction.request, question.subject)
                .await?;
            let already_granted = question.scope.filter(|value| standing.covers(value.as_str()));
            let decision_token = Opaque::draw(self.entropy(), "dt");
            let hash = base64url(decision_token.hash().as_bytes());
            let step = interaction
                .step
                .clone()
                .look_up(hash)
                .map_err(|_| LookUpError::Over)?;
            match self
                .step_to(tenant, &interaction, interaction.stepped(step, None))
                .await
            {
                Ok(interaction) => {
                    let validity = interaction.request.consent_lifetime(client, &tenant.tenant);
                    return Ok(LookUp {
                        interaction,
                        client: Arc::clone(client),
                        already_granted,
                        consent_until: self.now().plus(validity),
                        decision_token,
                    });
                }
                Err(MoveError::Overtaken) => {}
                Err(MoveError::Illegal(_)) => return Err(LookUpError::Over),
                Err(MoveError::Fault(fault)) => return Err(fault.into()),
            }
        }
        Err(Fault::Conflict.into())
    }
}
