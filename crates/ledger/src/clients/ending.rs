//! Ending what people agreed to with a client that goes (TPA-CL-06).

use std::collections::BTreeMap;

use consentry_domain::{
    AgreementId, ClientId, Command, Slot, SubjectId,
    command::{Act as Will, Stop},
    decision::{Door, EndReason},
};
use consentry_store::{ChangeSet, Seeds};

use super::{Act, ClientError};
use crate::{Ledger, TenantSnapshot, agreements::AgreementQuery, carry_out::Plan, error::Fault};

/// What is left afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing.
    None,
    /// Some more agreements.
    Some,
}

impl Ledger {
    /// Adds the end of what people agreed to with a client to a change set: consents, agreements, grants, records, and the events that
    /// tell of them.
    pub(super) async fn end_agreements(
        &self,
        tenant: &TenantSnapshot,
        act: Act<'_>,
        client: &ClientId,
        change: &mut ChangeSet,
    ) -> Result<Rest, ClientError> {
        let at_once = self.inner.agreements_at_once.max(1);
        let query = AgreementQuery {
            application: Some(act.application),
            client: Some(client.clone()),
            in_force_at: Some(change.at),
            limit: at_once,
            ..AgreementQuery::default()
        };
        let store = &self.inner.store;
        let found = store.agreements(tenant.id(), query).await.map_err(Fault::from)?;
        let limit = usize::try_from(at_once).unwrap_or(usize::MAX);
        let rest = if found.len() >= limit {
            Rest::Some
        } else {
            Rest::None
        };
        let mut people: BTreeMap<SubjectId, (Vec<AgreementId>, Vec<Slot>)> = BTreeMap::new();
        for (agreement, own) in found.into_iter().take(limit) {
            let (agreements, slots) = people.entry(agreement.subject).or_default();
            agreements.push(agreement.id);
            slots.extend(own.into_iter().map(|consent| consent.slot));
        }
        for (subject, (agreements, slots)) in people {
            let mut around = agreements.clone();
            let slots: Vec<&Slot> = slots.iter().collect();
            around.extend(self.agreements_around(tenant, &slots).await?);
            let seeds = Seeds {
                agreements: around,
                ..Seeds::default()
            };
            let before = store.touched(tenant.id(), seeds).await.map_err(Fault::from)?;
            let caller = act.permit.caller();
            let will = Will {
                decision: self.ids().decision(subject),
                subject,
                door: Door::Authorization,
                actor: caller.actor(),
                credential: caller.credential(),
                texts: Vec::new(),
                interaction: None,
                request: Some(act.request.to_owned()),
            };
            let stop = Stop {
                act: will,
                agreements,
                reason: EndReason::PartyAction,
            };
            let plan = Plan {
                command: Some(Command::Stop(stop)),
                ..Plan::default()
            };
            let (own, _facts) = self.change_set(tenant, &before, plan, change.at).await?;
            change.expect.extend(own.expect);
            change.rows.extend(own.rows);
            change.events.extend(own.events);
        }
        Ok(rest)
    }
}
