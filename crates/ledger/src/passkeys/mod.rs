//! Passkeys (Web Authentication Level 3): how a person gets one, uses it, and takes it away again.
//!
//! A passkey belongs to an account and is kept there, sealed with the person's key. It is found by the handle that the authenticator keeps with
//! it, which is the person's id encrypted for this one purpose: nobody has to say a name, and nobody learns from us who has a passkey.
//!
//! A challenge lives five minutes and is answered once. Nothing is written when it is drawn: it is a keyed hash of what the browser keeps in a
//! cookie, which says when that was. What is written is that it was answered, in the very commit that follows from the answer, so that the
//! database refuses the second of two however many nodes there are.
//!
//! What may not live here: HTTP, and what a page looks like. Our own reading of answers instead of a library's: see ADR 0009.

mod answer;
mod cbor;
mod ceremony;
mod keep;
mod key;

pub use answer::Place;
pub use ceremony::Ceremony;
pub use keep::{Passkey, RemovePasskeyError};
pub use key::ALGORITHMS;

use consentry_domain::Lifetime;

use crate::error::Fault;

/// How long a challenge can be answered.
pub const GOOD_FOR: Lifetime = Lifetime::minutes(5);

/// How long after proving who they are somebody may add a passkey.
pub const RECENT: Lifetime = Lifetime::minutes(10);

/// Most passkeys of a person.
pub const MOST: usize = 20;

/// Longest name of a passkey, in characters.
pub const LONGEST_NAME: usize = 60;

/// Why a passkey was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// It is not one of this person here, or the answer is not sound. One answer for all.
    #[error("the passkey was not accepted")]
    Refused,
    /// The challenge was answered before, is too old, or is not of this browser.
    #[error("there is no challenge that could be answered")]
    Over,
    /// The person has to prove anew who they are before they add one.
    #[error("the login is not recent enough")]
    NotRecent,
    /// The person has as many as can be.
    #[error("there are {MOST} passkeys already")]
    TooMany,
    /// Too many failures; wait.
    #[error("too many failures; wait {seconds} s")]
    Throttled {
        /// Seconds until the next try is looked at.
        seconds: i64,
    },
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Whether a text can be read as the answer to making a passkey, and to using one: for whoever feeds both with bytes that nobody thought of.
/// What follows from an answer, and whether its signature is right, is asked elsewhere.
pub fn can_be_read(answer: &str, challenge: &[u8], place: Place<'_>) -> (bool, bool) {
    (
        answer::made(answer, challenge, place).is_ok(),
        answer::used(answer, challenge, place).is_ok(),
    )
}
