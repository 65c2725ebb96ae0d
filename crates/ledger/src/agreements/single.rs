//! What a person agreed to outside of any bundle: records of back ends, purposes and preferences. Listing them, what happened to one,
//! and taking them back.

use std::collections::HashSet;

use consentry_domain::{
    Command, Consent, ConsentId, Fact, Slot, SubjectId, Timestamp,
    command::{Act, Withdraw},
    decision::{Actor, Door, EndReason},
    definition::DefinitionKind,
};
use consentry_store::{AgreementQuery, Seeds};

use super::Connection;
use crate::{
    Ledger, TenantSnapshot,
    access::{Action, ManageAgreements, Permit},
    carry_out::Plan,
    error::{DecisionError, Fault},
    verify::Opened,
};

/// Events that are read at once.
const AT_ONCE: u32 = 500;

/// One thing that happened to what stands by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: SingleHappened,
    /// By whom.
    pub by: Actor,
}

/// What can happen to what stands by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleHappened {
    /// It was agreed to, here or in a system it was taken over from.
    Granted,
    /// It was refused.
    Refused,
    /// It was changed: narrowed, or its words or end.
    Changed,
    /// It was taken back.
    Revoked,
}

impl SingleHappened {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Changed => "changed",
            Self::Revoked => "revoked",
        }
    }
}

impl Ledger {
    /// What a person agreed to outside of bundles, and what has ended of it: the consents that decide a slot and that no agreement
    /// speaks for. The latest first. What was only refused is not among them, nor what steers a protocol.
    pub async fn single_consents(
        &self,
        tenant: &TenantSnapshot,
        _permit: &Permit<ManageAgreements>,
        subject: SubjectId,
    ) -> Result<Vec<Consent>, Fault> {
        let query = AgreementQuery {
            subject: Some(subject),
            in_force_at: Some(self.now()),
            ..AgreementQuery::default()
        };
        let bundles = self.inner.store.agreements(tenant.id(), query).await?;
        let bundled: HashSet<&Slot> = bundles
            .iter()
            .flat_map(|(_, own)| own.iter().map(|consent| &consent.slot))
            .collect();
        self.singles_beside(tenant, subject, &bundled).await
    }

    /// All that a person agreed to, read once: bundles as [`Self::agreements`] has them, and what stands outside of them.
    pub async fn everything(
        &self,
        tenant: &TenantSnapshot,
        _permit: &Permit<ManageAgreements>,
        subject: SubjectId,
    ) -> Result<(Vec<Connection>, Vec<Consent>), Fault> {
        let now = self.now();
        let query = AgreementQuery {
            subject: Some(subject),
            ..AgreementQuery::default()
        };
        let found = self.inner.store.agreements(tenant.id(), query).await?;
        let bundled: HashSet<&Slot> = found
            .iter()
            .filter(|(agreement, _)| agreement.is_in_force(now))
            .flat_map(|(_, own)| own.iter().map(|consent| &consent.slot))
            .collect();
        let singles = self.singles_beside(tenant, subject, &bundled).await?;
        Ok((self.connections(tenant, found, now).await?, singles))
    }

    async fn singles_beside(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        bundled: &HashSet<&Slot>,
    ) -> Result<Vec<Consent>, Fault> {
        let standing = self.standing_consents(tenant, subject).await?;
        let steers = |consent: &Consent| {
            let definition = tenant.definitions.get(&consent.slot.definition);
            definition.is_some_and(|definition| definition.kind == DefinitionKind::Protocol)
        };
        let mut single: Vec<Consent> = standing
            .iter()
            .filter(|consent| consent.agreement.is_none() && consent.valid_from.is_some())
            .filter(|consent| !steers(consent) && !bundled.contains(&consent.slot))
            .cloned()
            .collect();
        single.sort_by_key(|consent| std::cmp::Reverse((consent.updated_at, consent.id)));
        Ok(single)
    }

    /// All that happened in the slot of a consent, oldest first. The permit covers its person.
    pub async fn single_history(
        &self,
        tenant: &TenantSnapshot,
        _permit: &Permit<ManageAgreements>,
        slot: &Slot,
    ) -> Result<Vec<SingleEntry>, Fault> {
        let mut history = Vec::new();
        let mut next = 0;
        loop {
            let page = self
                .inner
                .store
                .events_of(tenant.id(), slot.subject, next, AT_ONCE)
                .await?;
            let Some(last) = page.last() else { break };
            next = last.index.saturating_add(1);
            for event in page.iter().filter(|event| event.kind.starts_with("consent.")) {
                let Opened::Body(body) = self.body(tenant, event).await? else {
                    continue;
                };
                let happened = body.happened.as_ref();
                let Some((what, fact)) =
                    happened.and_then(|fact| Some((happening(fact)?, fact.consent_fact()?)))
                else {
                    continue;
                };
                if fact.consent.slot == *slot {
                    history.push(SingleEntry {
                        at: event.at,
                        what,
                        by: body.told.actor.unwrap_or_else(|| fact.consent.actor.clone()),
                    });
                }
            }
        }
        Ok(history)
    }

    /// Ends single consents of a person, by the person; answers how many ended by it.
    pub async fn stop_single(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManageAgreements>,
        (subject, consents): (SubjectId, &[Consent]),
        request: Option<String>,
    ) -> Result<usize, DecisionError> {
        let consents: Vec<&Consent> = consents.iter().collect();
        let how = (Door::Dashboard, EndReason::UserAction);
        self.withdraw(tenant, permit, (subject, &consents), how, request)
            .await
    }

    /// Takes single consents of one person back: what rests on them ends in the same commit. Answers how many ended by it.
    pub(crate) async fn withdraw<A: Action>(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<A>,
        (subject, consents): (SubjectId, &[&Consent]),
        (door, reason): (Door, EndReason),
        request: Option<String>,
    ) -> Result<usize, DecisionError> {
        let slots: Vec<&Slot> = consents.iter().map(|consent| &consent.slot).collect();
        let seeds = Seeds {
            agreements: self.agreements_around(tenant, &slots).await?,
            slots: slots.into_iter().cloned().collect(),
            ..Seeds::default()
        };
        let ids: Vec<ConsentId> = consents.iter().map(|consent| consent.id).collect();
        let decision = self.ids().decision(subject);
        let done = self
            .carry_out(tenant, permit, seeds, |_before, _now| {
                let act = Act {
                    decision,
                    subject,
                    door,
                    actor: permit.caller().actor(),
                    credential: permit.caller().credential(),
                    texts: Vec::new(),
                    interaction: None,
                    request: request.clone(),
                };
                Ok::<_, DecisionError>(Plan {
                    command: Some(Command::Withdraw(Withdraw {
                        act,
                        consents: ids.clone(),
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

const fn happening(fact: &Fact) -> Option<SingleHappened> {
    match fact {
        Fact::ConsentGranted(_) | Fact::ConsentImported(_) => Some(SingleHappened::Granted),
        Fact::ConsentDenied(_) => Some(SingleHappened::Refused),
        Fact::ConsentRestricted(_) | Fact::ConsentAmended(_) | Fact::ConsentRenewed(_) => {
            Some(SingleHappened::Changed)
        }
        Fact::ConsentRevoked(_) => Some(SingleHappened::Revoked),
        _ => None,
    }
}
