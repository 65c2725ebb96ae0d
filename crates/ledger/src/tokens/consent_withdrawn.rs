//! Which grants end for good when consent is withdrawn, at whatever door (TPA-CO-10): a later consent must not bring them back
//! (TPA-RT-09). A grant that merely loses a scope it can do without is narrowed at its next use instead.

use consentry_domain::{
    AgreementId, Audience, ClientId, Consent, Fact, Qualifier, SubjectId, Touched, consent::Ended,
    decision::EndReason, grant::Grant,
};
use consentry_store::RowChange;

use crate::{Ledger, TenantSnapshot, agreements::end_grant, carry_out::required_definitions, error::Fault};

/// What makes grants end.
enum Cause<'a> {
    /// The agreement they began under was ended; one that a newer one replaced was not.
    Agreement(AgreementId),
    /// Nothing grants any more what no grant of this client can do without.
    Required(&'a Qualifier),
}

/// Grants of one person toward one client that are over.
struct Loss<'a> {
    subject: SubjectId,
    client: &'a ClientId,
    cause: Cause<'a>,
    end: Ended,
}

impl Ledger {
    /// The rows of all grants that end with these facts; to be committed along with them. `after` is the world as they leave it.
    pub(crate) async fn grants_ended_by(
        &self,
        tenant: &TenantSnapshot,
        facts: &[Fact],
        after: &Touched,
    ) -> Result<Vec<RowChange>, Fault> {
        let mut ended: Vec<Grant> = Vec::new();
        let mut rows = Vec::new();
        let lost = facts.iter().filter_map(|fact| loss(fact, after));
        // First parties are not asked, so nothing that is written about them ends what they hold.
        let asked = |client: &ClientId| {
            let known = tenant.clients.get(client);
            known.is_none_or(|client| client.is_third_party)
        };
        for loss in lost.filter(|loss| asked(loss.client)) {
            for grant in self
                .inner
                .store
                .grants_of(tenant.id(), loss.subject, Some(loss.client.clone()))
                .await?
            {
                let hit = match loss.cause {
                    Cause::Agreement(id) => grant.agreement == Some(id),
                    Cause::Required(qualifier) => grant.qualifier == *qualifier,
                };
                if hit && !ended.iter().any(|known| known.id == grant.id) {
                    rows.push(end_grant(&grant, &loss.end));
                    ended.push(grant);
                }
            }
        }
        Ok(rows)
    }
}

fn loss<'a>(fact: &'a Fact, after: &Touched) -> Option<Loss<'a>> {
    if let Fact::AgreementEnded { agreement } = fact {
        let end = agreement.ended.as_ref();
        return Some(Loss {
            subject: agreement.subject,
            client: &agreement.client,
            cause: Cause::Agreement(agreement.id),
            end: end.filter(|end| end.reason != EndReason::Superseded)?.clone(),
        });
    }
    let consent = fact.consent()?;
    let slot = &consent.slot;
    let Audience::Client(client) = &slot.audience else {
        return None;
    };
    let stands = after
        .deciding(slot)
        .is_some_and(|deciding| deciding.status.is_granting());
    let lost = !stands && required_definitions().contains(&slot.definition);
    lost.then(|| Loss {
        subject: slot.subject,
        client,
        cause: Cause::Required(&slot.qualifier),
        end: end_of(consent),
    })
}

/// How a slot stopped granting: by the end of a consent, or by another answer over it.
fn end_of(consent: &Consent) -> Ended {
    consent.ended.clone().unwrap_or_else(|| Ended {
        at: consent.updated_at,
        reason: EndReason::ConsentEnded,
        by: consent.actor.clone(),
    })
}
