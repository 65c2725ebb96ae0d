//! How we prove to a receiver who we are, where it wants more than signatures (consent-dashboard C4, consent-tokens-and-preferences 14).
//! It is told once and never shown again: at rest it is sealed, and it is in no log, export or event.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::Endpoint;
use crate::{environment::Entropy, error::Fault, sealing::TenantKeys};

/// Longest text of it, in bytes.
const LONGEST: usize = 1_024;

/// A name and a secret at the receiver.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Auth {
    /// HTTP Basic (RFC 7617).
    Basic {
        /// Name; holds no colon.
        username: String,
        /// Secret.
        password: String,
    },
    /// A bearer token that the receiver's authorization server gives us (RFC 6749 4.4); we authenticate there with HTTP Basic.
    ClientCredentials {
        /// Where tokens are fetched; `https`, and a public address.
        token_url: String,
        /// Our id there.
        client_id: String,
        /// Our secret there.
        client_secret: String,
        /// What we ask for; none: what we get without asking.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<String>,
    },
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Auth({}, …)", self.kind())
    }
}

impl Auth {
    /// Which kind, as set and shown.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Basic { .. } => "basic",
            Self::ClientCredentials { .. } => "client_credentials",
        }
    }

    /// Why it cannot be, with the place in the request.
    pub(super) fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let fits = |text: &str| (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control);
        match self {
            Self::Basic { username, .. } if !fits(username) || username.contains(':') => Err((
                "/auth/username",
                "must be 1 to 1024 bytes without control characters and colon",
            )),
            Self::Basic { password, .. } if !fits(password) => Err((
                "/auth/password",
                "must be 1 to 1024 bytes without control characters",
            )),
            Self::ClientCredentials { client_id, .. } if !fits(client_id) => Err((
                "/auth/client_id",
                "must be 1 to 1024 bytes without control characters",
            )),
            Self::ClientCredentials { client_secret, .. } if !fits(client_secret) => Err((
                "/auth/client_secret",
                "must be 1 to 1024 bytes without control characters",
            )),
            Self::ClientCredentials {
                scope: Some(scope), ..
            } if !fits(scope) => Err((
                "/auth/scope",
                "must be 1 to 1024 bytes without control characters",
            )),
            Self::ClientCredentials { token_url, .. } if token_url.len() > 2_048 => {
                Err(("/auth/token_url", "is longer than 2048 bytes"))
            }
            _ => Ok(()),
        }
    }
}

/// What a change makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AuthWish {
    /// It stays.
    #[default]
    Keep,
    /// Signatures are enough from now on.
    Remove,
    /// This one from now on.
    Set(Auth),
}

/// What is stored of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedAuth {
    /// Which kind, which may be shown.
    pub kind: String,
    /// Base64 of the sealed rest.
    pub sealed: String,
}

impl Endpoint {
    /// How we prove ourselves to its receiver.
    pub fn auth(&self, keys: &TenantKeys) -> Result<Option<Auth>, Fault> {
        let Some(stored) = &self.auth else { return Ok(None) };
        let unreadable = |why: String| Fault::Unreadable {
            what: "webhook credentials",
            why,
        };
        let sealed = STANDARD
            .decode(&stored.sealed)
            .map_err(|error| unreadable(error.to_string()))?;
        let plain = keys.open_private_key(&self.auth_label(), &sealed)?;
        // What is wrong with it is not said: the text of the error may hold a part of it.
        let auth =
            serde_json::from_slice(&plain).map_err(|_| unreadable("it is no JSON of ours".to_owned()))?;
        Ok(Some(auth))
    }

    pub(super) fn put_auth(
        &mut self,
        keys: &TenantKeys,
        entropy: &dyn Entropy,
        wish: &AuthWish,
    ) -> Result<(), Fault> {
        match wish {
            AuthWish::Keep => {}
            AuthWish::Remove => self.auth = None,
            AuthWish::Set(auth) => {
                let text = serde_json::to_vec(auth).map_err(|error| Fault::Unreadable {
                    what: "webhook credentials",
                    why: error.to_string(),
                })?;
                let text = zeroize::Zeroizing::new(text);
                let sealed = keys.seal_private_key(entropy, &self.auth_label(), &text);
                self.auth = Some(SealedAuth {
                    kind: auth.kind().to_owned(),
                    sealed: STANDARD.encode(sealed),
                });
            }
        }
        Ok(())
    }

    fn auth_label(&self) -> String {
        format!("webhook {} auth", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_debugged_holds_no_secret() {
        let auth = Auth::Basic {
            username: "name".to_owned(),
            password: "hunter2".to_owned(),
        };
        let shown = format!("{auth:?} {:?}", AuthWish::Set(auth.clone()));
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(auth.check(), Ok(()));
        let colon = Auth::Basic {
            username: "a:b".to_owned(),
            password: "c".to_owned(),
        };
        assert_eq!(colon.check().unwrap_err().0, "/auth/username");
    }
}
