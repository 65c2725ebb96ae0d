//! A mail with a one-time code.

use consentry_store::Hash;
use serde::{Deserialize, Serialize};

use crate::{
    environment::Entropy,
    opaque::{base64url, from_base64url},
    sealing::Key,
};

/// What the sealed code is bound to, beside the key and its row.
const BOUND: &[u8] = b"consentry/v1/one-time code";

/// A code on its way to a person. Until it is sent it is kept sealed with the person's key; the row that it can be used with keeps its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeMail {
    /// The row that knows the code.
    pub token: Hash,
    /// The code, sealed; base64url.
    sealed: String,
}

impl CodeMail {
    pub(crate) fn sealed(token: Hash, code: &str, key: &Key, entropy: &dyn Entropy) -> Self {
        let sealed = key.seal(entropy, &bound(token), code.as_bytes());
        Self {
            token,
            sealed: base64url(&sealed),
        }
    }

    /// The code; none where the key is another one.
    pub(super) fn open(&self, key: &Key) -> Option<String> {
        let sealed = from_base64url(&self.sealed)?;
        let code = key.open(&bound(self.token), &sealed).ok()?;
        String::from_utf8(code).ok()
    }
}

fn bound(token: Hash) -> Vec<u8> {
    [BOUND, token.as_bytes()].concat()
}
