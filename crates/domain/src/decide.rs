//! What a command means for the consents it touches. One file per kind of command; nothing here changes state.

mod accounts;
mod approve;
mod choose;
mod import;
mod import_agreement;
mod record;
mod renew;
mod settle;
mod stop;
mod withdraw;

use std::collections::BTreeMap;

use crate::{
    AgreementId, Command, Consent, ConsentId, DecisionId, DefinitionKey, Fact, RecordId, Status, SubjectId,
    Timestamp, Touched,
    apply::apply,
    command::{Act, Decline},
    consent::Ended,
    decision::{Actor, Decision, EndReason, Outcome},
    fact::ConsentFact,
    record::Record,
};

/// Rules a tenant can turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Definitions a bundle cannot do without: when one goes, the bundle ends.
    pub required: Vec<DefinitionKey>,
    /// Whether only the transitions of consent-api 10.1 `strict` are allowed.
    pub strict_transitions: bool,
    /// Whether the caller of a records command is privileged, for the cells of that table that ask.
    pub privileged: bool,
}

/// Why a command was refused. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// An approval of nothing.
    #[error("an approval needs at least one definition")]
    NothingApproved,
    /// The same definition twice in one approval.
    #[error("{0} is approved twice")]
    ApprovedTwice(DefinitionKey),
    /// An end that is not in the future.
    #[error("the end of a consent must lie in the future")]
    EndsBeforeItBegins,
    /// An answer other than pending without the words that were shown (consent-api 8.2 #5).
    #[error("an answer needs version and locale of the wording shown")]
    WordingMissing,
    /// No such record, or deleted.
    #[error("no record {0}")]
    NoRecord(RecordId),
    /// There is, or was, a record of this id.
    #[error("there is a record {0} already")]
    RecordExists(RecordId),
    /// There is an agreement of this id.
    #[error("there is an agreement {0} already")]
    AgreementExists(AgreementId),
    /// There is a consent of this id.
    #[error("there is a consent {0} already")]
    ConsentExists(ConsentId),
    /// Times that cannot be: changed before it was made, or in the future.
    #[error("a record is made first, changed then, and both before now")]
    ImpossibleTimes,
    /// No such agreement.
    #[error("no agreement {0}")]
    NoAgreement(AgreementId),
    /// An agreement that is over, or was replaced.
    #[error("agreement {0} is over")]
    AgreementOver(AgreementId),
    /// An agreement that was changed since it was looked at.
    #[error("agreement {0} was changed meanwhile")]
    AgreementChanged(AgreementId),
    /// An account beyond what the person agreed to, where the tenant does not allow to add any.
    #[error("accounts cannot be added to what was agreed to")]
    Widens,
    /// More accounts than one agreement names.
    #[error("an agreement names {} accounts at most", crate::Accounts::MOST)]
    TooManyAccounts,
    /// The subject of the act is not the subject of what it touches.
    #[error("the act is about another subject")]
    WrongSubject,
    /// A transition that the strict table does not know.
    #[error("a record cannot go from {from} to {to}")]
    IllegalTransition {
        /// The answer it gives.
        from: &'static str,
        /// The answer it was to give.
        to: &'static str,
    },
    /// A transition of the strict table that needs a privileged caller.
    #[error("going from {from} to {to} needs a privileged caller")]
    PrivilegeRequired {
        /// The answer it gives.
        from: &'static str,
        /// The answer it was to give.
        to: &'static str,
    },
}

/// What a command amounts to: facts in order, the decision first. Empty when nothing changes (EVT-10).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    /// The facts.
    pub facts: Vec<Fact>,
}

/// Decides what a command means. Pure: the same state, command, policy and time give the same facts.
pub fn decide(
    state: &Touched,
    command: &Command,
    policy: &Policy,
    now: Timestamp,
) -> Result<Decided, Rejection> {
    let mut draft = Draft::new(state, command.act(), policy, now);
    match command {
        Command::Approve(command) => draft.approve(command)?,
        Command::Decline(command) => draft.decline(command),
        Command::CreateRecord(command) => draft.create_record(command)?,
        Command::ImportRecord(command) => draft.import_record(command)?,
        Command::ImportAgreement(command) => draft.import_agreement(command)?,
        Command::ChangeRecord(command) => draft.change_record(command)?,
        Command::DeleteRecord(command) => draft.delete_record(command)?,
        Command::Stop(command) => draft.stop(command)?,
        Command::ChangeAccounts(command) => draft.change_accounts(command)?,
        Command::Renew(command) => draft.renew(command)?,
        Command::Report(command) => draft.report(command)?,
        Command::Withdraw(command) => draft.withdraw(command)?,
        Command::ChoosePurposes(command) => draft.choose_purposes(command)?,
    }
    Ok(Decided { facts: draft.facts })
}

/// A decision in the making: the state as it will be, and the facts that lead there.
struct Draft<'a> {
    state: Touched,
    act: &'a Act,
    policy: &'a Policy,
    now: Timestamp,
    facts: Vec<Fact>,
    /// What stood of each bundle when last looked at.
    stood: BTreeMap<AgreementId, Vec<DefinitionKey>>,
}

impl<'a> Draft<'a> {
    fn new(state: &Touched, act: &'a Act, policy: &'a Policy, now: Timestamp) -> Self {
        let standing = state.agreements.values();
        Self {
            stood: standing
                .map(|agreement| (agreement.id, settle::standing(state, agreement)))
                .collect(),
            state: state.clone(),
            act,
            policy,
            now,
            facts: Vec::new(),
        }
    }

    fn decline(&mut self, command: &Decline) {
        self.record_decision(Outcome::Declined, command.asked.clone());
    }

    fn push(&mut self, fact: Fact) {
        apply(&mut self.state, &fact);
        self.facts.push(fact);
    }

    fn record_decision(&mut self, outcome: Outcome, asked: Vec<DefinitionKey>) {
        self.record_decision_for(self.act.subject, outcome, asked);
    }

    /// As [`Self::record_decision`], told about one person. An act that concerns two is told about each, under the same id, so
    /// that what is known of one person never rests on what is kept about another.
    fn record_decision_for(&mut self, subject: SubjectId, outcome: Outcome, asked: Vec<DefinitionKey>) {
        let act = self.act;
        self.push(Fact::DecisionRecorded {
            decision: Decision {
                id: act.decision,
                subject,
                taken_at: self.now,
                door: act.door,
                actor: act.actor.clone(),
                credential: act.credential,
                outcome,
                asked,
                texts: act.texts.clone(),
                interaction: act.interaction.clone(),
                request: act.request.clone(),
            },
        });
    }

    /// The consent as this act leaves it, one version on.
    fn touched_by_act(&self, consent: &Consent) -> Consent {
        Consent {
            version: consent.version.saturating_add(1),
            door: self.act.door,
            actor: self.act.actor.clone(),
            decision: self.decision(),
            updated_at: self.now,
            ..consent.clone()
        }
    }

    const fn decision(&self) -> DecisionId {
        self.act.decision
    }

    fn ended(&self, reason: EndReason) -> Ended {
        Ended {
            at: self.now,
            reason,
            by: self.act.actor.clone(),
        }
    }

    /// Revokes a consent that still grants; others are left as they are. One whose time is over has ended already, and ends only once
    /// (enforcement-events-evidence EVT-11).
    fn revoke(&mut self, consent: &Consent, reason: EndReason) {
        let is_over = consent.state_at(self.now) == crate::consent::State::Expired;
        if is_over || !consent.status.is_granting() && consent.status != Status::Pending {
            return;
        }
        let revoked = Consent {
            status: Status::Revoked,
            ended: Some(self.ended(reason)),
            ..self.touched_by_act(consent)
        };
        self.push(Fact::ConsentRevoked(ConsentFact {
            consent: revoked,
            decides: false,
            record: None,
        }));
    }

    fn new_record(&self, id: RecordId, consent: &Consent) -> Record {
        Record {
            id,
            subject: consent.slot.subject,
            consent: consent.id,
            created_at: self.now,
            deleted: false,
        }
    }

    fn actor(&self) -> Actor {
        self.act.actor.clone()
    }
}
