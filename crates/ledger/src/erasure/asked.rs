//! How a deletion is asked for, and why it is not done.

use consentry_domain::{SubjectId, decision::Door};

use super::Erasure;
use crate::{
    Ledger, TenantSnapshot,
    access::{Administer, Permit, Target, authorize},
    erasure::FollowErasures,
    error::{DecisionError, Fault},
    holds::Held,
    once::Outcome,
    preferences::PreferenceError,
    restriction::RestrictionError,
};

/// How a deletion is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// Where.
    pub door: Door,
    /// The id of the request.
    pub request: Option<String>,
    /// By what whoever asks finds it again.
    pub reference: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Whether it is done whatever holds what is known of the person.
    pub despite_holds: bool,
}

impl Terms {
    /// A deletion that a request asks for at a door.
    pub fn at(door: Door, request: Option<&str>) -> Self {
        Self {
            door,
            request: request.map(str::to_owned),
            reference: None,
            reason: None,
            despite_holds: false,
        }
    }
}

/// What an administrator says with a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureWish {
    /// Why, for the log; it is unreadable with everything else of the person.
    pub reason: String,
    /// By what it is found again, in the certificate too. It is to say nothing of the person.
    pub reference: Option<String>,
}

/// Why nobody was deleted.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// There is nobody like that.
    #[error("there is nobody like that")]
    Nobody,
    /// Something holds what is known of the person.
    #[error("a legal hold forbids it")]
    Held(Held),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DecisionError> for ErasureError {
    fn from(error: DecisionError) -> Self {
        Self::Fault(match error {
            DecisionError::Fault(fault) => fault,
            DecisionError::Denied(_)
            | DecisionError::Rejected(_)
            | DecisionError::Spent
            | DecisionError::Repeated { .. } => Fault::Conflict,
        })
    }
}

impl From<PreferenceError> for ErasureError {
    fn from(error: PreferenceError) -> Self {
        match error {
            PreferenceError::NotFound => Self::Nobody,
            PreferenceError::Held(held) => Self::Held(held),
            PreferenceError::Fault(fault) => fault.into(),
            PreferenceError::Conflict(_) | PreferenceError::Forbidden(_) | PreferenceError::Invalid(_) => {
                Fault::Conflict.into()
            }
        }
    }
}

impl Ledger {
    /// Deletes a person at every door; true where that is new. Whoever is deleted already is told what became of it.
    pub async fn erase_person(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Administer>,
        subject: SubjectId,
        (wish, request): (&ErasureWish, &str),
    ) -> Result<(Erasure, bool), ErasureError> {
        let follow = authorize::<FollowErasures>(permit.caller(), Target::Tenant);
        let follow = follow.map_err(|_| Fault::Conflict)?;
        if let Some(known) = self.erasure(tenant, &follow, subject).await? {
            return Ok((known, false));
        }
        match self.somebody(tenant, subject).await {
            Ok(_) => {}
            Err(RestrictionError::Nobody) => return Err(ErasureError::Nobody),
            Err(RestrictionError::Fault(fault)) => return Err(fault.into()),
        }
        self.leads_to(Outcome::made(subject.to_string()));
        let terms = Terms {
            reference: wish.reference.clone(),
            reason: Some(wish.reason.clone()),
            ..Terms::at(Door::Operator, Some(request))
        };
        self.erase_everywhere(tenant, permit, subject, &terms).await?;
        let begun = self.erasure(tenant, &follow, subject).await?;
        Ok((begun.ok_or(ErasureError::Nobody)?, true))
    }
}
