//! The person says yes: interaction, agreement, consents, records, grant and code are one commit (TPA-IX-05).

use consentry_domain::{
    AccountId, Accounts, Audience, Command, Slot,
    agreement::Disclosure,
    command::{Act, Approve, NewItem},
    decision::Door,
    scope::Scope,
};
use consentry_store::{Expect, Row, RowChange, Seeds, TokenRow};

use super::{
    Changed, Interaction, Issued, Question,
    grant::{Basis, disclosure},
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Answer, Permit},
    carry_out::Plan,
    error::{DecisionError, Fault},
    sessions::Session,
};

/// A yes to all or a part of what was asked.
#[derive(Debug, Clone)]
pub struct Approval {
    /// What is granted, a part of what was asked; none means all of it (TPA-CN-10).
    pub granted: Option<Scope>,
    /// The accounts it is about; none means all the person has.
    pub accounts: Option<Vec<AccountId>>,
    /// Where the answer was reported beforehand by the first party's back end.
    pub report: Option<super::Reported>,
    /// Request id.
    pub request_id: Option<String>,
}

/// Why nothing was issued. The interaction is as it was, unless it is over.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    /// The interaction was answered or has expired: a replay, or the loser of a race.
    #[error("the interaction is over")]
    Over,
    /// More than was asked.
    #[error("granted_scope names what was not asked")]
    NotAsked,
    /// Something is no longer as it was when the request came.
    #[error(transparent)]
    Changed(#[from] Changed),
    /// The decision could not be carried out.
    #[error(transparent)]
    Decision(DecisionError),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DecisionError> for ApproveError {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Spent => Self::Over,
            DecisionError::Fault(fault) => Self::Fault(fault),
            other => Self::Decision(other),
        }
    }
}

impl Ledger {
    /// Carries out a yes. `session` is the one the question was put to.
    pub async fn approve_interaction(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Answer>,
        interaction: &Interaction,
        session: &Session,
        approval: &Approval,
    ) -> Result<Issued, ApproveError> {
        let question = interaction.step.question().ok_or(ApproveError::Over)?;
        let scope = granted(question, approval.granted.as_ref())?;
        let request = &interaction.request;
        let client = self.recheck(tenant, request, &scope, session.subject).await??;
        interaction.is_of(&client)?;
        let ended = interaction
            .step
            .clone()
            .approve()
            .map_err(|_| ApproveError::Over)?;
        let ended = interaction.stepped(ended, None);
        let (ids, subject) = (self.ids(), session.subject);
        let validity = request.consent_lifetime(&client, &tenant.tenant);
        let agreement = ids.agreement(subject);
        let slot = |definition: &consentry_domain::DefinitionKey| Slot {
            subject,
            definition: definition.clone(),
            audience: Audience::Client(client.id.clone()),
            qualifier: request.qualifier(),
        };
        let command = client.is_third_party.then(|| Approve {
            act: act(
                self,
                tenant,
                permit,
                interaction,
                question,
                approval.request_id.clone(),
            ),
            agreement,
            application: client.application,
            client: client.id.clone(),
            qualifier: request.qualifier(),
            items: scope
                .values()
                .iter()
                .map(|definition| NewItem {
                    definition: definition.clone(),
                    consent: ids.consent(subject),
                    record: ids.record(subject),
                    wording: question.wording(definition).cloned(),
                })
                .collect(),
            left_out: Vec::new(),
            valid_until: Some(ids.now.plus(validity)),
            disclosure: Disclosure {
                details: request.details.clone(),
                ..disclosure(tenant, &client, question.texts())
            },
            accounts: approval
                .accounts
                .clone()
                .map_or_else(Accounts::default, Accounts::only),
        });
        let basis = Basis {
            client: &client,
            request,
            session,
            agreement: command.as_ref().map(|command| command.agreement),
            scope: &scope,
            until: command.as_ref().and_then(|command| command.valid_until),
        };
        let (issued, rows) = self.draw_grant(tenant, &basis, ids.now)?;
        let mut rows = Vec::from(rows);
        let mut expect = vec![interaction.unchanged()];
        // A client that is changed or removed meanwhile gets nothing more: what it had was just ended (TPA-CL-06).
        expect.extend(tenant.client_unchanged(&client.id));
        rows.push(ended.put()?);
        spend(approval.report.as_ref(), ids.now, &mut expect, &mut rows);
        self.spend_pushed(tenant, request, ids.now, (&mut expect, &mut rows))
            .await?;
        let slots: Vec<Slot> = scope.values().iter().map(slot).collect();
        let around = self
            .agreements_around(tenant, &slots.iter().collect::<Vec<_>>())
            .await?;
        let seeds = Seeds {
            agreements: around,
            slots,
            ..Seeds::default()
        };
        let done = self
            .carry_out(tenant, permit, seeds, |_before, now| {
                // Counted from the moment that will be its `created_at` (TPA-CO-03).
                let valid_until = Some(now.plus(validity));
                let approve = |command| {
                    Command::Approve(Approve {
                        valid_until,
                        ..command
                    })
                };
                Ok::<_, ApproveError>(Plan {
                    command: command.clone().map(approve),
                    rows: rows.clone(),
                    expect: expect.clone(),
                    ..Plan::default()
                })
            })
            .await;
        match done {
            Ok(_) => Ok(issued),
            Err(ApproveError::Fault(Fault::Conflict)) => Err(self.why_stale(tenant, interaction).await?),
            Err(error) => Err(error),
        }
    }

    /// A change that lost: against another answer to the same interaction, or against something else about the same consents.
    pub(super) async fn why_stale(
        &self,
        tenant: &TenantSnapshot,
        interaction: &Interaction,
    ) -> Result<ApproveError, Fault> {
        let now = self.interaction_by_hash(tenant, interaction.hash()).await?;
        let moved = now.is_none_or(|now| now.version() != interaction.version());
        Ok(if moved {
            ApproveError::Over
        } else {
            Fault::Conflict.into()
        })
    }
}

/// What is granted: a part of what was asked, always with `openid` where that was asked (TPA-CN-10).
fn granted(question: &Question, part: Option<&Scope>) -> Result<Scope, ApproveError> {
    let Some(part) = part else {
        return Ok(question.scope.clone());
    };
    if !part.is_within(&question.scope) {
        return Err(ApproveError::NotAsked);
    }
    let scope = question
        .scope
        .filter(|value| value.as_str() == Scope::OPENID || part.values().contains(value));
    if scope.is_empty() {
        Err(ApproveError::NotAsked)
    } else {
        Ok(scope)
    }
}

/// The act of will behind an answer.
pub(super) fn act(
    ledger: &Ledger,
    tenant: &TenantSnapshot,
    permit: &Permit<Answer>,
    interaction: &Interaction,
    question: &Question,
    request: Option<String>,
) -> Act {
    Act {
        decision: ledger.ids().decision(question.subject),
        subject: question.subject,
        door: Door::Authorization,
        actor: permit.caller().actor(),
        credential: permit.caller().credential(),
        texts: question.texts(),
        interaction: Some(interaction.trace(tenant)),
        request,
    }
}

/// The resume token that brought the browser here is used up with the answer.
pub(super) fn spend(
    report: Option<&super::Reported>,
    now: consentry_domain::Timestamp,
    expect: &mut Vec<Expect>,
    rows: &mut Vec<RowChange>,
) {
    let Some(row) = report.map(super::Reported::row) else {
        return;
    };
    expect.push(Expect::Unspent(row.hash, now));
    rows.push(RowChange::Put(Row::Token(TokenRow {
        consumed_at: Some(now),
        version: row.version.saturating_add(1),
        ..row.clone()
    })));
}
