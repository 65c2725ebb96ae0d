//! Restricting the processing of a person's data (GDPR Art. 18; enforcement-events-evidence 10.5): everything is kept and shown, and nothing
//! is done with it. It passes: what was agreed to stands as before once it is over.
//!
//! What lives here: who is restricted, and the two acts. What may not: the refusals, which follow from
//! [`StandingConsents`](crate::standing::StandingConsents) wherever somebody asks.

use std::collections::BTreeSet;

use consentry_domain::{
    Audience, ClientId, SubjectId, Timestamp,
    client::Client,
    decision::Door,
    subject::{Alias, Namespace, Subject, SubjectState},
};
use consentry_store::{ChangeSet, CommitError, Expect, Row, RowChange, RowKey};
use serde_json::{Map, Value, json};

use crate::{
    Ledger, TenantSnapshot,
    access::{Administer, Permit},
    checks::{Names, issuer_names},
    error::Fault,
    events,
    verify::Opened,
};

/// How often it is tried when others change the person at the same time.
const TRIES: usize = 3;

/// Events of a person read at a time.
const AT_ONCE: u32 = 500;

const RESTRICTED: &str = "subject.restricted";
const RELEASED: &str = "subject.released";

/// A restriction that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// Since when.
    pub since: Timestamp,
    /// What the administrator said.
    pub reason: String,
}

/// Why nothing was restricted or released.
#[derive(Debug, thiserror::Error)]
pub enum RestrictionError {
    /// There is nobody like that.
    #[error("there is nobody like that")]
    Nobody,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// Whether the processing of somebody's data is restricted.
    async fn is_restricted(&self, tenant: &TenantSnapshot, subject: SubjectId) -> Result<bool, Fault> {
        Ok(self.standing_consents(tenant, subject).await?.is_restricted())
    }

    /// Whether a client is given nothing of somebody for now. A restriction passes: what was agreed to stands, and so does what rests on it.
    pub(crate) async fn is_held_back(
        &self,
        tenant: &TenantSnapshot,
        client: &Client,
        subject: SubjectId,
    ) -> Result<bool, Fault> {
        Ok(client.is_third_party && self.is_restricted(tenant, subject).await?)
    }

    /// The person whom an issuer calls like that; whoever is erased is nobody.
    pub async fn person_called(
        &self,
        tenant: &TenantSnapshot,
        _permit: &Permit<Administer>,
        issuer: &str,
        name: &str,
    ) -> Result<SubjectId, RestrictionError> {
        let subject = match issuer_names(tenant, issuer) {
            Some(Names::Ids) => name.parse().ok(),
            Some(Names::In(Namespace::Dn)) => match consentry_domain::dn::Dn::parse(name) {
                Ok(dn) => {
                    let alias = Alias::new(Namespace::Dn, dn.as_str());
                    self.find_subject(tenant, &alias).await?
                }
                Err(_) => None,
            },
            Some(Names::In(namespace)) => self.find_subject(tenant, &Alias::new(namespace, name)).await?,
            None => None,
        };
        let subject = subject.ok_or(RestrictionError::Nobody)?;
        Ok(self.somebody(tenant, subject).await?.id)
    }

    /// The restriction of somebody's data, where there is one.
    pub async fn restriction_of(
        &self,
        tenant: &TenantSnapshot,
        _permit: &Permit<Administer>,
        subject: SubjectId,
    ) -> Result<Option<Restriction>, RestrictionError> {
        let known = self.somebody(tenant, subject).await?;
        if known.state != SubjectState::Restricted {
            return Ok(None);
        }
        Ok(self.last_restriction(tenant, subject).await?)
    }

    /// Restricts the processing of somebody's data, or says that it is restricted already. Parties that they agreed to something with are
    /// told, each by its own name for them (DSR-20). True where that is new.
    pub async fn restrict(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Administer>,
        subject: SubjectId,
        (reason, request): (&str, &str),
    ) -> Result<bool, RestrictionError> {
        let mut note = Map::new();
        note.insert("why".to_owned(), json!(reason));
        note.insert("request".to_owned(), json!(request));
        self.turn(tenant, permit, subject, SubjectState::Restricted, &note)
            .await
    }

    /// Lets somebody's data be processed again. True where it was restricted.
    pub async fn release(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Administer>,
        subject: SubjectId,
        request: &str,
    ) -> Result<bool, RestrictionError> {
        let mut note = Map::new();
        note.insert("request".to_owned(), json!(request));
        self.turn(tenant, permit, subject, SubjectState::Active, &note)
            .await
    }

    async fn turn(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Administer>,
        subject: SubjectId,
        state: SubjectState,
        note: &Map<String, Value>,
    ) -> Result<bool, RestrictionError> {
        let caller = permit.caller();
        tracing::info!(?caller, subject.id = %subject, state = state.as_str(), "restricting or releasing");
        for _ in 0..TRIES {
            let known = self.somebody(tenant, subject).await?;
            if known.state == state {
                return Ok(false);
            }
            let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
            let kind = if state == SubjectState::Restricted {
                RESTRICTED
            } else {
                RELEASED
            };
            let mut change = ChangeSet::new(tenant.id(), self.now());
            let ids = self.ids();
            let act = (ids.decision(subject), subject, Door::Operator);
            let actor = Some(caller.actor());
            change
                .events
                .push(events::of_note_by(&ids, &key, kind, act, actor, note.clone())?);
            for party in self.parties_of(tenant, subject).await? {
                let party = Some(party.as_str().to_owned());
                change
                    .events
                    .push(events::of_note(&ids, &key, kind, act, party, Map::new())?);
            }
            change
                .expect
                .push(Expect::At(RowKey::Subject(subject), known.version));
            change.rows.push(RowChange::Put(Row::Subject(Subject {
                version: known.version.saturating_add(1),
                state,
                ..known
            })));
            match self.commit_asked(change).await {
                Ok(_receipt) => return Ok(true),
                Err(CommitError::Stale) => {}
                Err(error) => return Err(Fault::from(error).into()),
            }
        }
        Err(Fault::Conflict.into())
    }

    /// The clients that somebody ever answered a question of.
    pub(crate) async fn parties_of(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<BTreeSet<ClientId>, Fault> {
        let standing = self.inner.store.deciding_consents(tenant.id(), subject).await?;
        let clients = standing
            .into_iter()
            .filter_map(|consent| match consent.slot.audience {
                Audience::Client(client) => Some(client),
                _ => None,
            });
        Ok(clients.collect())
    }

    pub(crate) async fn somebody(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Subject, RestrictionError> {
        let known = self.inner.store.subject(tenant.id(), subject).await;
        let known = known.map_err(Fault::from)?;
        known
            .filter(|known| known.state.is_somebody())
            .ok_or(RestrictionError::Nobody)
    }

    async fn last_restriction(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<Restriction>, Fault> {
        let (mut last, mut from) = (None, 0);
        loop {
            let store = &self.inner.store;
            let page = store.events_of(tenant.id(), subject, from, AT_ONCE).await?;
            for event in page.iter().filter(|event| event.kind == RESTRICTED) {
                let Opened::Body(body) = self.body(tenant, event).await? else {
                    continue;
                };
                let noted = body.note.as_ref().and_then(|note| note.get("why"));
                if let Some(reason) = noted.and_then(Value::as_str) {
                    last = Some(Restriction {
                        since: event.at,
                        reason: reason.to_owned(),
                    });
                }
            }
            match page.last() {
                Some(end) if page.len() == AT_ONCE as usize => from = end.index + 1,
                _ => return Ok(last),
            }
        }
    }
}
