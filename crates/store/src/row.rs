//! The rows of the ledger. Subject-owned rows begin with (shard, tenant); the shard follows from the id or hash in the key.

mod configuration;
mod hash;
mod person;
mod token;
mod work;

use consentry_domain::{
    AccountUses, Agreement, AgreementId, Consent, ConsentId, DeliveryId, EventId, GrantId, RecordId, Shard,
    Slot, SubjectId, Timestamp, Usage, decision::Door, grant::Grant, record::Record, subject::Subject,
};

use crate::PreferenceRow;

pub use self::{
    configuration::{ConfigurationKind, ConfigurationRow},
    hash::Hash,
    person::{AccountRow, AliasRow, SubjectKeyRow},
    token::{InteractionRow, TokenKind, TokenRow},
    work::{DeliveryRow, DeliveryStatus, JobRow},
};
pub use crate::record_key::RecordKey;

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
