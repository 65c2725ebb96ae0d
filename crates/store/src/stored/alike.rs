//! What rows that are read one after the other have in common.

use consentry_domain::{decision::Actor, definition::Wording};
use serde::de::DeserializeOwned;

/// Of the consents of one person: most were given to the same words by the same hand, and comparing texts takes far less than reading them.
#[derive(Debug, Default)]
pub struct Alike {
    pub(super) wording: Known<Wording>,
    pub(super) actor: Known<Actor>,
}

/// The last text that was read, and what it means.
#[derive(Debug)]
pub(super) struct Known<T>(Option<(String, T)>);

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: DeserializeOwned + Clone> Known<T> {
    /// What a text of JSON means; none where it means nothing.
    pub(super) fn read(&mut self, text: &str) -> Option<T> {
        match &self.0 {
            Some((known, value)) if known == text => Some(value.clone()),
            _ => {
                let value: T = serde_json::from_str(text).ok()?;
                self.0 = Some((text.to_owned(), value.clone()));
                Some(value)
            }
        }
    }
}
