//! Codes that are sent to a person and used once.
//!
//! What lives here: drawing a code, keeping what it can be recognised by, sending it, and using it once. A code is good in the browser that
//! asked for it only, which keeps its handle, or for the name that it was asked for; each try is counted in the ledger before it is judged, so that no number of nodes or of
//! simultaneous requests gives more of them. What may not live here: pages, and what a code is good for beside its [`Purpose`].

mod redeem;
mod send;
#[cfg(test)]
mod tests;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_domain::{Lifetime, subject::Alias};
use consentry_store::Hash;
use serde::{Deserialize, Serialize};

pub use self::{redeem::RedeemError, send::SendError};
use crate::{
    Opaque,
    environment::{Draw as _, Entropy},
    rates::Rate,
    sealing::TenantKeys,
};

/// How long a code for signing in is good.
pub const GOOD_FOR: Lifetime = Lifetime::minutes(10);

/// Tries of one code.
pub const TRIES: u32 = 5;

/// Digits of a code for signing in.
pub const DIGITS: usize = 8;

/// Codes that are sent to one person for one purpose within [`Purpose::counted_within`].
const MOST_SENT: u32 = 5;

/// What a code is good for; one for something else is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Signing in at the hosted pages.
    SignIn,
    /// Opening one's own preferences (consent-tokens-and-preferences 10).
    Preferences,
}

impl Purpose {
    /// The name as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Preferences => "preferences",
        }
    }

    /// Within this time what is sent is counted (for preferences: consent-tokens-and-preferences 2.8).
    pub(crate) const fn counted_within(self) -> Lifetime {
        match self {
            Self::SignIn => Lifetime::minutes(15),
            Self::Preferences => Lifetime::minutes(60),
        }
    }

    /// What is asked for from one network is counted so.
    const fn rate(self) -> Rate {
        match self {
            Self::SignIn => Rate::Codes,
            Self::Preferences => Rate::PreferenceMails,
        }
    }

    /// Digits of a code.
    pub const fn digits(self) -> usize {
        match self {
            Self::SignIn => DIGITS,
            Self::Preferences => 6,
        }
    }

    /// How long a code is good.
    pub const fn good_for(self) -> Lifetime {
        match self {
            Self::SignIn => GOOD_FOR,
            Self::Preferences => Lifetime::minutes(5),
        }
    }
}

/// What the row of a code says beside its own columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Detail {
    purpose: Purpose,
    /// Keyed hash over handle and code; base64url.
    code: String,
}

/// A code of so many digits, each as likely as any other.
fn draw(entropy: &dyn Entropy, long: usize) -> String {
    let mut code = String::with_capacity(long);
    while code.len() < long {
        let random: [u8; 16] = entropy.bytes();
        // 250 and more would make the lower digits likelier.
        let digits = random.iter().filter(|byte| **byte < 250);
        let digits = digits.map(|byte| char::from(b'0' + byte % 10));
        code.extend(digits.take(long - code.len()));
    }
    code
}

/// The handle of a name: nobody outside can tell it, and whoever has to know it counts it anew.
pub(crate) fn handle_of(keys: &TenantKeys, name: &Alias) -> Opaque {
    let named = format!("{}:{}", name.namespace.as_str(), name.value);
    let hash: Hash = keys.lookup("one-time code of a name", &named);
    Opaque::received(&format!("on_{}", URL_SAFE_NO_PAD.encode(hash.as_bytes())))
}

/// What a code is recognised by: bound to the handle, so that it is good for no other.
fn recognised_by(keys: &TenantKeys, handle: &Opaque, code: &str) -> String {
    let hash: Hash = keys.lookup("one-time code", &format!("{} {code}", handle.expose()));
    URL_SAFE_NO_PAD.encode(hash.as_bytes())
}
