//! What opens something for a while: credentials, and visits of browsers. The values themselves are never stored.

use consentry_domain::{GrantId, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};

use super::Hash;

/// Kinds of stored credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Authorization code.
    Code,
    /// Refresh token.
    Refresh,
    /// An access token that was revoked by itself, by its `jti`.
    RevokedAccess,
    /// Session at the hosted pages.
    Session,
    /// Browser binding of an interaction that was answered by a back end (third-party-authorization A.8.7).
    Resume,
    /// One-time token that opens the dashboard.
    EmbedTicket,
    /// Page session of the dashboard.
    PageSession,
    /// What a page in a browser opens an event stream with.
    EventTicket,
    /// Reference to an authorization request that was handed in beforehand (RFC 9126).
    PushedRequest,
    /// `jti` of an assertion that a client proved itself with, so that nobody does again (RFC 7523).
    ClientAssertion,
    /// A code that is sent to a person and used once, by the browser that asked for it.
    OneTimeCode,
    /// Session of a back end at the preferences door, by its `jti`.
    ApiSession,
    /// What a person's browser reads and writes their preferences with, by its `jti`.
    Preference,
    /// That a person's preferences were deleted: what was issued to them before opens nothing.
    PreferenceEnd,
    /// A challenge that a passkey answered, so that none does again.
    PasskeyChallenge,
    /// A link with which somebody decides once about what a person chose.
    Approval,
    /// A link that records or corrects what a person chose when it is opened.
    ConsentLink,
    /// The challenge of a proof key whose code was redeemed, so that a client that always has the same one is noticed (RFC 9700 2.1.1).
    RedeemedChallenge,
}

impl TokenKind {
    /// All kinds.
    pub const ALL: [Self; 18] = [
        Self::Code,
        Self::Refresh,
        Self::RevokedAccess,
        Self::Session,
        Self::Resume,
        Self::EmbedTicket,
        Self::PageSession,
        Self::EventTicket,
        Self::PushedRequest,
        Self::ClientAssertion,
        Self::OneTimeCode,
        Self::ApiSession,
        Self::Preference,
        Self::PreferenceEnd,
        Self::PasskeyChallenge,
        Self::Approval,
        Self::ConsentLink,
        Self::RedeemedChallenge,
    ];

    /// The name as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Refresh => "refresh",
            Self::RevokedAccess => "revoked_access",
            Self::Session => "session",
            Self::Resume => "resume",
            Self::EmbedTicket => "embed_ticket",
            Self::PageSession => "page_session",
            Self::EventTicket => "event_ticket",
            Self::PushedRequest => "pushed_request",
            Self::ClientAssertion => "client_assertion",
            Self::OneTimeCode => "one_time_code",
            Self::ApiSession => "api_session",
            Self::Preference => "preference",
            Self::PreferenceEnd => "preference_end",
            Self::PasskeyChallenge => "passkey_challenge",
            Self::Approval => "approval",
            Self::ConsentLink => "consent_link",
            Self::RedeemedChallenge => "redeemed_challenge",
        }
    }

    /// The kind with this stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A stored credential. The value itself is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// SHA-256 of the value, or of the `jti`.
    pub hash: Hash,
    /// What it opens.
    pub kind: TokenKind,
    /// Raised by one with each change.
    pub version: u32,
    /// The person, where there is one.
    pub subject: Option<SubjectId>,
    /// The client or credential it was issued to.
    pub client: Option<String>,
    /// The token family.
    pub grant: Option<GrantId>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// From this moment it is over.
    pub expires_at: Timestamp,
    /// When it was used, for those that are used once.
    pub consumed_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Failed uses so far.
    pub failures: u32,
    /// What else belongs to it: JSON whose shape depends on the kind. Never a secret in clear.
    pub detail: String,
}

/// One visit of a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InteractionRow {
    /// SHA-256 of the handle.
    pub hash: Hash,
    /// Raised by one with each change.
    pub version: u32,
    /// SHA-256 over the browser's binding value, by which its interactions are counted.
    pub browser: Hash,
    /// The person, once known.
    pub subject: Option<SubjectId>,
    /// From this moment it is over.
    pub expires_at: Timestamp,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Whether it has come to an end: approved, declined or cancelled.
    pub terminal: bool,
    /// Frozen parameters, step and bindings as JSON. Never a secret in clear.
    pub detail: String,
}
