//! Taking agreements over that another system kept: third-party consents (third-party-authorization A.3), consent grants
//! (consent-dashboard D1), consents of a dataspace (dataspace-consent-protocol 7). Doing it twice changes nothing, and what was decided
//! here since is never written over.

use std::collections::BTreeSet;

use consentry_domain::{
    Accounts, AgreementId, Audience, ClientId, Command, ConsentId, DefinitionKey, Fact, PartyId, Qualifier,
    Rejection, Slot, SubjectId, Timestamp, Usage,
    command::{Act, ImportAgreement, NewItem},
    consent::Ended,
    decision::{Actor, Door, EndReason},
    definition::Wording,
    subject::Alias,
};
use consentry_store::Seeds;
use futures_util::future::join_all;

use super::Connection;
use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, Provision},
    carry_out::Plan,
    error::{DecisionError, Fault},
    import::{Imported, person_by_person},
    interactions::disclosure,
    subjects::Origin,
};

/// An agreement as another system has it.
#[derive(Debug, Clone)]
pub struct ImportedAgreement {
    /// Its id, which clients may have kept.
    pub id: AgreementId,
    /// Whose it is, by a name that is known here or will be.
    pub person: Alias,
    /// Who receives the data; a client that is registered here.
    pub client: ClientId,
    /// What was agreed to, in the order it was asked; each with the id of its consent where the other system gave one.
    pub items: Vec<(DefinitionKey, Option<ConsentId>)>,
    /// Named resources (RFC 8707); empty for the default.
    pub resources: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it ends or ended by itself; none until withdrawn.
    pub valid_until: Option<Timestamp>,
    /// Its end, once somebody ended it.
    pub ended: Option<ImportedEnd>,
    /// The accounts it is about.
    pub accounts: Accounts,
    /// Through whom the data goes; none for what the client is registered with here.
    pub intermediaries: Option<Vec<PartyId>>,
    /// When data was last delivered.
    pub used_at: Option<Timestamp>,
}

/// How an agreement ended there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportedEnd {
    /// When.
    pub at: Timestamp,
    /// Why, as far as it is known.
    pub reason: EndReason,
    /// Whether the person ended it themself.
    pub by_person: bool,
}

/// Why an agreement is not taken over.
#[derive(Debug, thiserror::Error)]
pub enum AgreementNotImported {
    /// Nothing was agreed to.
    #[error("nothing is agreed to")]
    Empty,
    /// The same thing twice.
    #[error("{0} is named twice")]
    Twice(DefinitionKey),
    /// Nobody with this id receives data here.
    #[error("there is no client {0}")]
    NoClient(ClientId),
    /// Nobody is asked for what this client may do.
    #[error("{0} is no third party")]
    FirstParty(ClientId),
    /// Nothing of this name can be agreed to here.
    #[error("there is no definition {0}")]
    NoDefinition(DefinitionKey),
    /// It changed, ended or was to end before it was made.
    #[error("it changes or ends before it is made")]
    ChangedBeforeMade,
    /// It lies in the future.
    #[error("it was made, changed or ended in the future")]
    InTheFuture,
    /// A consent of this id belongs to something else.
    #[error("there is another consent {0}")]
    ConsentTaken(ConsentId),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// What importing an agreement would do. Nothing is written.
    pub async fn foresee_agreement(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        wanted: &ImportedAgreement,
    ) -> Result<Imported, AgreementNotImported> {
        tracing::trace!(caller = ?permit.caller(), "looking at an agreement of another system");
        self.judge_agreement(tenant, wanted)?;
        let person = self.find_subject(tenant, &wanted.person).await?;
        if let Some(here) = self.agreement(tenant, wanted.id).await? {
            let different = different(wanted, person, &here);
            return Ok(if different.is_empty() {
                Imported::Unchanged
            } else {
                Imported::Different(different)
            });
        }
        for id in wanted.items.iter().filter_map(|(_, consent)| *consent) {
            let known = self.inner.store.consent(tenant.id(), id).await;
            if known.map_err(Fault::from)?.is_some() {
                return Err(AgreementNotImported::ConsentTaken(id));
            }
        }
        Ok(Imported::Added)
    }

    /// Takes agreements over; answers what became of each, in order. An agreement counts from when it was made, so their order does not
    /// matter. What a failure stops is done when it is done again.
    pub async fn import_agreements(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        agreements: &[ImportedAgreement],
    ) -> Vec<Result<Imported, AgreementNotImported>> {
        let people = join_all(agreements.iter().map(async |wanted| {
            match self.foresee_agreement(tenant, permit, wanted).await? {
                Imported::Added => {
                    let origin = Origin::import(Door::Operator);
                    Ok(Ok((
                        self.subject_named(tenant, &wanted.person, origin).await?,
                        (),
                    )))
                }
                standing => Ok(Err(standing)),
            }
        }));
        person_by_person(people.await, async |index, person, ()| {
            match agreements.get(index) {
                Some(wanted) => self.import_agreement(tenant, permit, wanted, person).await,
                None => Ok(Imported::Gone),
            }
        })
        .await
    }

    async fn import_agreement(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        wanted: &ImportedAgreement,
        person: SubjectId,
    ) -> Result<Imported, AgreementNotImported> {
        let command = self.agreement_command(tenant, permit, wanted, person)?;
        let slots: Vec<Slot> = command
            .items
            .iter()
            .map(|item| Slot {
                subject: person,
                definition: item.definition.clone(),
                audience: Audience::Client(wanted.client.clone()),
                qualifier: command.qualifier.clone(),
            })
            .collect();
        let mut agreements = self
            .agreements_around(tenant, &slots.iter().collect::<Vec<_>>())
            .await?;
        agreements.push(wanted.id);
        let seeds = Seeds {
            agreements,
            consents: command.items.iter().map(|item| item.consent).collect(),
            slots,
            ..Seeds::default()
        };
        let carried_out = self
            .carry_out(tenant, permit, seeds, |_before, _now| {
                Ok::<_, DecisionError>(Plan {
                    command: Some(Command::ImportAgreement(command.clone())),
                    expect: vec![consentry_store::Expect::Absent(
                        consentry_store::RowKey::Agreement(wanted.id),
                    )],
                    ..Plan::default()
                })
            })
            .await;
        match carried_out {
            Ok(done) => {
                if let Some(at) = wanted.used_at {
                    for consent in done.facts.iter().filter_map(imported_consent) {
                        self.note_use(tenant.id(), consent, Usage::used(at));
                    }
                }
                Ok(Imported::Added)
            }
            // The same id stands twice in a file.
            Err(DecisionError::Rejected(Rejection::AgreementExists(_))) => {
                self.foresee_agreement(tenant, permit, wanted).await
            }
            Err(DecisionError::Rejected(Rejection::ConsentExists(id))) => {
                Err(AgreementNotImported::ConsentTaken(id))
            }
            Err(DecisionError::Rejected(Rejection::ImpossibleTimes)) => {
                Err(AgreementNotImported::InTheFuture)
            }
            Err(DecisionError::Fault(fault)) => Err(fault.into()),
            Err(other) => Err(Fault::Unreadable {
                what: "imported agreement",
                why: other.to_string(),
            }
            .into()),
        }
    }

    /// The words that people are asked with now are those it is shown with; that they were on a screen is said of none.
    fn agreement_command(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        wanted: &ImportedAgreement,
        person: SubjectId,
    ) -> Result<ImportAgreement, AgreementNotImported> {
        let client = tenant
            .clients
            .get(&wanted.client)
            .ok_or_else(|| AgreementNotImported::NoClient(wanted.client.clone()))?;
        let ids = self.ids();
        let wording = |definition: &DefinitionKey| {
            let words = tenant.wording_for(definition, [tenant.tenant.locale.as_str()])?;
            Some(Wording {
                version: words.version,
                locale: words.locale.clone(),
            })
        };
        let items = wanted.items.iter().map(|(definition, consent)| NewItem {
            definition: definition.clone(),
            consent: consent.unwrap_or_else(|| ids.consent(person)),
            record: ids.record(person),
            wording: wording(definition),
        });
        let mut disclosure = disclosure(tenant, client, Vec::new());
        if let Some(intermediaries) = &wanted.intermediaries {
            disclosure.intermediaries.clone_from(intermediaries);
        }
        Ok(ImportAgreement {
            act: Act {
                decision: ids.decision(person),
                subject: person,
                door: Door::Operator,
                actor: permit.caller().actor(),
                credential: permit.caller().credential(),
                texts: Vec::new(),
                interaction: None,
                request: None,
            },
            agreement: wanted.id,
            application: client.application,
            client: wanted.client.clone(),
            qualifier: qualifier(wanted),
            items: items.collect(),
            created_at: wanted.created_at,
            updated_at: wanted.updated_at,
            valid_until: wanted.valid_until,
            ended: wanted.ended.map(|end| Ended {
                at: end.at,
                reason: end.reason,
                by: if end.by_person {
                    Actor::subject(person)
                } else {
                    permit.caller().actor()
                },
            }),
            disclosure,
            accounts: wanted.accounts.clone(),
        })
    }

    /// What has to be right whoever it is about.
    fn judge_agreement(
        &self,
        tenant: &TenantSnapshot,
        wanted: &ImportedAgreement,
    ) -> Result<(), AgreementNotImported> {
        let client = tenant
            .clients
            .get(&wanted.client)
            .ok_or_else(|| AgreementNotImported::NoClient(wanted.client.clone()))?;
        if !client.is_third_party {
            return Err(AgreementNotImported::FirstParty(wanted.client.clone()));
        }
        if wanted.items.is_empty() {
            return Err(AgreementNotImported::Empty);
        }
        let mut seen = BTreeSet::new();
        for (definition, _) in &wanted.items {
            if !tenant.definitions.contains_key(definition) {
                return Err(AgreementNotImported::NoDefinition(definition.clone()));
            }
            if !seen.insert(definition) {
                return Err(AgreementNotImported::Twice(definition.clone()));
            }
        }
        let ended = wanted.ended.map(|ended| ended.at);
        let later = [Some(wanted.updated_at), ended, wanted.used_at];
        let now = self.now();
        if wanted.created_at > now || later.into_iter().flatten().any(|at| at > now) {
            return Err(AgreementNotImported::InTheFuture);
        }
        let ends = [Some(wanted.updated_at), ended, wanted.valid_until];
        if ends.into_iter().flatten().any(|at| at < wanted.created_at) {
            return Err(AgreementNotImported::ChangedBeforeMade);
        }
        Ok(())
    }
}

fn qualifier(wanted: &ImportedAgreement) -> Qualifier {
    Qualifier::resources(wanted.resources.iter().map(String::as_str))
}

fn imported_consent(fact: &Fact) -> Option<&consentry_domain::Consent> {
    match fact {
        Fact::ConsentImported(fact) => Some(&fact.consent),
        _ => None,
    }
}

/// What of an agreement of another system is not what stands here. Time alone makes no difference, and neither does that a newer
/// agreement took its place here.
fn different(wanted: &ImportedAgreement, person: Option<SubjectId>, here: &Connection) -> Vec<String> {
    let agreement = &here.agreement;
    let items: BTreeSet<_> = agreement.items.iter().map(|item| &item.definition).collect();
    let wanted_items: BTreeSet<_> = wanted.items.iter().map(|(definition, _)| definition).collect();
    let is_replaced = agreement
        .ended
        .as_ref()
        .is_some_and(|ended| ended.reason == EndReason::Superseded);
    let ended = agreement.ended.as_ref().map(|ended| ended.at);
    let compared = [
        ("person", person != Some(agreement.subject)),
        ("client", wanted.client != agreement.client),
        ("scope", wanted_items != items),
        ("resource", qualifier(wanted) != agreement.qualifier),
        ("accounts", wanted.accounts != agreement.accounts),
        ("time of granting", wanted.created_at != agreement.created_at),
        ("end", wanted.valid_until != agreement.valid_until),
        (
            "status",
            !is_replaced && wanted.ended.map(|ended| ended.at) != ended,
        ),
    ];
    let differing = compared.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(name, _)| name.to_owned()).collect()
}
