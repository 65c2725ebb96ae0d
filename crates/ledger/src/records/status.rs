//! Statuses beyond the four (consent-api 19, no. 1): opaque names that an operator configured, each of them one of the four answers
//! to everybody but this door.

use consentry_domain::{command::Answer, tenant::RecordsSettings};
use serde::{Deserialize, Serialize};

use super::view::Revision;

/// What a record says of itself: its answer, and the name it has for it where that is none of the four.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordStatus {
    /// What it means, here and at every other door.
    pub answer: Answer,
    /// The name beyond the four.
    pub additional: Option<String>,
}

impl RecordStatus {
    /// The status with this name on the wire, where there is one; exact case.
    pub fn from_name(settings: &RecordsSettings, name: &str) -> Option<Self> {
        let additional = || {
            let answer = *settings.additional_statuses.get(name)?;
            Some(Self {
                answer,
                additional: Some(name.to_owned()),
            })
        };
        Answer::from_name(name).map(Self::from).or_else(additional)
    }

    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        self.additional.as_deref().unwrap_or(self.answer.as_str())
    }

    /// As it is kept with a record whose row has this version.
    pub(crate) fn kept(&self, record_version: u32) -> Option<KeptStatus> {
        let name = self.additional.clone()?;
        Some(KeptStatus {
            name,
            answer: self.answer,
            record_version,
        })
    }
}

impl From<Answer> for RecordStatus {
    fn from(answer: Answer) -> Self {
        Self {
            answer,
            additional: None,
        }
    }
}

/// A name as sealed with a record. It is the record's until something else is decided, wherever that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptStatus {
    name: String,
    answer: Answer,
    /// The row it was written with; a later one has another consent behind it, or was written without the name.
    record_version: u32,
}

impl KeptStatus {
    /// The status of a record in this state, given what is kept with it.
    pub(crate) fn of(kept: Option<&Self>, revision: Revision) -> RecordStatus {
        let holds = |kept: &&Self| {
            kept.answer == revision.answer() && kept.record_version == revision.record_version()
        };
        RecordStatus {
            answer: revision.answer(),
            additional: kept.filter(holds).map(|kept| kept.name.clone()),
        }
    }
}
