//! Which table a row is in, and its key as the table's statements take it.

use consentry_domain::{Shard, TenantId};
use consentry_store::{ConfigurationKind, Hash, RowKey};
use uuid::Uuid;

use crate::{
    columns::{Cell, Columns},
    statements as sql,
};

/// A table of rows that a change set can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Table {
    Consent,
    Slot,
    Use,
    Agreement,
    Record,
    Grant,
    Token,
    Interaction,
    Subject,
    Alias,
    Account,
    SubjectKey,
    Configuration(ConfigurationKind),
    Job,
    Delivery,
    Preference,
}

impl Table {
    pub(crate) const fn of(key: &RowKey) -> Self {
        match key {
            RowKey::Consent(_) => Self::Consent,
            RowKey::Slot(_) => Self::Slot,
            RowKey::Use(_) => Self::Use,
            RowKey::Agreement(_) => Self::Agreement,
            RowKey::Record(..) => Self::Record,
            RowKey::Grant(_) => Self::Grant,
            RowKey::Token(_) => Self::Token,
            RowKey::Interaction(_) => Self::Interaction,
            RowKey::Subject(_) => Self::Subject,
            RowKey::Alias(_) => Self::Alias,
            RowKey::Account(_) => Self::Account,
            RowKey::SubjectKey(_) => Self::SubjectKey,
            RowKey::Configuration(kind, _) => Self::Configuration(*kind),
            RowKey::Job(..) => Self::Job,
            RowKey::Delivery(_) => Self::Delivery,
            RowKey::Preference(_) => Self::Preference,
        }
    }

    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Slot => "slot",
            Self::Use => "consent_use",
            Self::Agreement => "agreement",
            Self::Record => "record",
            Self::Grant => "oauth_grant",
            Self::Token => "token",
            Self::Interaction => "interaction",
            Self::Subject => "subject",
            Self::Alias => "subject_alias",
            Self::Account => "account",
            Self::SubjectKey => "subject_key",
            Self::Configuration(kind) => kind.table(),
            Self::Job => "job",
            Self::Delivery => "delivery",
            Self::Preference => "preference",
        }
    }

    /// The statement that answers versions.
    pub(crate) const fn versions(self) -> &'static str {
        match self {
            Self::Consent => sql::CONSENT_VERSIONS,
            Self::Slot => sql::SLOT_VERSIONS,
            Self::Use => sql::USE_VERSIONS,
            Self::Agreement => sql::AGREEMENT_VERSIONS,
            Self::Record => sql::RECORD_PLACES,
            Self::Grant => sql::GRANT_VERSIONS,
            Self::Token => sql::TOKEN_VERSIONS,
            Self::Interaction => sql::INTERACTION_VERSIONS,
            Self::Subject => sql::SUBJECT_VERSIONS,
            Self::Alias => sql::ALIAS_VERSIONS,
            Self::Account => sql::ACCOUNT_VERSIONS,
            Self::SubjectKey => sql::SUBJECT_KEY_VERSIONS,
            Self::Configuration(kind) => sql::configuration(kind).versions,
            Self::Job => sql::JOB_VERSIONS,
            Self::Delivery => sql::DELIVERY_VERSIONS,
            Self::Preference => sql::PREFERENCE_VERSIONS,
        }
    }

    /// The statement that removes rows.
    pub(crate) const fn delete(self) -> &'static str {
        match self {
            Self::Consent => sql::CONSENTS_DELETE,
            Self::Slot => sql::SLOTS_DELETE,
            Self::Use => sql::USES_DELETE,
            Self::Agreement => sql::AGREEMENTS_DELETE,
            Self::Record => sql::RECORDS_DELETE,
            Self::Grant => sql::GRANTS_DELETE,
            Self::Token => sql::TOKENS_DELETE,
            Self::Interaction => sql::INTERACTIONS_DELETE,
            Self::Subject => sql::SUBJECTS_DELETE,
            Self::Alias => sql::ALIASES_DELETE,
            Self::Account => sql::ACCOUNTS_DELETE,
            Self::SubjectKey => sql::SUBJECT_KEYS_DELETE,
            Self::Configuration(kind) => sql::configuration(kind).delete,
            Self::Job => sql::JOBS_DELETE,
            Self::Delivery => sql::DELIVERIES_DELETE,
            Self::Preference => sql::PREFERENCES_DELETE,
        }
    }
}

/// Adds a key as the statements of its table take it.
pub(crate) fn push<'a>(columns: &mut Columns<'a>, tenant: TenantId, key: &'a RowKey) {
    let mut by_id = |shard: Shard, id: Uuid| {
        columns.push([Cell::shard(shard), Cell::id(tenant.uuid()), Cell::id(id)]);
    };
    match key {
        RowKey::Consent(id) | RowKey::Use(id) => by_id(id.shard(), id.uuid()),
        RowKey::Agreement(id) => by_id(id.shard(), id.uuid()),
        RowKey::Record(shard, id) => by_id(*shard, id.uuid()),
        RowKey::Grant(id) => by_id(id.shard(), id.uuid()),
        RowKey::Subject(id) | RowKey::Account(id) | RowKey::SubjectKey(id) => by_id(id.shard(), id.uuid()),
        RowKey::Token(hash) | RowKey::Interaction(hash) | RowKey::Alias(hash) | RowKey::Preference(hash) => {
            push_hash(columns, tenant, hash);
        }
        RowKey::Slot(slot) => columns.push([
            Cell::shard(slot.subject.shard()),
            Cell::id(tenant.uuid()),
            Cell::id(slot.subject.uuid()),
            Cell::text(slot.definition.as_str()),
            Cell::text(slot.audience.kind()),
            Cell::owned_text(slot.audience.text()),
            Cell::text(slot.qualifier.as_str()),
        ]),
        RowKey::Configuration(_, id) => columns.push([Cell::id(tenant.uuid()), Cell::text(id)]),
        RowKey::Job(kind, key) => {
            columns.push([Cell::id(tenant.uuid()), Cell::text(kind), Cell::text(key)]);
        }
        RowKey::Delivery(id) => columns.push([Cell::id(tenant.uuid()), Cell::id(id.uuid())]),
    }
}

/// Adds a key that is a hash.
pub(crate) fn push_hash<'a>(columns: &mut Columns<'a>, tenant: TenantId, hash: &'a Hash) {
    columns.push([
        Cell::shard(hash.shard()),
        Cell::id(tenant.uuid()),
        Cell::hash(hash),
    ]);
}
