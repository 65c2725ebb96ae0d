//! What people chose, written into a folder by itself (consent-tokens-and-preferences 15).

use serde::{Deserialize, Serialize};

use crate::{Lifetime, decision::named_enum};

/// Most exports that are kept.
const MOST_KEPT: u32 = 1_000;

named_enum! {
    /// What is written.
    ExportedData {
        /// People as they stand.
        Users = "users",
        /// What they chose, event by event.
        Events = "events",
    }
}

/// When and where exports are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchExports {
    /// Absolute path of a folder of the machine that serves; each export is a folder within, named after its time.
    pub folder: String,
    /// Seconds between the beginnings of two exports: a day, from an hour to 31 days.
    #[serde(default = "a_day")]
    pub every: Lifetime,
    /// What is written: people.
    #[serde(default = "people")]
    pub data: Vec<ExportedData>,
    /// How many exports are kept: 14, at most 1,000.
    #[serde(default = "a_fortnight")]
    pub keep: u32,
}

const fn a_day() -> Lifetime {
    Lifetime::days(1)
}

fn people() -> Vec<ExportedData> {
    vec![ExportedData::Users]
}

const fn a_fortnight() -> u32 {
    14
}

impl BatchExports {
    /// Why they cannot be written; none where they can.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        let mut parts = self.folder.split('/');
        if !self.folder.starts_with('/') || parts.any(|part| part == ".." || part.contains('\0')) {
            return Some("must have a folder that is an absolute path");
        }
        if !(3_600..=31 * 86_400).contains(&self.every.as_seconds()) {
            return Some("must be from an hour to 31 days apart");
        }
        if self.data.is_empty() {
            return Some("must have data: users, events or both");
        }
        if !(1..=MOST_KEPT).contains(&self.keep) {
            return Some("must keep 1 to 1,000");
        }
        None
    }
}
