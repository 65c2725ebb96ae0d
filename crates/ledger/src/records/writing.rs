//! What creating, changing and deleting records have in common.

use consentry_domain::{
    DefinitionKey, RecordId, Rejection, SubjectId, Timestamp,
    command::{Act, Answer},
    decision::{Actor, Door, Role, TextShown},
    definition::Wording,
};
use consentry_store::TouchedRows;

use super::{
    details::Details,
    identity::Identity,
    requester::Requester,
    rules::{Attribute, Invalid, Wrong},
    view::Revision,
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Caller, Denied},
    carry_out::{RecordBulk, Updated},
    error::{DecisionError, Fault},
};

/// Why a record was not written. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum WriteRecordError {
    /// No such record, or it is deleted or erased.
    #[error("no such record")]
    NotFound,
    /// It is somebody else's.
    #[error("the record is somebody else's")]
    NotOwner,
    /// Only a privileged requester may do this.
    #[error("{what} needs a privileged requester")]
    PrivilegeRequired {
        /// What was wanted.
        what: String,
    },
    /// It is not what the request says it must be still.
    #[error("the record is no longer what it was when it was read")]
    Precondition,
    /// Rules of consent-api 8.2 are broken.
    #[error("the record breaks {} rules", .0.len())]
    Invalid(Vec<Invalid>),
    /// The strict table of consent-api 10.1 does not know this change.
    #[error("a record cannot go from {from} to {to}")]
    IllegalTransition {
        /// The answer it gives.
        from: &'static str,
        /// The answer it was to give.
        to: &'static str,
    },
    /// The record was changed since it was looked at; look again and decide again.
    #[error("the record was changed since it was read")]
    Changed,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DecisionError> for WriteRecordError {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Rejected(rejection) => rejection.into(),
            DecisionError::Denied(denied) => denied.into(),
            DecisionError::Fault(fault) => Self::Fault(fault),
            DecisionError::Spent | DecisionError::Repeated { .. } => Self::Changed,
        }
    }
}

impl From<Denied> for WriteRecordError {
    fn from(denied: Denied) -> Self {
        Self::PrivilegeRequired {
            what: denied.action.to_owned(),
        }
    }
}

impl From<Rejection> for WriteRecordError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::NoRecord(_) => Self::NotFound,
            Rejection::WrongSubject => Self::Changed,
            Rejection::WordingMissing => Self::Invalid(vec![Invalid {
                attribute: Attribute::Version,
                wrong: Wrong::Missing,
            }]),
            Rejection::IllegalTransition { from, to } => Self::IllegalTransition { from, to },
            Rejection::PrivilegeRequired { from, to } => Self::PrivilegeRequired {
                what: format!("going from {from} to {to}"),
            },
            other @ (Rejection::NothingApproved
            | Rejection::ApprovedTwice(_)
            | Rejection::EndsBeforeItBegins
            | Rejection::RecordExists(_)
            | Rejection::AgreementExists(_)
            | Rejection::ConsentExists(_)
            | Rejection::ImpossibleTimes
            | Rejection::NoAgreement(_)
            | Rejection::AgreementOver(_)
            | Rejection::AgreementChanged(_)
            | Rejection::Widens
            | Rejection::TooManyAccounts) => Self::Fault(Fault::Unreadable {
                what: "record command",
                why: other.to_string(),
            }),
        }
    }
}

/// One act of will at this door.
pub(crate) struct ActOf<'a> {
    pub requester: &'a Requester,
    /// The person the record is about.
    pub subject: SubjectId,
    pub actor: Actor,
    pub wording: Option<(&'a DefinitionKey, &'a Wording)>,
    pub request: Option<&'a str>,
}

impl Ledger {
    pub(crate) fn record_act(&self, tenant: &TenantSnapshot, of: &ActOf<'_>) -> Act {
        Act {
            decision: self.ids().decision(of.subject),
            subject: of.subject,
            door: Door::Records,
            actor: of.actor.clone(),
            credential: of.requester.caller().credential(),
            texts: texts_shown(tenant, of.wording),
            interaction: None,
            request: of.request.map(str::to_owned),
        }
    }

    /// The bulk of a record, sealed for the person whose record it will be.
    pub(crate) async fn sealed_bulk(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        record: RecordId,
        details: &Details,
    ) -> Result<RecordBulk, Fault> {
        let key = self
            .subject_key(tenant, subject)
            .await?
            .ok_or(Fault::Unreadable {
                what: "subject key",
                why: "the person has none".to_owned(),
            })?;
        Ok(RecordBulk {
            sealed: Some(details.seal(&key, self.entropy(), record)?),
            keys: details.keys(tenant),
            updated: Updated::Now,
        })
    }
}

/// The words a record tells of, where they are known here.
pub(crate) fn texts_shown(
    tenant: &TenantSnapshot,
    wording: Option<(&DefinitionKey, &Wording)>,
) -> Vec<TextShown> {
    let shown = wording.and_then(|(definition, wording)| {
        Some(TextShown {
            definition: definition.clone(),
            version: wording.version,
            locale: wording.locale.clone(),
            digest: tenant.wording_digest(definition, wording)?,
        })
    });
    shown.into_iter().collect()
}

/// The state a record is in.
pub(crate) fn revision(
    rows: &TouchedRows,
    id: RecordId,
    now: Timestamp,
) -> Result<Revision, WriteRecordError> {
    let row = rows.records.get(&id).filter(|row| !row.record.deleted);
    row.zip(rows.touched.behind(id))
        .and_then(|(row, consent)| Revision::of(row, consent, now))
        .ok_or(WriteRecordError::NotFound)
}

/// Who took the decision that a record tells of: the person, somebody acting for them, or, where the actor is nobody known, the
/// requester.
pub(crate) fn actor(requester: &Requester, subject: SubjectId, actor: Option<&Identity>) -> Actor {
    match actor.and_then(|actor| actor.person) {
        Some(person) if person == subject => Actor::subject(subject),
        Some(person) => Actor {
            role: Role::Delegate,
            subject: Some(person),
            name: None,
        },
        None => match requester.caller() {
            Caller::Subject { subject: person, .. } if *person != subject => Actor {
                role: Role::Staff,
                subject: Some(*person),
                name: None,
            },
            caller => caller.actor(),
        },
    }
}

/// When an acceptance written now ends: where the definition says so.
pub(crate) fn valid_until(
    tenant: &TenantSnapshot,
    definition: &DefinitionKey,
    answer: Answer,
    now: Timestamp,
) -> Option<Timestamp> {
    let lifetime = tenant
        .definitions
        .get(definition)?
        .lifetime
        .filter(|lifetime| lifetime.as_seconds() > 0)?;
    (answer == Answer::Accepted).then(|| now.plus(lifetime))
}
