//! The one answer to a request: what of it is granted, in one commit with its end (dataspace-consent-protocol 6.3, 7).

use consentry_domain::{
    Command, DefinitionKey, Slot, SubjectId,
    command::{Act, Approve, Decline, NewItem},
    decision::{Door, TextShown},
};
use consentry_store::Seeds;

use super::{Sitting, SourceOutcome, SourceQuestion, SourceRequest, slot};
use crate::{
    Ledger, TenantSnapshot,
    access::{Answer, Permit},
    carry_out::Plan,
    error::{DecisionError, Fault},
    interactions::disclosure,
    sessions::Session,
};

/// What a person said to the data sources they were shown.
#[derive(Debug, Clone)]
pub struct SourceAnswer {
    /// What they granted.
    pub granted: Vec<DefinitionKey>,
    /// Request id.
    pub request_id: Option<String>,
}

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SourceAnswerError {
    /// It was answered before, in this way.
    #[error("the request was answered before")]
    Answered(SourceOutcome),
    /// It is over, or nobody was asked.
    #[error("the request is over")]
    Over,
    /// It is not this person or session that was asked.
    #[error("somebody else was asked")]
    Foreign,
    /// More than was asked.
    #[error("what was granted was not asked")]
    NotAsked,
    /// The decision could not be carried out.
    #[error(transparent)]
    Decision(DecisionError),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DecisionError> for SourceAnswerError {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Fault(fault) => Self::Fault(fault),
            other => Self::Decision(other),
        }
    }
}

impl Ledger {
    /// Carries out an answer. `session` is the one that was asked. Without a required data source nothing is granted; consents that stand
    /// already are never touched.
    pub async fn answer_source_request(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Answer>,
        request: &SourceRequest,
        session: &Session,
        answer: &SourceAnswer,
    ) -> Result<SourceOutcome, SourceAnswerError> {
        if let Some(outcome) = request.outcome {
            return Err(SourceAnswerError::Answered(outcome));
        }
        if request.is_over(self.now()) {
            return Err(SourceAnswerError::Over);
        }
        let question = request.question.as_ref().ok_or(SourceAnswerError::Over)?;
        let subject = session.subject;
        let sitting = self
            .sitting(tenant, (request.subject, &request.login), session)
            .await?;
        if sitting != Sitting::Asked || question.session != session.id {
            return Err(SourceAnswerError::Foreign);
        }
        let is_asked = |source: &DefinitionKey| question.wanted.iter().any(|own| own.source == *source);
        if !answer.granted.iter().all(is_asked) {
            return Err(SourceAnswerError::NotAsked);
        }
        let denied = |source: &DefinitionKey| !answer.granted.contains(source);
        let lacks_required = question
            .wanted
            .iter()
            .any(|own| own.required && denied(&own.source));
        let nothing_asked = question.wanted.is_empty();
        let granted: Vec<DefinitionKey> = if lacks_required {
            Vec::new()
        } else {
            let asked = question.wanted.iter().map(|own| &own.source);
            asked.filter(|source| !denied(source)).cloned().collect()
        };
        let outcome = if granted.is_empty() && !nothing_asked {
            SourceOutcome::Fail
        } else {
            SourceOutcome::Success
        };
        let act = self.act(permit, request, question, subject, answer.request_id.clone());
        let asked: Vec<DefinitionKey> = question.wanted.iter().map(|own| own.source.clone()).collect();
        let ended = SourceRequest {
            outcome: Some(outcome),
            ..request.clone()
        };
        let done = if granted.is_empty() {
            let decline = (!nothing_asked).then_some(Decline { act, asked });
            self.decline_sources(tenant, permit, &ended, decline).await
        } else {
            self.grant_sources(tenant, permit, &ended, act, granted).await
        };
        match done {
            Ok(()) => Ok(outcome),
            Err(SourceAnswerError::Fault(Fault::Conflict)) => {
                let now = self.source_request_by_hash(tenant, request.row.hash).await?;
                Err(match now.and_then(|now| now.outcome) {
                    Some(outcome) => SourceAnswerError::Answered(outcome),
                    None => Fault::Conflict.into(),
                })
            }
            Err(error) => Err(error),
        }
    }

    async fn decline_sources(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Answer>,
        ended: &SourceRequest,
        decline: Option<Decline>,
    ) -> Result<(), SourceAnswerError> {
        let row = ended.put()?;
        self.carry_out(tenant, permit, Seeds::default(), |_before, _now| {
            Ok::<_, SourceAnswerError>(Plan {
                command: decline.clone().map(Command::Decline),
                rows: vec![row.clone()],
                expect: vec![ended.unchanged()],
                ..Plan::default()
            })
        })
        .await?;
        Ok(())
    }

    async fn grant_sources(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Answer>,
        ended: &SourceRequest,
        act: Act,
        granted: Vec<DefinitionKey>,
    ) -> Result<(), SourceAnswerError> {
        let client = tenant
            .client(ended.client.as_str())
            .filter(|client| tenant.tenant.dataspace.application(&client.id).is_some())
            .ok_or(SourceAnswerError::Over)?;
        let relation = ended.relation(tenant).ok_or(SourceAnswerError::Over)?;
        let (ids, subject) = (self.ids(), relation.subject);
        let validity = client.consent_lifetime(&tenant.tenant);
        let texts = act.texts.clone();
        let wording = |source: &DefinitionKey| {
            let question = ended.question.as_ref()?;
            let item = question.items.iter().find(|item| item.definition == *source)?;
            item.wording.clone()
        };
        let items: Vec<NewItem> = granted
            .iter()
            .map(|source| NewItem {
                definition: source.clone(),
                consent: ids.consent(subject),
                record: ids.record(subject),
                wording: wording(source),
            })
            .collect();
        let approve = Approve {
            act,
            agreement: ids.agreement(subject),
            application: client.application,
            client: client.id.clone(),
            qualifier: relation.qualifier.clone(),
            items,
            left_out: question_of(ended)
                .filter(|source| !granted.contains(source))
                .cloned()
                .collect(),
            valid_until: None,
            disclosure: disclosure(tenant, client, texts),
            accounts: consentry_domain::Accounts::default(),
        };
        let slots: Vec<Slot> = granted.iter().map(|source| slot(&relation, source)).collect();
        let around = self
            .agreements_around(tenant, &slots.iter().collect::<Vec<_>>())
            .await?;
        let seeds = Seeds {
            agreements: around,
            slots,
            ..Seeds::default()
        };
        let row = ended.put()?;
        let mut expect = vec![ended.unchanged()];
        // A client that is changed or removed meanwhile gets nothing more.
        expect.extend(tenant.client_unchanged(&client.id));
        self.carry_out(tenant, permit, seeds, |before, now| {
            let touched = &before.touched;
            // What another tab granted meanwhile keeps its consent, and with it its `tid`.
            let stands = |item: &&NewItem| {
                let slot = slot(&relation, &item.definition);
                let deciding = touched.slots.get(&slot).and_then(|id| touched.consents.get(id));
                deciding.is_some_and(|consent| consent.is_in_force_for_all(now))
            };
            let items: Vec<NewItem> = approve
                .items
                .iter()
                .filter(|item| !stands(item))
                .cloned()
                .collect();
            let command = (!items.is_empty()).then(|| {
                Command::Approve(Approve {
                    items,
                    // Counted from the moment that will be its `created_at`.
                    valid_until: Some(now.plus(validity)),
                    ..approve.clone()
                })
            });
            Ok::<_, SourceAnswerError>(Plan {
                command,
                rows: vec![row.clone()],
                expect: expect.clone(),
                ..Plan::default()
            })
        })
        .await?;
        Ok(())
    }

    fn act(
        &self,
        permit: &Permit<Answer>,
        request: &SourceRequest,
        question: &SourceQuestion,
        subject: SubjectId,
        request_id: Option<String>,
    ) -> Act {
        Act {
            decision: self.ids().decision(subject),
            subject,
            door: Door::Dataspace,
            actor: permit.caller().actor(),
            credential: permit.caller().credential(),
            texts: question.texts(),
            interaction: Some(request.trace()),
            request: request_id,
        }
    }
}

/// What was asked.
fn question_of(request: &SourceRequest) -> impl Iterator<Item = &DefinitionKey> {
    let question = request.question.iter();
    question.flat_map(|question| question.wanted.iter().map(|own| &own.source))
}

impl SourceQuestion {
    /// The words that were on the screen.
    fn texts(&self) -> Vec<TextShown> {
        let items = self.items.iter();
        items
            .filter_map(|item| {
                let (wording, digest) = (item.wording.as_ref()?, item.digest.as_ref()?);
                Some(TextShown {
                    definition: item.definition.clone(),
                    version: wording.version,
                    locale: wording.locale.clone(),
                    digest: digest.clone(),
                })
            })
            .collect()
    }
}
