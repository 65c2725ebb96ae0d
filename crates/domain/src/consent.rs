//! One answer to one definition for one period of acceptance.

use serde::{Deserialize, Serialize};

use crate::{
    Actions, AgreementId, ConsentId, DecisionId, RecordId, Slot, Timestamp,
    decision::{Actor, Door, EndReason},
    definition::Wording,
};

/// What was last decided about a consent. Time is not in it: see [`State`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Asked for, not yet answered.
    Pending,
    /// Granted.
    Accepted,
    /// Refused when asked.
    Denied,
    /// Granted and later narrowed.
    Restricted,
    /// Withdrawn. Final for this consent.
    Revoked,
    /// Replaced by a newer consent of the same slot. Final.
    Superseded,
    /// The person's data key is destroyed. Final.
    Erased,
}

impl Status {
    /// All values, in the order of the state table.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Accepted,
        Self::Denied,
        Self::Restricted,
        Self::Revoked,
        Self::Superseded,
        Self::Erased,
    ];

    /// The name as stored and as used in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Denied => "denied",
            Self::Restricted => "restricted",
            Self::Revoked => "revoked",
            Self::Superseded => "superseded",
            Self::Erased => "erased",
        }
    }

    /// The status with this stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether one consent may go from this status to `next` (architecture, state table of consents). Everything else needs a
    /// new consent behind the same record.
    pub const fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::Erased, _) => false,
            (_, Self::Erased) => true,
            (Self::Pending, Self::Accepted | Self::Denied | Self::Revoked | Self::Superseded) => true,
            (Self::Accepted, Self::Restricted | Self::Revoked | Self::Superseded) => true,
            (Self::Restricted, Self::Accepted | Self::Revoked | Self::Superseded) => true,
            _ => false,
        }
    }

    /// Whether data may flow under this status, time aside.
    pub const fn is_granting(self) -> bool {
        matches!(self, Self::Accepted | Self::Restricted)
    }
}

/// What a consent is at a given moment: its status seen with the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// See [`Status::Pending`].
    Pending,
    /// Granted and in time.
    Accepted,
    /// See [`Status::Denied`].
    Denied,
    /// Granted, narrowed and in time.
    Restricted,
    /// See [`Status::Revoked`].
    Revoked,
    /// Granted once, and its end has been reached. No job needs to have run for this.
    Expired,
    /// See [`Status::Superseded`].
    Superseded,
    /// See [`Status::Erased`].
    Erased,
}

/// How a consent came to its end, beside when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: EndReason,
    /// By whom.
    pub by: Actor,
}

/// One answer to one definition. Its id is also the `tid` of portable tokens, so a renewed acceptance after an end is always a
/// new consent: no old token revives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Identity.
    pub id: ConsentId,
    /// What it answers, for whom.
    pub slot: Slot,
    /// Raised by one with each event.
    pub version: u32,
    /// What was last decided.
    pub status: Status,
    /// The words that were shown; none while pending without a prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<Wording>,
    /// The door of its last change.
    pub door: Door,
    /// Who took the last decision.
    pub actor: Actor,
    /// The decision that last changed it.
    pub decision: DecisionId,
    /// The stable handle it stands behind.
    pub record: RecordId,
    /// The bundle it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<AgreementId>,
    /// When it was first written.
    pub created_at: Timestamp,
    /// When it last changed, at whatever door.
    pub updated_at: Timestamp,
    /// From when it counts; none until granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// Until when; at this moment it no longer counts. None: until withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// Its end, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// The only actions it allows; none: all that its definition has, now and later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<Actions>,
}

impl Consent {
    /// What this consent is at `now`. Expiry is this comparison and nothing else: at `valid_until` it is over (TPA-CO-03).
    pub fn state_at(&self, now: Timestamp) -> State {
        let over = self.valid_until.is_some_and(|until| now >= until);
        match self.status {
            Status::Pending => State::Pending,
            Status::Accepted | Status::Restricted if over => State::Expired,
            Status::Accepted => State::Accepted,
            Status::Restricted => State::Restricted,
            Status::Denied => State::Denied,
            Status::Revoked => State::Revoked,
            Status::Superseded => State::Superseded,
            Status::Erased => State::Erased,
        }
    }

    /// Whether this consent is in force at `now` for every action of its definition, so that somebody who cannot say which may rely
    /// on it.
    pub fn is_in_force_for_all(&self, now: Timestamp) -> bool {
        self.actions.is_none() && self.is_in_force(now)
    }

    /// Whether data may flow under this consent at `now`.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        matches!(self.state_at(now), State::Accepted | State::Restricted)
    }
}
