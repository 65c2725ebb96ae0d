//! Values that a row keeps as JSON.

use serde::{Serialize, de::DeserializeOwned};

use crate::error::Fault;

/// Writes a value. `what` names it where it cannot be written.
pub(crate) fn to_json(value: &impl Serialize, what: &'static str) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Unreadable {
        what,
        why: error.to_string(),
    })
}

/// Reads what [`to_json`] wrote.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Unreadable {
        what,
        why: error.to_string(),
    })
}
