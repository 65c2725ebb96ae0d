//! Taking consents to data sources back: by the person, or by the application that does not need them any more.

use consentry_domain::{
    Audience, Command, Consent, Fact, Slot, SubjectId,
    command::{Act, Withdraw},
    decision::{Door, EndReason},
};
use consentry_store::Seeds;

use crate::{
    Ledger, TenantSnapshot,
    access::{Caller, Permit, WithdrawSources},
    carry_out::Plan,
    error::DecisionError,
};

impl Ledger {
    /// Ends these consents of one person; answers how many ended by it. Those that a client may not touch are left as they are, and so is
    /// the rest of their bundles.
    pub async fn withdraw_sources(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<WithdrawSources>,
        (subject, consents): (SubjectId, &[Consent]),
        request: Option<String>,
    ) -> Result<usize, DecisionError> {
        let (client, reason) = match permit.caller() {
            Caller::Client { client, .. } => (Some(client), EndReason::ClientAction),
            _ => (None, EndReason::UserAction),
        };
        let is_within = |consent: &&Consent| {
            let for_client = match (&consent.slot.audience, client) {
                (Audience::Client(of), Some(client)) => of == client,
                (_, client) => client.is_none(),
            };
            consent.slot.subject == subject && for_client
        };
        let consents: Vec<&Consent> = consents.iter().filter(is_within).collect();
        let slots: Vec<&Slot> = consents.iter().map(|consent| &consent.slot).collect();
        let seeds = Seeds {
            agreements: self.agreements_around(tenant, &slots).await?,
            slots: slots.into_iter().cloned().collect(),
            ..Seeds::default()
        };
        let decision = self.ids().decision(subject);
        let done = self
            .carry_out(tenant, permit, seeds, |_before, _now| {
                let act = Act {
                    decision,
                    subject,
                    door: Door::Dataspace,
                    actor: permit.caller().actor(),
                    credential: permit.caller().credential(),
                    texts: Vec::new(),
                    interaction: None,
                    request: request.clone(),
                };
                Ok::<_, DecisionError>(Plan {
                    command: Some(Command::Withdraw(Withdraw {
                        act,
                        consents: consents.iter().map(|consent| consent.id).collect(),
                        reason,
                    })),
                    ..Plan::default()
                })
            })
            .await?;
        let ended = done.facts.iter();
        Ok(ended
            .filter(|fact| matches!(fact, Fact::ConsentRevoked(_)))
            .count())
    }
}
