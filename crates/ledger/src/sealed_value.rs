//! Values that are kept as sealed JSON: in a row of their own, in a column, or in the detail of a token.

use consentry_store::Hash;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    environment::Entropy,
    error::Fault,
    opaque::{base64url, from_base64url},
    sealing::Key,
    stored_json::{from_json, to_json},
};

impl Key {
    /// Seals a value, bound to the place it is kept at. `what` names it where it cannot be written.
    pub(crate) fn seal_value(
        &self,
        entropy: &dyn Entropy,
        place: &[u8],
        value: &impl Serialize,
        what: &'static str,
    ) -> Result<Vec<u8>, Fault> {
        Ok(self.seal(entropy, place, to_json(value, what)?.as_bytes()))
    }

    /// Opens what [`Self::seal_value`] made for this place.
    pub(crate) fn open_value<T: DeserializeOwned>(
        &self,
        place: &[u8],
        sealed: &[u8],
        what: &'static str,
    ) -> Result<T, Fault> {
        let bytes = self.open(place, sealed)?;
        serde_json::from_slice(&bytes).map_err(|error| Fault::Unreadable {
            what,
            why: error.to_string(),
        })
    }
}

/// The detail of a token of which nothing is to be read without the person's key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SealedDetail {
    sealed: String,
}

impl SealedDetail {
    /// The detail of the token under this hash.
    pub(crate) fn text(
        key: &Key,
        entropy: &dyn Entropy,
        hash: Hash,
        value: &impl Serialize,
        what: &'static str,
    ) -> Result<String, Fault> {
        let sealed = key.seal_value(entropy, hash.as_bytes(), value, what)?;
        let sealed = base64url(&sealed);
        to_json(&Self { sealed }, what)
    }

    /// Opens it.
    pub(crate) fn open<T: DeserializeOwned>(
        detail: &str,
        key: &Key,
        hash: Hash,
        what: &'static str,
    ) -> Result<T, Fault> {
        let Self { sealed } = from_json(detail, what)?;
        let sealed = from_base64url(&sealed).ok_or_else(|| Fault::Unreadable {
            what,
            why: "it is not base64url".to_owned(),
        })?;
        key.open_value(hash.as_bytes(), &sealed, what)
    }
}
