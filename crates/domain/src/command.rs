//! What may be asked of the rules. A command names everything it needs: new ids included, time excepted.

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Accounts, Actions, AgreementId, ApplicationId, ClientId, ConsentId, DecisionId, DefinitionKey,
    Qualifier, RecordId, Slot, SubjectId, Timestamp,
    agreement::Disclosure,
    consent::Ended,
    decision::{Actor, CredentialKind, Door, EndReason, TextShown},
    definition::Wording,
};

/// The act of will behind a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Identity of the decision to be recorded.
    pub decision: DecisionId,
    /// Whose data.
    pub subject: SubjectId,
    /// Where.
    pub door: Door,
    /// By whom.
    pub actor: Actor,
    /// With what kind of credential.
    pub credential: CredentialKind,
    /// The words on the screen.
    pub texts: Vec<TextShown>,
    /// Keyed hash of the interaction.
    pub interaction: Option<String>,
    /// Request id.
    pub request: Option<String>,
}

/// One scope or source granted within an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// What is granted.
    pub definition: DefinitionKey,
    /// Identity of the new consent.
    pub consent: ConsentId,
    /// Identity of its new record.
    pub record: RecordId,
    /// The words shown for it.
    pub wording: Option<Wording>,
}

/// A person says yes to a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approve {
    /// The act.
    pub act: Act,
    /// Identity of the new agreement.
    pub agreement: AgreementId,
    /// The first party's product.
    pub application: ApplicationId,
    /// Who receives it.
    pub client: ClientId,
    /// What keeps the slots apart.
    pub qualifier: Qualifier,
    /// What is granted, in the order it was asked; at least one.
    pub items: Vec<NewItem>,
    /// What was asked in the same question and not granted.
    pub left_out: Vec<DefinitionKey>,
    /// One end for all; none until withdrawn.
    pub valid_until: Option<Timestamp>,
    /// What the person was told about the asker.
    pub disclosure: Disclosure,
    /// The accounts it is about.
    pub accounts: Accounts,
}

/// A person says no on a hosted page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decline {
    /// The act.
    pub act: Act,
    /// What was asked.
    pub asked: Vec<DefinitionKey>,
}

/// The four answers a records client can write (consent-api 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Asked for, not yet answered.
    Pending,
    /// Granted.
    Accepted,
    /// Refused.
    Denied,
    /// Granted earlier, then withdrawn.
    Revoked,
}

/// A records client makes a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateRecord {
    /// The act.
    pub act: Act,
    /// Identity of the record.
    pub record: RecordId,
    /// Identity of its first consent.
    pub consent: ConsentId,
    /// What it answers, for whom.
    pub slot: Slot,
    /// The answer.
    pub answer: Answer,
    /// The words shown; demanded for every answer but pending.
    pub wording: Option<Wording>,
    /// When the acceptance ends, where the definition says so.
    pub valid_until: Option<Timestamp>,
    /// The only actions it is about; none: all.
    pub actions: Option<Actions>,
}

/// The operator takes a record over that another system kept. It is what a record would be that had been made here when it was made
/// there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// The act of taking it over; the decision it tells of was taken elsewhere.
    pub act: Act,
    /// Identity of the record, as the other system gave it.
    pub record: RecordId,
    /// Identity of the consent behind it.
    pub consent: ConsentId,
    /// What it answers, for whom.
    pub slot: Slot,
    /// The answer.
    pub answer: Answer,
    /// The words shown; demanded for every answer but pending.
    pub wording: Option<Wording>,
    /// When the acceptance ends, where the definition says so. It may be over already.
    pub valid_until: Option<Timestamp>,
    /// When it was made there; decides which of several records of a slot counts.
    pub created_at: Timestamp,
    /// When it last changed there; not before it was made, and not in the future.
    pub updated_at: Timestamp,
    /// The only actions it is about; none: all.
    pub actions: Option<Actions>,
}

/// The operator takes an agreement over that another system kept. It is what an agreement would be that had been made here when it was
/// made there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportAgreement {
    /// The act of taking it over; the decision it tells of was taken elsewhere.
    pub act: Act,
    /// Identity of the agreement, as the other system gave it.
    pub agreement: AgreementId,
    /// The first party's product.
    pub application: ApplicationId,
    /// Who receives the data.
    pub client: ClientId,
    /// What keeps the slots apart.
    pub qualifier: Qualifier,
    /// What was granted, in the order it was asked; at least one.
    pub items: Vec<NewItem>,
    /// When it was made there.
    pub created_at: Timestamp,
    /// When it last changed there; not before it was made, and not in the future.
    pub updated_at: Timestamp,
    /// One end for all; it may be over already. None until withdrawn.
    pub valid_until: Option<Timestamp>,
    /// Its end there, once there was one; not before it was made, and not in the future.
    pub ended: Option<Ended>,
    /// What the person is told about the asker.
    pub disclosure: Disclosure,
    /// The accounts it is about.
    pub accounts: Accounts,
}

/// A records client changes a record; everything is given as it shall be. The act is about the person the record is about now;
/// the slot may name another, to whom it moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRecord {
    /// The act.
    pub act: Act,
    /// Which record.
    pub record: RecordId,
    /// Identity of a new consent, used if one becomes necessary.
    pub consent: ConsentId,
    /// What it shall answer, for whom.
    pub slot: Slot,
    /// The answer it shall give.
    pub answer: Answer,
    /// The words it shall refer to.
    pub wording: Option<Wording>,
    /// When a new acceptance ends.
    pub valid_until: Option<Timestamp>,
    /// The only actions it shall be about; none: all.
    pub actions: Option<Actions>,
    /// Whether what the record carries in bulk changes, so that the change is an event even if nothing else does.
    pub bulk_changed: bool,
}

/// A records client deletes a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteRecord {
    /// The act.
    pub act: Act,
    /// Which record.
    pub record: RecordId,
}

/// Somebody ends agreements as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The act.
    pub act: Act,
    /// Which agreements.
    pub agreements: Vec<AgreementId>,
    /// Why.
    pub reason: EndReason,
}

/// A person takes accounts off an agreement or puts them back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeAccounts {
    /// The act.
    pub act: Act,
    /// Which agreement.
    pub agreement: AgreementId,
    /// The version the person looked at; none where they did not say.
    pub version: Option<u32>,
    /// Accounts, and whether each shall be shared. Others stay as they are.
    pub set: Vec<(AccountId, bool)>,
    /// Whether accounts that nothing was said about shall be shared; none leaves it.
    pub others: Option<bool>,
    /// The accounts that the person has.
    pub held: Vec<AccountId>,
    /// Whether the person may add accounts to what they agreed to at first.
    pub may_widen: bool,
}

/// A person lets an agreement go on for longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renew {
    /// The act.
    pub act: Act,
    /// Which agreement.
    pub agreement: AgreementId,
    /// Its new end, later than the one it has.
    pub valid_until: Timestamp,
}

/// A person says that they do not recognise an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The act.
    pub act: Act,
    /// Which agreement.
    pub agreement: AgreementId,
}

/// Somebody takes single consents back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdraw {
    /// The act.
    pub act: Act,
    /// Which consents; those that do not grant any more are left as they are.
    pub consents: Vec<ConsentId>,
    /// Why.
    pub reason: EndReason,
}

/// What a person said about one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposeAnswer {
    /// The purpose, for the tenant itself.
    pub slot: Slot,
    /// Yes, no, or nothing any more.
    pub answer: Option<bool>,
    /// When that was said.
    pub said_at: Timestamp,
    /// Identity of a new consent, used if one becomes necessary.
    pub consent: ConsentId,
    /// Identity of its record.
    pub record: RecordId,
    /// The words it was asked with.
    pub wording: Option<Wording>,
    /// When a new acceptance ends.
    pub valid_until: Option<Timestamp>,
}

/// What a person chose at the preferences door comes to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoosePurposes {
    /// The act.
    pub act: Act,
    /// What was named, whether or not it changes anything.
    pub named: Vec<DefinitionKey>,
    /// What it comes to, purpose by purpose.
    pub answers: Vec<PurposeAnswer>,
    /// Consents to what lies below a purpose, each with that purpose: they end when it is switched off.
    pub below: Vec<(DefinitionKey, ConsentId)>,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// See [`Approve`].
    Approve(Approve),
    /// See [`Decline`].
    Decline(Decline),
    /// See [`CreateRecord`].
    CreateRecord(CreateRecord),
    /// See [`ImportRecord`].
    ImportRecord(ImportRecord),
    /// See [`ImportAgreement`].
    ImportAgreement(ImportAgreement),
    /// See [`ChangeRecord`].
    ChangeRecord(ChangeRecord),
    /// See [`DeleteRecord`].
    DeleteRecord(DeleteRecord),
    /// See [`Stop`].
    Stop(Stop),
    /// See [`ChangeAccounts`].
    ChangeAccounts(ChangeAccounts),
    /// See [`Renew`].
    Renew(Renew),
    /// See [`Report`].
    Report(Report),
    /// See [`Withdraw`].
    Withdraw(Withdraw),
    /// See [`ChoosePurposes`].
    ChoosePurposes(ChoosePurposes),
}

impl Command {
    /// The act of will behind it.
    pub const fn act(&self) -> &Act {
        match self {
            Self::Approve(command) => &command.act,
            Self::Decline(command) => &command.act,
            Self::CreateRecord(command) => &command.act,
            Self::ImportRecord(command) => &command.act,
            Self::ImportAgreement(command) => &command.act,
            Self::ChangeRecord(command) => &command.act,
            Self::DeleteRecord(command) => &command.act,
            Self::Stop(command) => &command.act,
            Self::ChangeAccounts(command) => &command.act,
            Self::Renew(command) => &command.act,
            Self::Report(command) => &command.act,
            Self::Withdraw(command) => &command.act,
            Self::ChoosePurposes(command) => &command.act,
        }
    }
}
