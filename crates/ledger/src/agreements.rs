//! What a person agreed to, as bundles: listing them, looking at one, ending them. All doors that show connections use these.

use consentry_domain::{
    Agreement, AgreementId, Command, Consent, Fact, GrantId, State, SubjectId, Timestamp,
    command::{Act, Stop},
    consent::Ended,
    decision::{Door, EndReason},
    grant::Grant,
};
pub use consentry_store::AgreementQuery;
use consentry_store::{IdempotencyKey, Row, RowChange, Seeds};

use crate::{
    Ledger, TenantSnapshot,
    access::{ManageAgreements, Permit},
    carry_out::Plan,
    error::{DecisionError, Fault},
};

/// An agreement with its consents, seen at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The bundle.
    pub agreement: Agreement,
    /// Its consents, in the order of its items.
    pub consents: Vec<Consent>,
    /// The state of the bundle as a whole.
    pub state: State,
    /// The moment it was looked at.
    pub seen_at: Timestamp,
}

impl Connection {
    /// Puts together what the store gave.
    pub fn new(agreement: Agreement, mut consents: Vec<Consent>, now: Timestamp) -> Self {
        let position = |consent: &Consent| agreement.items.iter().position(|item| item.consent == consent.id);
        consents.sort_by_key(|consent| position(consent).unwrap_or(usize::MAX));
        let state = state(&agreement, now);
        Self {
            agreement,
            consents,
            state,
            seen_at: now,
        }
    }

    /// The consents that still count.
    pub fn in_force(&self) -> impl Iterator<Item = &Consent> {
        self.consents
            .iter()
            .filter(|consent| consent.is_in_force(self.seen_at))
    }

    /// When it ended or will end, whatever comes first.
    pub fn ends_at(&self) -> Option<Timestamp> {
        let ended = self.agreement.ended.as_ref().map(|ended| ended.at);
        match (ended, self.agreement.valid_until) {
            (Some(at), Some(until)) => Some(at.min(until)),
            (at, until) => at.or(until),
        }
    }
}

/// The state of a bundle: its end decides, then time.
fn state(agreement: &Agreement, now: Timestamp) -> State {
    match (&agreement.ended, agreement.valid_until) {
        (Some(Ended { at, .. }), Some(until)) if until <= *at => State::Expired,
        (
            Some(Ended {
                reason: EndReason::Superseded,
                ..
            }),
            _,
        ) => State::Superseded,
        (Some(_), _) => State::Revoked,
        (None, Some(until)) if until <= now => State::Expired,
        (None, _) => State::Accepted,
    }
}

/// Which agreements shall end, and how it came to that.
#[derive(Debug, Clone)]
pub struct StopRequest {
    /// Whose.
    pub subject: SubjectId,
    /// Which; all of one person.
    pub agreements: Vec<AgreementId>,
    /// Where it was asked.
    pub door: Door,
    /// Why.
    pub reason: EndReason,
    /// Request id.
    pub request: Option<String>,
    /// Memory of the request, where the caller gave a key.
    pub idempotency: Option<IdempotencyKey>,
}

/// What stopping did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The agreements that ended by it; empty when all had ended before.
    pub ended: Vec<Agreement>,
    /// When.
    pub at: Timestamp,
}

impl Ledger {
    /// Agreements that fit a query, newest first. The permit's target must cover what the query can find.
    pub async fn agreements(
        &self,
        tenant: &TenantSnapshot,
        _permit: &Permit<ManageAgreements>,
        query: AgreementQuery,
    ) -> Result<Vec<Connection>, Fault> {
        let now = self.now();
        let found = self.inner.store.agreements(tenant.id(), query).await?;
        Ok(found
            .into_iter()
            .map(|(agreement, consents)| Connection::new(agreement, consents, now))
            .collect())
    }

    /// One agreement; the caller checks whose it is with [`ManageAgreements`].
    pub async fn agreement(
        &self,
        tenant: &TenantSnapshot,
        id: AgreementId,
    ) -> Result<Option<Connection>, Fault> {
        let now = self.now();
        let found = self.inner.store.agreement(tenant.id(), id).await?;
        Ok(found.map(|(agreement, consents)| Connection::new(agreement, consents, now)))
    }

    /// Ends agreements: their consents are revoked, their grants end with everything under them, records and feed say so, all in
    /// the one commit. Agreements that have ended are left as they are.
    pub async fn stop_agreements(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManageAgreements>,
        request: &StopRequest,
    ) -> Result<Stopped, DecisionError> {
        let decision = self.ids().decision(request.subject);
        let seeds = Seeds {
            agreements: request.agreements.clone(),
            ..Seeds::default()
        };
        let done = self
            .carry_out(tenant, permit, seeds, |_before, _now| {
                let act = Act {
                    decision,
                    subject: request.subject,
                    door: request.door,
                    actor: permit.caller().actor(),
                    credential: permit.caller().credential(),
                    texts: Vec::new(),
                    interaction: None,
                    request: request.request.clone(),
                };
                let stop = Stop {
                    act,
                    agreements: request.agreements.clone(),
                    reason: request.reason,
                };
                Ok::<_, DecisionError>(Plan {
                    command: Some(Command::Stop(stop)),
                    idempotency: request.idempotency.clone(),
                    ..Plan::default()
                })
            })
            .await?;
        let ended = done
            .facts
            .into_iter()
            .filter_map(|fact| match fact {
                Fact::AgreementEnded { agreement } => Some(agreement),
                _ => None,
            })
            .collect();
        Ok(Stopped { ended, at: done.at })
    }

    /// A grant by its id, ended or not.
    pub async fn grant_by_id(
        &self,
        tenant: &TenantSnapshot,
        id: GrantId,
    ) -> Result<Option<std::sync::Arc<Grant>>, Fault> {
        self.grant(tenant.id(), id).await
    }
}

/// The row of a grant that ends.
pub(crate) fn end_grant(grant: &Grant, ended: &Ended) -> RowChange {
    RowChange::Put(Row::Grant(Grant {
        version: grant.version.saturating_add(1),
        ended: Some(ended.clone()),
        ..grant.clone()
    }))
}
