//! What is known of a person beside what they decided: names, login, data key.

use consentry_domain::{SubjectId, Timestamp, subject::Namespace};

use super::Hash;

/// A name of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasRow {
    /// Keyed hash of name space and value.
    pub hash: Hash,
    /// Name space.
    pub namespace: Namespace,
    /// Whose.
    pub subject: SubjectId,
    /// The value, sealed with the subject's key.
    pub sealed: Vec<u8>,
    /// When it was first seen.
    pub created_at: Timestamp,
}

/// How a person logs in here, and where they are reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Whose.
    pub subject: SubjectId,
    /// Raised by one with each change.
    pub version: u32,
    /// PHC string of the password; none where there is no password login.
    pub password_hash: Option<String>,
    /// Whether logging in is refused.
    pub disabled: bool,
    /// Applications the person is registered with (TPA-FL-01).
    pub applications: Vec<consentry_domain::ApplicationId>,
    /// Where the person is reached, sealed with their key; none where nobody said.
    pub contact: Option<Vec<u8>>,
    /// The passkeys they log in with, sealed with their key; none where there are none.
    pub passkeys: Option<Vec<u8>>,
    /// The accounts the person has at the data provider, sealed with their key; none where the provider named none.
    pub holdings: Option<Vec<u8>>,
    /// What clients may be told of the person, sealed with their key; none where nothing is known.
    pub profile: Option<Vec<u8>>,
}

/// The wrapped data key of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectKeyRow {
    /// Whose.
    pub subject: SubjectId,
    /// The key, wrapped by the tenant key.
    pub wrapped: Vec<u8>,
}
