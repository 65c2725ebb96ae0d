//! What is asked of a choice before it counts (consent-tokens-and-preferences 7.3).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Ways to validate an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValidationMethod {
    /// A mail to the person.
    Email,
    /// A signature of the person.
    Signature,
    /// A document of the person.
    File,
}

impl ValidationMethod {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Signature => "signature",
            Self::File => "file",
        }
    }
}

/// What is asked of one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validation {
    /// Whether it is asked.
    pub enabled: bool,
    /// Whether somebody must approve.
    #[serde(default = "yes")]
    pub approval: bool,
}

const fn yes() -> bool {
    true
}

impl Validation {
    /// Whether an event waits for it.
    pub const fn holds_back(self) -> bool {
        self.enabled && self.approval
    }
}

/// What is asked, by way.
pub type Validations = BTreeMap<ValidationMethod, Validation>;
