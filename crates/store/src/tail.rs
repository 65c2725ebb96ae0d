//! What other processes wrote into a store that is shared: the tail that a node follows, so that its memory does not grow old.

use consentry_domain::{GrantId, RecordId, SubjectId, TenantId};

use crate::{
    change::{ChangeSet, Expect, RowChange},
    row::{Hash, Row, RowKey},
};

/// A place in the order in which a shared store became what it is. Only the engine that gave it can read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TailPlace {
    /// Which order it is a place in: places of two orders cannot be compared.
    pub era: u64,
    /// Where in it.
    pub number: u64,
}

/// What was written elsewhere after a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tail {
    /// What became stale, by tenant. The same may be told twice; what is told once too often is only read again.
    pub stale: Vec<(TenantId, Touches)>,
    /// Whether something may have been written that cannot be told any more, so that everything has to be read again.
    pub missed: bool,
    /// Where to go on.
    pub place: TailPlace,
}

/// The things a change set touches or rests on, which a memory of them must read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touches {
    /// People whose consents, bundles or state changed.
    pub subjects: Vec<SubjectId>,
    /// People whose data key changed.
    pub keys: Vec<SubjectId>,
    /// Credentials.
    pub tokens: Vec<Hash>,
    /// Grants.
    pub grants: Vec<GrantId>,
    /// Names of people.
    pub names: Vec<Hash>,
    /// Records.
    pub records: Vec<RecordId>,
    /// People of whom something changed that only what is told of them shows: their account, when their data was used, what they chose
    /// beside consents. What a node keeps of it ends by itself within a second, so other nodes are not told.
    pub shown: Vec<SubjectId>,
    /// Whether configuration is among them.
    pub configuration: bool,
    /// Whether somebody's data became unreadable.
    pub erases: bool,
}

impl Touches {
    /// What a change set touches or rests on.
    pub fn of(change: &ChangeSet) -> Self {
        let mut own = Self::default();
        own.note(change);
        own.tidy();
        own
    }

    /// What several change sets touch or rest on.
    pub fn of_all<'a>(changes: impl IntoIterator<Item = &'a ChangeSet>) -> Self {
        let mut own = Self::default();
        for change in changes {
            own.note(change);
        }
        own.tidy();
        own
    }

    /// Whether there is nothing that other nodes have to read again.
    pub fn is_empty(&self) -> bool {
        let Self {
            subjects,
            keys,
            tokens,
            grants,
            names,
            records,
            shown: _,
            configuration,
            erases,
        } = self;
        let people = subjects.is_empty() && keys.is_empty() && names.is_empty();
        let rest = tokens.is_empty() && grants.is_empty() && records.is_empty();
        people && rest && !configuration && !erases
    }

    fn note(&mut self, change: &ChangeSet) {
        for row in &change.rows {
            match row {
                RowChange::Put(row) => self.note_row(row),
                RowChange::Delete(key) => self.note_key(key),
                RowChange::EraseEvents(subject) => {
                    self.keys.push(*subject);
                    self.subjects.push(*subject);
                }
            }
        }
        self.erases |= change.rows.iter().any(|row| {
            matches!(
                row,
                RowChange::Delete(RowKey::SubjectKey(_)) | RowChange::EraseEvents(_)
            )
        });
        self.configuration |= change.rows.iter().any(is_configuration);
        for expected in &change.expect {
            match expected {
                Expect::Absent(key) | Expect::At(key, _) => self.note_key(key),
                Expect::Unspent(hash, _) => self.tokens.push(*hash),
            }
        }
    }

    fn tidy(&mut self) {
        fn once<T: Ord>(things: &mut Vec<T>) {
            things.sort_unstable();
            things.dedup();
        }
        once(&mut self.subjects);
        once(&mut self.keys);
        once(&mut self.tokens);
        once(&mut self.grants);
        once(&mut self.names);
        once(&mut self.records);
        once(&mut self.shown);
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
            Row::Agreement(agreement) => self.subjects.push(agreement.subject),
            Row::Account(account) => self.shown.push(account.subject),
            Row::Use(usage) => self.shown.push(usage.subject),
            Row::Preference(row) => self.shown.push(row.subject),
            Row::Subject(subject) => self.subjects.push(subject.id),
            Row::Interaction(_) | Row::Configuration(_) | Row::Job(_) | Row::Delivery(_) => {}
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
            RowKey::Account(subject) => self.shown.push(*subject),
            RowKey::Consent(_)
            | RowKey::Agreement(_)
            | RowKey::Interaction(_)
            | RowKey::Subject(_)
            | RowKey::Configuration(..)
            | RowKey::Use(_)
            | RowKey::Job(..)
            | RowKey::Delivery(_)
            | RowKey::Preference(_) => {}
        }
    }
}

const fn is_configuration(row: &RowChange) -> bool {
    matches!(
        row,
        RowChange::Put(Row::Configuration(_)) | RowChange::Delete(RowKey::Configuration(..))
    )
}
