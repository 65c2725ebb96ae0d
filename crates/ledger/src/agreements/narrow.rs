//! What an agreement is about: the person gives some of the data back and keeps the rest (consent-dashboard B6.1). Putting something back
//! is an authorisation of its own, at the application.

use std::collections::BTreeSet;

use consentry_domain::{
    Agreement, Command, Consent, ConsentId, DefinitionKey, Rejection, Slot, Timestamp, Touched,
    command::Withdraw, decision::EndReason, definition::DefinitionKind, enforce::speaking,
};
use consentry_store::Seeds;

use super::Subjected;
use crate::{
    Ledger, TenantSnapshot,
    access::{ManageAgreements, Permit},
    carry_out::Plan,
    error::DecisionError,
};

/// What shall not be shared any more.
#[derive(Debug, Clone)]
pub struct NarrowRequest {
    /// Of which agreement.
    pub about: Subjected,
    /// The version the person looked at; none where they did not say.
    pub version: Option<u32>,
    /// What is given back. What does not stand any more is left as it is.
    pub without: Vec<DefinitionKey>,
}

/// Why an agreement was not narrowed. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum NarrowError {
    /// The tenant does not let people narrow what they agreed to.
    #[error("what was agreed to is not narrowed here")]
    SwitchedOff,
    /// It is no data of this agreement: unknown, or what steers the protocol.
    #[error("{0} is no data of this agreement")]
    NoData(DefinitionKey),
    /// Nothing would be left that opens data. Who wants that ends the agreement.
    #[error("nothing would be left of this agreement")]
    NothingLeft,
    /// It could not be carried out.
    #[error(transparent)]
    Decision(#[from] DecisionError),
}

impl TenantSnapshot {
    /// Whether a definition opens data, in contrast to steering a protocol. One that is not known any more once did.
    pub fn opens_data(&self, definition: &DefinitionKey) -> bool {
        let definition = self.definitions.get(definition);
        definition.is_none_or(|definition| definition.kind != DefinitionKind::Protocol)
    }

    /// The names of the data clusters of FDX that a definition opens: as the bank says, or else its own key (consent-dashboard D2). What
    /// only steers a protocol opens none.
    pub fn clusters_of(&self, definition: &DefinitionKey) -> Vec<String> {
        if !self.opens_data(definition) {
            return Vec::new();
        }
        let fdx = self.tenant.dashboard.fdx.as_ref();
        let said = fdx.and_then(|fdx| fdx.clusters.get(definition.as_str()));
        said.cloned()
            .unwrap_or_else(|| vec![definition.as_str().to_owned()])
    }
}

impl Ledger {
    /// Takes something back out of an agreement, with what rests on it: its consents are revoked, introspection, checks and the next
    /// refresh are narrower, records and feed say so, all in the one commit.
    pub async fn narrow_agreement(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManageAgreements>,
        request: &NarrowRequest,
    ) -> Result<(), NarrowError> {
        if !tenant.tenant.dashboard.cluster_changes {
            return Err(NarrowError::SwitchedOff);
        }
        let about = &request.about;
        let found = self.inner.store.agreement(tenant.id(), about.agreement).await;
        let own = found.map_err(DecisionError::from)?.map(|(_, own)| own);
        let own = own.unwrap_or_default();
        let slots: Vec<&Slot> = own.iter().map(|consent| &consent.slot).collect();
        let mut agreements = self
            .agreements_around(tenant, &slots)
            .await
            .map_err(DecisionError::Fault)?;
        agreements.push(about.agreement);
        let seeds = Seeds {
            agreements,
            slots: slots.into_iter().cloned().collect(),
            ..Seeds::default()
        };
        let decision = self.ids().decision(about.subject);
        self.carry_out(tenant, permit, seeds, |before, now| {
            Ok::<_, NarrowError>(Plan {
                command: Some(Command::Withdraw(Withdraw {
                    act: about.act(permit, decision),
                    consents: given_back(tenant, request, &before.touched, now)?,
                    reason: EndReason::UserAction,
                })),
                ..Plan::default()
            })
        })
        .await?;
        Ok(())
    }
}

/// The consents that speak for what is given back.
fn given_back(
    tenant: &TenantSnapshot,
    request: &NarrowRequest,
    state: &Touched,
    now: Timestamp,
) -> Result<Vec<ConsentId>, NarrowError> {
    let rejected = |rejection| NarrowError::Decision(DecisionError::Rejected(rejection));
    let agreement = state
        .agreements
        .get(&request.about.agreement)
        .ok_or_else(|| rejected(Rejection::NoAgreement(request.about.agreement)))?;
    if agreement.subject != request.about.subject {
        return Err(rejected(Rejection::WrongSubject));
    }
    if !agreement.is_in_force(now) {
        return Err(rejected(Rejection::AgreementOver(agreement.id)));
    }
    if request.version.is_some_and(|seen| seen != agreement.version) {
        return Err(rejected(Rejection::AgreementChanged(agreement.id)));
    }
    let is_data = |key: &&DefinitionKey| {
        let item = agreement.items.iter().any(|item| item.definition == **key);
        item && tenant.opens_data(key)
    };
    if let Some(other) = request.without.iter().find(|key| !is_data(key)) {
        return Err(NarrowError::NoData(other.clone()));
    }
    let standing: Vec<Speaker<'_>> = speakers(state, agreement)
        .filter(|speaker| speaker.speaks.is_in_force(now) && tenant.opens_data(&speaker.own.slot.definition))
        .collect();
    let goes = |speaker: &&Speaker<'_>| request.without.contains(&speaker.own.slot.definition);
    let going: Vec<&Speaker<'_>> = standing.iter().filter(goes).collect();
    if !going.is_empty() && going.len() == standing.len() {
        return Err(NarrowError::NothingLeft);
    }
    Ok(going
        .into_iter()
        .flat_map(|speaker| [speaker.own.id, speaker.speaks.id])
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect())
}

/// The consent of an item, and what speaks for it: the same, or what a back end wrote over it.
struct Speaker<'a> {
    own: &'a Consent,
    speaks: &'a Consent,
}

/// What speaks for each item of an agreement.
fn speakers<'a>(state: &'a Touched, agreement: &'a Agreement) -> impl Iterator<Item = Speaker<'a>> {
    let own = agreement
        .items
        .iter()
        .filter_map(|item| state.consents.get(&item.consent));
    own.map(|own| Speaker {
        own,
        speaks: speaking(own, state.deciding(&own.slot)),
    })
}
