//! What a link may do that a first party makes by itself (consent-tokens-and-preferences 9).

use serde::{Deserialize, Serialize};

use crate::decision::named_enum;

/// Longest event, in bytes.
const LONGEST: usize = 8 * 1024;

named_enum! {
    /// What a link does with its event.
    LinkAction {
        /// Records it.
        Create = "event.create",
        /// Lays it over one that is there.
        Update = "event.update",
    }
}

/// One thing that links may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkEvent {
    /// What it does with the event.
    pub action: LinkAction,
    /// The event as links have it, in JSON. Which event it is about (`id`) is each link's own.
    pub event: String,
}

impl LinkEvent {
    /// Whether it can be what a link has.
    pub(super) fn is_object(&self) -> bool {
        let text = self.event.trim();
        text.starts_with('{') && text.ends_with('}') && text.len() <= LONGEST
    }
}
