//! Which grants end for good when consent is withdrawn, at whatever door (TPA-CO-10): a later consent must not bring them back
//! (TPA-RT-09). A grant that merely loses a scope it can do without is narrowed at its next use instead.

use consentry_domain::{
    AgreementId, Audience, ClientId, Fact, Qualifier, SubjectId, consent::Ended, decision::EndReason,
    grant::Grant,
};
use consentry_store::RowChange;

use crate::{Ledger, TenantSnapshot, agreements::end_grant, carry_out::required_definitions, error::Fault};

/// What makes grants end.
enum Loss<'a> {
    /// The agreement they began under was ended; one that a newer one replaced was not.
    Agreement(AgreementId),
    /// A consent that no grant of this client can do without was revoked.
    Required(&'a Qualifier),
}

impl Ledger {
    /// The rows of all grants that end with these facts; to be committed along with them.
    pub(crate) async fn grants_ended_by(
        &self,
        tenant: &TenantSnapshot,
        facts: &[Fact],
    ) -> Result<Vec<RowChange>, Fault> {
        let mut ended: Vec<Grant> = Vec::new();
        let mut rows = Vec::new();
        for (subject, client, loss, end) in facts.iter().filter_map(loss) {
            for grant in self
                .inner
                .store
                .grants_of(tenant.id(), subject, Some(client.clone()))
                .await?
            {
                let hit = match loss {
                    Loss::Agreement(id) => grant.agreement == Some(id),
                    Loss::Required(qualifier) => grant.qualifier == *qualifier,
                };
                if hit && !ended.iter().any(|known| known.id == grant.id) {
                    rows.push(end_grant(&grant, end));
                    ended.push(grant);
                }
            }
        }
        Ok(rows)
    }
}

fn loss(fact: &Fact) -> Option<(SubjectId, &ClientId, Loss<'_>, &Ended)> {
    match fact {
        Fact::AgreementEnded { agreement } => {
            let end = agreement
                .ended
                .as_ref()
                .filter(|end| end.reason != EndReason::Superseded)?;
            Some((
                agreement.subject,
                &agreement.client,
                Loss::Agreement(agreement.id),
                end,
            ))
        }
        Fact::ConsentRevoked(fact) => {
            let slot = &fact.consent.slot;
            let Audience::Client(client) = &slot.audience else {
                return None;
            };
            let end = fact.consent.ended.as_ref()?;
            required_definitions().contains(&slot.definition).then_some((
                slot.subject,
                client,
                Loss::Required(&slot.qualifier),
                end,
            ))
        }
        _ => None,
    }
}
