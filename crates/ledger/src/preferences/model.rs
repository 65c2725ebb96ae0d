//! What is kept of people at the preferences door, as it is sealed.

use std::collections::BTreeMap;

pub use consentry_domain::tenant::{Validation, ValidationMethod as Method, Validations};
use consentry_domain::{DecisionId, SubjectId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

pub use super::proof::KeptProof;

/// Free-form members.
pub type Members = Map<String, Value>;

/// A switch as it was sent: left out, `null`, or decided.
pub type Switch = Option<Option<bool>>;

fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Switch, D::Error> {
    Option::<bool>::deserialize(deserializer).map(Some)
}

/// What a person chose (consent-tokens-and-preferences 5.3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Purposes, in the order of their first appearance.
    #[serde(default)]
    pub purposes: Vec<PurposeChoice>,
    /// Channels that belong to no purpose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChannelChoice>,
    /// Vendors.
    #[serde(default)]
    pub vendors: Vendors,
    /// An IAB TCF string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcfcs: Option<String>,
}

/// What was chosen about one purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurposeChoice {
    /// Which.
    pub id: String,
    /// Consent.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub enabled: Switch,
    /// Legitimate interest; `false`: the person objected.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub enabled_li: Switch,
    /// Whether its switch answered preferences below it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub propagation: bool,
    /// Free-form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Members>,
    /// Values of preferences, by their ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, ValueChoice>,
    /// The deprecated form of preferences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preferences: Vec<NestedChoice>,
    /// The deprecated form of channels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChannelChoice>,
}

/// Values of one preference, separated by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueChoice {
    /// The ids; empty: nothing is chosen.
    pub value: String,
    /// Whether the switch of the purpose set it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub from_propagation: bool,
}

/// A preference in the deprecated form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NestedChoice {
    /// Which.
    pub id: String,
    /// Whether it is on.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub enabled: Switch,
    /// Free-form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Members>,
    /// Its channels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChannelChoice>,
}

/// A channel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelChoice {
    /// Which.
    pub id: String,
    /// Whether it is on.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub enabled: Switch,
    /// Free-form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Members>,
}

/// Vendors by what was said about them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendors {
    /// Consent.
    #[serde(default)]
    pub enabled: Vec<String>,
    /// No consent.
    #[serde(default)]
    pub disabled: Vec<String>,
    /// Legitimate interest.
    #[serde(default)]
    pub enabled_li: Vec<String>,
    /// Objection.
    #[serde(default)]
    pub disabled_li: Vec<String>,
}

const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Somebody who acts for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegate {
    /// By what the first party knows them.
    pub id: String,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Free-form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Members>,
}

/// What has become of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// It counts.
    Confirmed,
    /// It waits for approval.
    PendingApproval,
    /// It was refused.
    Rejected,
    /// Nobody approved it in time.
    Expired,
}

impl EventStatus {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::PendingApproval => "pending_approval",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }
}

/// That somebody decided about one way in which an event is validated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Whether they approved.
    pub is_approved: bool,
    /// When.
    pub at: Timestamp,
    /// Who: a mail address, or an API key.
    pub by: String,
}

/// What an event says about the person themself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventUser {
    /// Merged into that of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Members>,
    /// Country of the person, two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Country of the event, two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen_country: Option<String>,
    /// What kind of name the first party knows the person by, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_user_id_type: Option<String>,
}

/// An event (5.1), as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventBody {
    /// By what it is asked for.
    pub id: String,
    /// Counts the events of the person in the order in which they came.
    pub number: u64,
    /// The decision that it is in the log: made with it, recorded there when it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
    /// When the choice was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Since when it counts (6.5).
    pub applied_at: Timestamp,
    /// What has become of it.
    pub status: EventStatus,
    /// Under which regulation.
    pub regulation: String,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Free-form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Members>,
    /// About the person.
    #[serde(default)]
    pub user: EventUser,
    /// What was chosen.
    pub choices: Choices,
    /// Who acted for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegate: Option<Delegate>,
    /// What was asked before it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validations: Option<Validations>,
    /// From this moment nobody can approve it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_until: Option<Timestamp>,
    /// What was decided about it so far, by way.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub decided: BTreeMap<Method, Decided>,
    /// Files that are kept with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<KeptProof>,
    /// Whether it is what was written about the person directly: it counts, and is never listed (6.2).
    #[serde(default, skip_serializing_if = "is_false")]
    pub hidden: bool,
}

impl EventBody {
    /// Ways that it waits for and about which nobody has decided.
    pub fn open_methods(&self) -> Vec<Method> {
        let asked = self.validations.iter().flatten();
        asked
            .filter(|(method, validation)| validation.holds_back() && !self.decided.contains_key(method))
            .map(|(method, _)| *method)
            .collect()
    }

    /// What has become of it, seen with the clock.
    pub fn status_at(&self, now: Timestamp) -> EventStatus {
        let is_over = self.approval_until.is_some_and(|until| until <= now);
        match self.status {
            EventStatus::PendingApproval if is_over => EventStatus::Expired,
            status => status,
        }
    }
}

/// What the events of a person come to, and when each purpose was last answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    /// By regulation.
    pub statuses: BTreeMap<String, FoldedChoices>,
    /// Free-form.
    #[serde(default)]
    pub metadata: Members,
    /// Country of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Country of the last event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen_country: Option<String>,
    /// What kind of name the first party knows the person by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_user_id_type: Option<String>,
    /// What was switched by events that wait for approval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
}

/// A purpose that an event switches once it is approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Which.
    pub purpose: String,
    /// Under which regulation.
    pub regulation: String,
    /// From this moment nobody can approve it any more; none: it waits until somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// What the events under one regulation come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoldedChoices {
    /// The choices.
    pub choices: Choices,
    /// When each purpose was last switched.
    pub switched_at: BTreeMap<String, Timestamp>,
}

/// A person, as they are sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonBody {
    /// The first of their devices, by which they are shown.
    pub id: String,
    /// All of them.
    pub devices: Vec<String>,
    /// By what the first party knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_user_id: Option<String>,
    /// Devices that were people of their own before: whatever the log says of those is theirs too, and goes with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absorbed: Vec<SubjectId>,
    /// When anything about them last changed.
    pub updated_at: Timestamp,
    /// Number of the next event.
    pub next: u64,
    /// What their events come to.
    pub folded: Folded,
}
