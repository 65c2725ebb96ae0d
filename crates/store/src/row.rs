//! The rows of the ledger. Subject-owned rows begin with (shard, tenant); the shard follows from the id or hash in the key.

use std::fmt;

use consentry_domain::{
    AccountUses, Agreement, AgreementId, Consent, ConsentId, DeliveryId, EndpointId, EventId, GrantId,
    RecordId, Shard, Slot, SubjectId, Timestamp, Usage,
    decision::Door,
    grant::Grant,
    record::Record,
    subject::{Namespace, Subject},
};
use serde::{Deserialize, Serialize};

use crate::PreferenceRow;

pub use crate::record_key::RecordKey;

/// 32 bytes of SHA-256 or HMAC-SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hash([u8; 32]);

impl Hash {
    /// These bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The first 32 bytes of a slice; missing ones are zero.
    pub fn from_slice(slice: &[u8]) -> Self {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(slice) {
            *to = *from;
        }
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The shard of rows that are keyed by a hash.
    pub fn shard(&self) -> Shard {
        Shard::of_bytes(&self.0)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.0[..4] {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("…")
    }
}

/// Tables that are global, small, versioned and cached whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConfigurationKind {
    /// Tenants.
    Tenant,
    /// First parties' products.
    Application,
    /// Parties.
    Party,
    /// OAuth clients.
    Client,
    /// Definitions.
    Definition,
    /// Published wordings; one row per definition, locale and version.
    Localization,
    /// Signing keys with sealed private parts, and wrapped tenant keys.
    SigningKey,
    /// Directory entries of operators' and services' accounts.
    Principal,
    /// API credentials of data providers' back ends.
    ApiCredential,
    /// Where webhooks go, with sealed secrets.
    WebhookEndpoint,
    /// Pictures of those who ask, by the address each was fetched from.
    Logo,
    /// Sealed secrets that a first party makes consent links with.
    LinkSecret,
}

impl ConfigurationKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Tenant,
        Self::Application,
        Self::Party,
        Self::Client,
        Self::Definition,
        Self::Localization,
        Self::SigningKey,
        Self::Principal,
        Self::ApiCredential,
        Self::WebhookEndpoint,
        Self::Logo,
        Self::LinkSecret,
    ];

    /// The table's name.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Application => "application",
            Self::Party => "party",
            Self::Client => "client",
            Self::Definition => "definition",
            Self::Localization => "localization",
            Self::SigningKey => "signing_key",
            Self::Principal => "principal",
            Self::ApiCredential => "api_credential",
            Self::WebhookEndpoint => "webhook_endpoint",
            Self::Logo => "logo",
            Self::LinkSecret => "link_secret",
        }
    }
}

/// One row of configuration. The body is the JSON of the domain entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationRow {
    /// Which table.
    pub kind: ConfigurationKind,
    /// The tenant it belongs to.
    pub tenant: consentry_domain::TenantId,
    /// Key within tenant and kind.
    pub id: String,
    /// Raised by one with each change.
    pub version: u32,
    /// JSON of the entity.
    pub body: String,
}

/// A record with what it carries in bulk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// The handle.
    pub record: Record,
    /// Raised by one with each change.
    pub version: u32,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Identities as given, collaborators, texts, `data` and `consentContext`, sealed with the subject's key. None for records
    /// made by another door, whose content follows from the consent.
    pub sealed: Option<Vec<u8>>,
    /// What it can be searched by: kind and keyed hash of the canonical form.
    pub keys: Vec<(RecordKey, Hash)>,
}

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

/// An event as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Index in the tenant's log, dense from 0.
    pub index: u64,
    /// Identity.
    pub id: EventId,
    /// Name without prefix.
    pub kind: String,
    /// When it was recorded.
    pub at: Timestamp,
    /// Canonical leaf.
    pub leaf: Vec<u8>,
    /// Sealed body; none once erased.
    pub sealed: Option<Vec<u8>>,
    /// Salt in clear, only for events without a person.
    pub salt: Option<Hash>,
    /// Chain value after this event.
    pub chain: Hash,
    /// The person; none once erased.
    pub subject: Option<SubjectId>,
    /// The door; none once erased.
    pub door: Option<Door>,
}

/// What an event is about, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventHead {
    /// Index in the tenant's log.
    pub index: u64,
    /// Name without prefix.
    pub kind: String,
    /// The person; none once erased.
    pub subject: Option<SubjectId>,
}

/// Work that is due at a time and done by one node at a time. Whoever wants to do it writes itself in with the version it read
/// ([`Expect::At`](crate::Expect::At)), so of several only one does; what it writes while it holds the work expects the version it
/// wrote, so that a holder who was taken for dead changes nothing any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// What kind of work.
    pub kind: String,
    /// Which of this kind.
    pub key: String,
    /// Raised by one with each change.
    pub version: u32,
    /// Not to be done before.
    pub due_at: Timestamp,
    /// Who does it.
    pub holder: Option<String>,
    /// From this moment somebody else may.
    pub held_until: Option<Timestamp>,
    /// Failures since it last succeeded.
    pub attempts: u32,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// How far it has come: JSON whose shape depends on the kind.
    pub detail: String,
}

/// What has become of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Waits for its next attempt.
    Waiting,
    /// Somebody asked for it again; nobody has taken it up yet.
    Asked,
    /// The receiver took it.
    Delivered,
    /// Given up; kept to be asked for again.
    Parked,
}

impl DeliveryStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Asked, Self::Delivered, Self::Parked];

    /// The name as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Asked => "asked",
            Self::Delivered => "delivered",
            Self::Parked => "parked",
        }
    }

    /// The one with this stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// A message to an endpoint. It names its event; what the event says is rendered at each attempt and never stored here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Identity.
    pub id: DeliveryId,
    /// Raised by one with each change.
    pub version: u32,
    /// Whom it goes to.
    pub endpoint: EndpointId,
    /// Counts the endpoint's messages, in the order in which they go out.
    pub number: u64,
    /// The event.
    pub event: EventId,
    /// The event's index in the tenant's log.
    pub index: u64,
    /// The event's name without prefix.
    pub kind: String,
    /// What has become of it.
    pub status: DeliveryStatus,
    /// When it is next tried, while it waits.
    pub due_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    pub finished_at: Option<Timestamp>,
    /// What else belongs to it: JSON. Never a body and never a secret.
    pub detail: String,
}

/// How a consent was used. It tells what happened and decides nothing, so it is no part of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseRow {
    /// Which consent.
    pub consent: ConsentId,
    /// Raised by one with each change.
    pub version: u32,
    /// Whose.
    pub subject: SubjectId,
    /// How it was used.
    pub usage: Usage,
    /// The same for each account that was named.
    pub accounts: AccountUses,
}

/// Any row that a change set writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A consent.
    Consent(Consent),
    /// The deciding consent of a slot.
    Slot {
        /// The slot.
        slot: Slot,
        /// Its deciding consent.
        consent: ConsentId,
        /// Raised by one with each change.
        version: u32,
    },
    /// How a consent was used.
    Use(UseRow),
    /// An agreement; its items are written with it.
    Agreement(Agreement),
    /// A record.
    Record(RecordRow),
    /// A grant.
    Grant(Grant),
    /// A credential.
    Token(TokenRow),
    /// An interaction.
    Interaction(InteractionRow),
    /// A person.
    Subject(Subject),
    /// A name of a person.
    Alias(AliasRow),
    /// A login.
    Account(AccountRow),
    /// A wrapped key.
    SubjectKey(SubjectKeyRow),
    /// Configuration.
    Configuration(ConfigurationRow),
    /// Work that is due at a time.
    Job(JobRow),
    /// A message to an endpoint.
    Delivery(DeliveryRow),
    /// What a person chose at a preferences door.
    Preference(PreferenceRow),
}

impl Row {
    /// The key it is found by.
    pub fn key(&self) -> RowKey {
        match self {
            Self::Consent(row) => RowKey::Consent(row.id),
            Self::Slot { slot, .. } => RowKey::Slot(slot.clone()),
            Self::Use(row) => RowKey::Use(row.consent),
            Self::Agreement(row) => RowKey::Agreement(row.id),
            Self::Record(row) => RowKey::Record(row.record.subject.shard(), row.record.id),
            Self::Grant(row) => RowKey::Grant(row.id),
            Self::Token(row) => RowKey::Token(row.hash),
            Self::Interaction(row) => RowKey::Interaction(row.hash),
            Self::Subject(row) => RowKey::Subject(row.id),
            Self::Alias(row) => RowKey::Alias(row.hash),
            Self::Account(row) => RowKey::Account(row.subject),
            Self::SubjectKey(row) => RowKey::SubjectKey(row.subject),
            Self::Configuration(row) => RowKey::Configuration(row.kind, row.id.clone()),
            Self::Job(row) => RowKey::Job(row.kind.clone(), row.key.clone()),
            Self::Delivery(row) => RowKey::Delivery(row.id),
            Self::Preference(row) => RowKey::Preference(row.hash),
        }
    }

    /// Its version; rows that have none count as in version 1.
    pub const fn version(&self) -> u32 {
        match self {
            Self::Consent(row) => row.version,
            Self::Slot { version, .. } => *version,
            Self::Use(row) => row.version,
            Self::Agreement(row) => row.version,
            Self::Record(row) => row.version,
            Self::Grant(row) => row.version,
            Self::Token(row) => row.version,
            Self::Interaction(row) => row.version,
            Self::Subject(row) => row.version,
            Self::Alias(_) | Self::SubjectKey(_) => 1,
            Self::Account(row) => row.version,
            Self::Configuration(row) => row.version,
            Self::Job(row) => row.version,
            Self::Delivery(row) => row.version,
            Self::Preference(row) => row.version,
        }
    }
}

/// The key of any row, within the tenant of its change set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RowKey {
    /// A consent.
    Consent(ConsentId),
    /// A slot.
    Slot(Slot),
    /// How a consent was used.
    Use(ConsentId),
    /// An agreement.
    Agreement(AgreementId),
    /// A record, in the shard of its subject. There is one record of an id in a tenant: writing it with a subject of another
    /// shard moves it, and it is [absent](crate::Expect::Absent) only when it is in no shard.
    Record(Shard, RecordId),
    /// A grant.
    Grant(GrantId),
    /// A credential.
    Token(Hash),
    /// An interaction.
    Interaction(Hash),
    /// A person.
    Subject(SubjectId),
    /// A name of a person. Has no version and counts as in version 1.
    Alias(Hash),
    /// A login.
    Account(SubjectId),
    /// A wrapped key. Has no version and counts as in version 1.
    SubjectKey(SubjectId),
    /// Configuration.
    Configuration(ConfigurationKind, String),
    /// Work, by its kind and its key.
    Job(String, String),
    /// A message to an endpoint.
    Delivery(DeliveryId),
    /// What a person chose at a preferences door.
    Preference(Hash),
}
