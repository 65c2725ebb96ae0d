//! JSON Web Signature, Encryption, Key and Key Set (RFC 7515, 7516, 7517, 7518, 7519, 7638) with keys parsed once.
//!
//! What lives here: signing and verifying compact JWS with RS256 and ES256, opening compact JWE, making those
//! under a shared secret, public JWKs and their
//! thumbprints, sets of keys with lookup by `kid`, and the check of the registered claims.
//!
//! What may not: a clock, the network, storage, and any meaning of a token. A caller says what it expects; nothing in a
//! token chooses how it is verified, and `jku`, `jwk`, `x5u` and `x5c` are never followed.

pub mod encoding;

mod algorithm;
mod claims;
mod compact;
mod comparison;
mod encryption;
mod jwk;
mod key_set;
mod modulus;
mod shared_secret;
mod signing;
mod strict;
mod verifying;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use claims::{Claims, ClaimsError, Validation};
pub use compact::{DEFAULT_MAX_LEN, Header, Limits, Unverified, decode};
pub use comparison::constant_time_eq;
pub use encryption::{
    Acceptance, ContentEncryption, DecryptError, DecryptionKey, DirectError, DirectKey, DirectToken,
    KeyEncryption, NoDirectKey, UnknownEncryption, decrypt, is_encrypted,
};
pub use jwk::{Jwk, JwkError, Jwks, KeyType, MAX_KEYS};
pub use key_set::{Expectations, KeySet, Verified, VerifyError};
pub use shared_secret::{SHORTEST_SHARED_SECRET, verify_shared_secret};
pub use signing::{EncodedHeader, SignError, SigningKey};
pub use strict::{NotStrict, strict_object};
pub use verifying::{KeyError, VerifyingKey};
