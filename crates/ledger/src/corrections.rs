//! What a change set makes stale in the memory of this node.

use consentry_domain::{GrantId, RecordId, SubjectId, TenantId};
use consentry_store::{ChangeSet, Expect, Hash, Row, RowChange, RowKey};

use crate::ledger::Inner;

/// The things a change set touches or rests on.
#[derive(Debug, Default)]
pub(crate) struct Corrections {
    subjects: Vec<SubjectId>,
    keys: Vec<SubjectId>,
    tokens: Vec<Hash>,
    grants: Vec<GrantId>,
    names: Vec<Hash>,
    records: Vec<RecordId>,
    configuration: bool,
}

impl Corrections {
    pub(crate) fn of(change: &ChangeSet) -> Self {
        let mut own = Self::default();
        for row in &change.rows {
            match row {
                RowChange::Put(row) => own.note_row(row),
                RowChange::Delete(key) => own.note_key(key),
            }
        }
        own.configuration = change.rows.iter().any(is_configuration);
        for expected in &change.expect {
            match expected {
                Expect::Absent(key) | Expect::At(key, _) => own.note_key(key),
                Expect::Unspent(hash, _) => own.tokens.push(*hash),
            }
        }
        own.subjects.sort_unstable();
        own.subjects.dedup();
        own
    }

    /// Whether configuration is among them.
    pub(crate) const fn configuration(&self) -> bool {
        self.configuration
    }

    pub(crate) fn apply(&self, inner: &Inner, tenant: TenantId) {
        for subject in &self.subjects {
            inner.consent_sets.correct(&(tenant, *subject));
            inner.records.correct_person(tenant, *subject);
        }
        for subject in &self.keys {
            inner.subject_keys.correct(&(tenant, *subject));
        }
        for hash in &self.tokens {
            inner.tokens.correct(&(tenant, *hash));
        }
        for hash in &self.names {
            inner.names.correct(&(tenant, *hash));
        }
        for id in &self.records {
            inner.records.correct_record(tenant, *id);
        }
        for grant in &self.grants {
            inner.grants.correct(&(tenant, *grant));
        }
    }

    fn note_row(&mut self, row: &Row) {
        match row {
            Row::Consent(consent) => self.subjects.push(consent.slot.subject),
            Row::Slot { slot, .. } => self.subjects.push(slot.subject),
            Row::Record(row) => self.records.push(row.record.id),
            Row::Grant(grant) => self.grants.push(grant.id),
            Row::Token(token) => self.tokens.push(token.hash),
            Row::Alias(alias) => self.names.push(alias.hash),
            Row::SubjectKey(key) => self.keys.push(key.subject),
            Row::Agreement(_)
            | Row::Interaction(_)
            | Row::Subject(_)
            | Row::Account(_)
            | Row::Configuration(_) => {}
        }
    }

    /// A consent's key does not name its person, but its slot or record is always named beside it.
    fn note_key(&mut self, key: &RowKey) {
        match key {
            RowKey::Slot(slot) => self.subjects.push(slot.subject),
            RowKey::Record(_, id) => self.records.push(*id),
            RowKey::Grant(id) => self.grants.push(*id),
            RowKey::Token(hash) => self.tokens.push(*hash),
            RowKey::Alias(hash) => self.names.push(*hash),
            RowKey::SubjectKey(subject) => self.keys.push(*subject),
            RowKey::Consent(_)
            | RowKey::Agreement(_)
            | RowKey::Interaction(_)
            | RowKey::Subject(_)
            | RowKey::Account(_)
            | RowKey::Configuration(..) => {}
        }
    }
}

const fn is_configuration(row: &RowChange) -> bool {
    matches!(
        row,
        RowChange::Put(Row::Configuration(_)) | RowChange::Delete(RowKey::Configuration(..))
    )
}
