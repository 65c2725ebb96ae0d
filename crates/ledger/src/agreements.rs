//! What a person agreed to, as bundles: listing them, looking at one, ending them. All doors that show connections use these.

mod accounts;
mod called;
mod history;
mod import;
mod joint;
mod narrow;
mod provision;
mod receipt;
mod renew;
mod single;

use std::collections::BTreeSet;

use consentry_domain::{
    AccountUses, Agreement, AgreementId, Audience, Command, Consent, ConsentId, Fact, GrantId, Rejection,
    Slot, State, Status, SubjectId, Timestamp, Usage,
    command::{Act, Stop},
    consent::Ended,
    decision::{Door, EndReason},
    enforce::speaking,
    grant::Grant,
};
pub use consentry_store::AgreementQuery;
use consentry_store::{Row, RowChange, Seeds};

pub use self::{
    accounts::{AccountsError, AccountsRequest},
    called::agreement_called,
    history::{Happened, HistoryEntry},
    import::{AgreementNotImported, ImportedAgreement, ImportedEnd},
    joint::{JointShare, StopJointError, StopJointShare},
    narrow::{NarrowError, NarrowRequest},
    provision::AgreementWish,
    renew::{MOST_DAYS, RENEWAL_WINDOW, RenewError, Subjected, is_renewable},
    single::{SingleEntry, SingleHappened},
};
use crate::{
    Caller, Ledger, TenantSnapshot,
    access::{Action, GiveUpAgreement, ManageAgreements, Permit},
    carry_out::{Plan, required_definitions},
    error::{DecisionError, Fault},
};

/// An agreement with its consents, seen at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The bundle.
    pub agreement: Agreement,
    /// The consents that speak for its items, in their order: its own, or what a back end wrote over one of them.
    pub consents: Vec<Consent>,
    /// The state of the bundle as a whole.
    pub state: State,
    /// The moment it was looked at.
    pub seen_at: Timestamp,
    /// How it was used, all its consents together.
    pub usage: Usage,
    /// The same for each account that was named.
    pub account_uses: AccountUses,
}

impl Connection {
    /// Puts together an agreement and the consents that speak for it.
    pub fn new(agreement: Agreement, mut consents: Vec<Consent>, now: Timestamp) -> Self {
        let position = |consent: &Consent| {
            let of = &consent.slot.definition;
            agreement.items.iter().position(|item| item.definition == *of)
        };
        consents.sort_by_key(|consent| position(consent).unwrap_or(usize::MAX));
        let state = state(&agreement, &consents, now);
        Self {
            agreement,
            consents,
            state,
            seen_at: now,
            usage: Usage::default(),
            account_uses: AccountUses::default(),
        }
    }

    /// Its own consents, and those that speak for them: data that is delivered under either is delivered to this connection.
    fn used_by(&self) -> impl Iterator<Item = ConsentId> {
        let own = self.agreement.items.iter().map(|item| item.consent);
        own.chain(self.consents.iter().map(|consent| consent.id))
    }

    /// The consents that still count, for every action: what tokens can carry.
    pub fn in_force(&self) -> impl Iterator<Item = &Consent> {
        self.consents
            .iter()
            .filter(|consent| consent.is_in_force_for_all(self.seen_at))
    }

    /// When it ended or will end, whatever comes first.
    pub fn ends_at(&self) -> Option<Timestamp> {
        let ended = self.agreement.ended.as_ref().map(|ended| ended.at);
        let outlived = (self.state == State::Expired).then(|| {
            let ends = self.consents.iter().filter_map(|consent| consent.valid_until);
            ends.min()
        });
        [ended, self.agreement.valid_until, outlived.flatten()]
            .into_iter()
            .flatten()
            .min()
    }
}

/// The state of a bundle: its end decides, then time, its own and that of what it cannot do without.
fn state(agreement: &Agreement, consents: &[Consent], now: Timestamp) -> State {
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
        (None, _) if is_outlived(consents, now) => State::Expired,
        (None, _) => State::Accepted,
    }
}

/// Whether a bundle is over although it would have time: what a back end wrote over its consents may end earlier.
fn is_outlived(consents: &[Consent], now: Timestamp) -> bool {
    let required = required_definitions();
    let missed = |consent: &Consent| {
        consent.status != Status::Superseded
            && !consent.is_in_force(now)
            && required.contains(&consent.slot.definition)
    };
    let none_left = !consents.is_empty() && !consents.iter().any(|consent| consent.is_in_force(now));
    none_left || consents.iter().any(missed)
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
        let found = self.inner.store.agreements(tenant.id(), query).await?;
        self.connections(tenant, found, self.now()).await
    }

    async fn connections(
        &self,
        tenant: &TenantSnapshot,
        found: Vec<(Agreement, Vec<Consent>)>,
        now: Timestamp,
    ) -> Result<Vec<Connection>, Fault> {
        let mut connections = Vec::with_capacity(found.len());
        for (agreement, own) in found {
            connections.push(self.connection(tenant, agreement, own, now).await?);
        }
        self.tell_usage(tenant, &mut connections).await?;
        Ok(connections)
    }

    /// One agreement; the caller checks whose it is with [`ManageAgreements`].
    pub async fn agreement(
        &self,
        tenant: &TenantSnapshot,
        id: AgreementId,
    ) -> Result<Option<Connection>, Fault> {
        let now = self.now();
        let Some((agreement, own)) = self.inner.store.agreement(tenant.id(), id).await? else {
            return Ok(None);
        };
        let mut found = [self.connection(tenant, agreement, own, now).await?];
        self.tell_usage(tenant, &mut found).await?;
        let [connection] = found;
        Ok(Some(connection))
    }

    /// Says of each connection how it was used.
    async fn tell_usage(&self, tenant: &TenantSnapshot, connections: &mut [Connection]) -> Result<(), Fault> {
        let consents: BTreeSet<ConsentId> = connections.iter().flat_map(Connection::used_by).collect();
        let consents = consents.into_iter().collect();
        let uses = self.uses_with_accounts(tenant.id(), consents).await?;
        for connection in connections {
            let own: Vec<_> = connection
                .used_by()
                .filter_map(|consent| uses.get(&consent))
                .collect();
            for (usage, accounts) in own {
                connection.usage = connection.usage.merge(*usage);
                let known = std::mem::take(&mut connection.account_uses);
                connection.account_uses = known.merge(accounts.clone());
            }
        }
        Ok(())
    }

    /// An agreement as all doors judge it: by the consents that decide its slots. Of one that has ended its own are shown.
    async fn connection(
        &self,
        tenant: &TenantSnapshot,
        agreement: Agreement,
        own: Vec<Consent>,
        now: Timestamp,
    ) -> Result<Connection, Fault> {
        if !agreement.is_in_force(now) {
            return Ok(Connection::new(agreement, own, now));
        }
        let standing = self.standing_consents(tenant, agreement.subject).await?;
        let deciding = |slot: &Slot| standing.iter().find(|consent| consent.slot == *slot);
        let consents = own.iter().map(|own| speaking(own, deciding(&own.slot)).clone());
        Ok(Connection::new(agreement, consents.collect(), now))
    }

    /// The agreements in force between the persons and clients of these slots. A command about the slots needs them: each may rest
    /// on one of the slots without the slot pointing back at it.
    pub(crate) async fn agreements_around(
        &self,
        tenant: &TenantSnapshot,
        slots: &[&Slot],
    ) -> Result<Vec<AgreementId>, Fault> {
        let pairs: BTreeSet<_> = slots
            .iter()
            .filter_map(|slot| match &slot.audience {
                Audience::Client(client) => Some((slot.subject, client)),
                _ => None,
            })
            .collect();
        let mut around = Vec::new();
        for (subject, client) in pairs {
            let query = AgreementQuery {
                subject: Some(subject),
                client: Some(client.clone()),
                in_force_at: Some(self.now()),
                ..AgreementQuery::default()
            };
            let found = self.inner.store.agreements(tenant.id(), query).await?;
            around.extend(found.into_iter().map(|(agreement, _)| agreement.id));
        }
        Ok(around)
    }

    /// Ends agreements: their consents are revoked, their grants end with everything under them, records and feed say so, all in
    /// the one commit. Agreements that have ended are left as they are.
    pub async fn stop_agreements(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManageAgreements>,
        request: &StopRequest,
    ) -> Result<Stopped, DecisionError> {
        self.end_by(tenant, permit, request).await
    }

    /// Ends agreements at the wish of the client that holds them, as [`Self::stop_agreements`] does. One of another client is unknown to it.
    pub async fn give_up_agreements(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<GiveUpAgreement>,
        request: &StopRequest,
    ) -> Result<Stopped, DecisionError> {
        for id in &request.agreements {
            let found = self.inner.store.agreement(tenant.id(), *id).await?;
            let own = |agreement: &Agreement| match permit.caller() {
                Caller::Client { client, .. } => agreement.client == *client,
                _ => false,
            };
            if !found.is_some_and(|(agreement, _)| own(&agreement)) {
                return Err(DecisionError::Rejected(Rejection::NoAgreement(*id)));
            }
        }
        self.end_by(tenant, permit, request).await
    }

    async fn end_by<A: Action>(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<A>,
        request: &StopRequest,
    ) -> Result<Stopped, DecisionError> {
        let decision = self.ids().decision(request.subject);
        let mut agreements = request.agreements.clone();
        for id in &request.agreements {
            if let Some((_, own)) = self.inner.store.agreement(tenant.id(), *id).await? {
                let slots: Vec<&Slot> = own.iter().map(|consent| &consent.slot).collect();
                agreements.extend(self.agreements_around(tenant, &slots).await?);
            }
        }
        let seeds = Seeds {
            agreements,
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
