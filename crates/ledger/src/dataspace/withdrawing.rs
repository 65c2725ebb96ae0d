//! Taking consents to data sources back: by the person, or by the application that does not need them any more.

use consentry_domain::{
    Audience, Consent, SubjectId,
    decision::{Door, EndReason},
};

use crate::{
    Ledger, TenantSnapshot,
    access::{Caller, Permit, WithdrawSources},
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
        self.withdraw(
            tenant,
            permit,
            (subject, &consents),
            (Door::Dataspace, reason),
            request,
        )
        .await
    }
}
