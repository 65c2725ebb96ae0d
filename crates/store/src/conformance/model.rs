//! The store as it should be, in plain maps: every answer is a look at all rows.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use consentry_domain::{Agreement, Consent, ConsentId, RecordId, Shard, SubjectId, TenantId, Timestamp};

use crate::{
    AgreementQuery, ChangeSet, CommitError, EventRow, Expect, Hash, IdempotencyKey, LogHead, NewEvent,
    Receipt, RecordFound, RecordQuery, RecordRow, Row, RowChange, RowKey, Seeds, TouchedRows, chain,
};

/// The store in plain maps.
#[derive(Debug, Clone, Default)]
pub struct Model {
    rows: HashMap<(TenantId, RowKey), Row>,
    logs: HashMap<TenantId, Vec<EventRow>>,
    remembered: HashMap<(TenantId, Hash), IdempotencyKey>,
}

/// Where a row is kept: a record by its id alone, since there is only one of each.
fn place(tenant: TenantId, key: &RowKey) -> (TenantId, RowKey) {
    match key {
        RowKey::Record(_, id) => (tenant, RowKey::Record(Shard::new(0), *id)),
        key => (tenant, key.clone()),
    }
}

impl Model {
    /// Commits a batch.
    pub fn commit(&mut self, batch: &[ChangeSet]) -> Vec<Result<Receipt, CommitError>> {
        batch.iter().map(|change| self.commit_one(change)).collect()
    }

    fn commit_one(&mut self, change: &ChangeSet) -> Result<Receipt, CommitError> {
        self.check(change)?;
        let log = self.logs.entry(change.tenant).or_default();
        let first = log.len() as u64;
        for event in &change.events {
            let previous = log.last().map_or_else(|| chain::start(0), |last| last.chain);
            log.push(stored_event(log.len() as u64, &previous, event));
        }
        for row in &change.rows {
            match row {
                RowChange::Put(row) => {
                    self.rows.insert(place(change.tenant, &row.key()), row.clone());
                }
                RowChange::Delete(key) => {
                    if self.version(change.tenant, key).is_some() {
                        self.rows.remove(&place(change.tenant, key));
                    }
                }
                RowChange::EraseEvents(subject) => {
                    let log = self.logs.entry(change.tenant).or_default();
                    for event in log.iter_mut().filter(|event| event.subject == Some(*subject)) {
                        event.sealed = None;
                        event.subject = None;
                        event.door = None;
                    }
                }
            }
        }
        if let Some(key) = &change.idempotency {
            self.remembered.insert((change.tenant, key.key), key.clone());
        }
        let events = u32::try_from(change.events.len()).unwrap();
        Ok(Receipt {
            first_index: (events > 0).then_some(first),
            events,
        })
    }

    fn check(&self, change: &ChangeSet) -> Result<(), CommitError> {
        if let Some(asked) = &change.idempotency
            && let Some(known) = self.remembered.get(&(change.tenant, asked.key))
            && change.at < known.expires_at
        {
            let same_request = known.fingerprint == asked.fingerprint;
            return Err(CommitError::Duplicate {
                reference: known.reference.clone(),
                same_request,
            });
        }
        for expect in &change.expect {
            match expect {
                Expect::Absent(key) if self.rows.contains_key(&place(change.tenant, key)) => {
                    return Err(CommitError::Taken);
                }
                Expect::At(key, version) if self.version(change.tenant, key) != Some(*version) => {
                    return Err(CommitError::Stale);
                }
                Expect::Unspent(hash, at) if !self.is_unspent(change.tenant, *hash, *at) => {
                    return Err(CommitError::Spent);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The version of the row with exactly this key.
    pub fn version(&self, tenant: TenantId, key: &RowKey) -> Option<u32> {
        self.rows
            .get(&place(tenant, key))
            .filter(|row| row.key() == *key)
            .map(Row::version)
    }

    fn is_unspent(&self, tenant: TenantId, hash: Hash, at: Timestamp) -> bool {
        match self.row(tenant, &RowKey::Token(hash)) {
            Some(Row::Token(token)) => {
                token.consumed_at.is_none() && token.revoked_at.is_none() && at < token.expires_at
            }
            _ => false,
        }
    }

    /// The row with this key, a record wherever it is.
    pub fn row(&self, tenant: TenantId, key: &RowKey) -> Option<&Row> {
        self.rows.get(&place(tenant, key))
    }

    /// All rows of a tenant.
    pub fn rows(&self, tenant: TenantId) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(move |((own, _), _)| *own == tenant)
            .map(|(_, row)| row)
    }

    /// A tenant's log.
    pub fn events(&self, tenant: TenantId) -> &[EventRow] {
        self.logs.get(&tenant).map_or(&[], Vec::as_slice)
    }

    /// The head of a tenant's log.
    pub fn log_head(&self, tenant: TenantId) -> LogHead {
        let events = self.events(tenant);
        LogHead {
            size: events.len() as u64,
            chain: events.last().map_or_else(|| chain::start(0), |last| last.chain),
        }
    }

    fn consent(&self, tenant: TenantId, id: ConsentId) -> Option<&Consent> {
        match self.row(tenant, &RowKey::Consent(id)) {
            Some(Row::Consent(consent)) => Some(consent),
            _ => None,
        }
    }

    fn record(&self, tenant: TenantId, id: RecordId) -> Option<&RecordRow> {
        match self.row(tenant, &RowKey::Record(Shard::new(0), id)) {
            Some(Row::Record(record)) => Some(record),
            _ => None,
        }
    }

    /// The consents that decide a person's slots, by id.
    pub fn deciding_consents(&self, tenant: TenantId, person: SubjectId) -> Vec<Consent> {
        let mut consents: Vec<Consent> = self
            .rows(tenant)
            .filter_map(|row| match row {
                Row::Slot { slot, consent, .. } if slot.subject == person => {
                    self.consent(tenant, *consent).cloned()
                }
                _ => None,
            })
            .collect();
        consents.sort_by_key(|consent| consent.id);
        consents
    }

    /// The agreements a query asks for.
    pub fn agreements(&self, tenant: TenantId, query: &AgreementQuery) -> Vec<(Agreement, Vec<Consent>)> {
        let fits = |agreement: &&Agreement| {
            query.subject.is_none_or(|subject| agreement.subject == subject)
                && query
                    .application
                    .is_none_or(|application| agreement.application == application)
                && query
                    .client
                    .as_ref()
                    .is_none_or(|client| agreement.client == *client)
                && query.in_force_at.is_none_or(|at| agreement.is_in_force(at))
                && query.after.is_none_or(|(at, id)| {
                    agreement.created_at < at || (agreement.created_at == at && agreement.id > id)
                })
        };
        let mut found: Vec<Agreement> = self
            .rows(tenant)
            .filter_map(|row| {
                if let Row::Agreement(agreement) = row {
                    Some(agreement)
                } else {
                    None
                }
            })
            .filter(fits)
            .cloned()
            .collect();
        found.sort_by_key(|agreement| (Reverse(agreement.created_at), agreement.id));
        if query.limit > 0 {
            found.truncate(query.limit as usize);
        }
        let with_consents = |agreement: Agreement| {
            let consents = agreement
                .items
                .iter()
                .filter_map(|item| self.consent(tenant, item.consent).cloned())
                .collect();
            (agreement, consents)
        };
        found.into_iter().map(with_consents).collect()
    }

    /// The records a query asks for.
    pub fn records(&self, tenant: TenantId, query: &RecordQuery) -> Vec<RecordFound> {
        let mut found: Vec<RecordFound> = self
            .rows(tenant)
            .filter_map(|row| {
                if let Row::Record(record) = row {
                    Some(record)
                } else {
                    None
                }
            })
            .filter(|row| !row.record.deleted)
            .filter(|row| {
                query
                    .after
                    .is_none_or(|after| (row.record.created_at, row.record.id) > after)
            })
            .filter_map(|row| {
                let consent = self.consent(tenant, row.record.consent)?;
                query.fits(row, consent).then(|| RecordFound {
                    row: row.clone(),
                    consent: consent.clone(),
                })
            })
            .collect();
        found.sort_by_key(|found| (found.row.record.created_at, found.row.record.id));
        found.truncate(query.limit as usize + 1);
        found
    }

    /// What a command with these seeds can touch.
    pub fn touched(&self, tenant: TenantId, seeds: &Seeds) -> TouchedRows {
        let everything = self.projection(tenant);
        let pointer = |slot: &_| everything.touched.slots.get(slot).copied();
        let records: Vec<&RecordRow> = seeds
            .records
            .iter()
            .filter_map(|id| self.record(tenant, *id))
            .collect();
        let mut consents: BTreeSet<ConsentId> = seeds.consents.iter().copied().collect();
        consents.extend(seeds.slots.iter().filter_map(pointer));
        consents.extend(records.iter().map(|row| row.record.consent));
        let mut found = TouchedRows::default();
        let named = consents
            .iter()
            .filter_map(|id| self.consent(tenant, *id)?.agreement);
        for id in named.chain(seeds.agreements.iter().copied()) {
            if let Some(agreement) = everything.touched.agreements.get(&id) {
                found.touched.agreements.insert(id, agreement.clone());
            }
        }
        let items = found
            .touched
            .agreements
            .values()
            .flat_map(|agreement| &agreement.items);
        consents.extend(items.map(|item| item.consent));
        let slots = consents
            .iter()
            .filter_map(|id| Some(self.consent(tenant, *id)?.slot.clone()));
        for slot in slots.chain(seeds.slots.iter().cloned()).collect::<BTreeSet<_>>() {
            if let Some(deciding) = pointer(&slot) {
                found
                    .slot_versions
                    .insert(slot.clone(), everything.slot_versions[&slot]);
                found.touched.slots.insert(slot, deciding);
                consents.insert(deciding);
            }
        }
        let known = consents
            .into_iter()
            .filter_map(|id| self.consent(tenant, id).cloned());
        found.touched.consents = known.map(|consent| (consent.id, consent)).collect();
        for row in records {
            found.touched.records.insert(row.record.id, row.record.clone());
            found.records.insert(row.record.id, row.clone());
        }
        found
    }

    /// All rows that replay can rebuild.
    pub fn projection(&self, tenant: TenantId) -> TouchedRows {
        let mut found = TouchedRows::default();
        for row in self.rows(tenant) {
            match row.clone() {
                Row::Consent(consent) => {
                    found.touched.consents.insert(consent.id, consent);
                }
                Row::Slot {
                    slot,
                    consent,
                    version,
                } => {
                    found.slot_versions.insert(slot.clone(), version);
                    found.touched.slots.insert(slot, consent);
                }
                Row::Agreement(agreement) => {
                    found.touched.agreements.insert(agreement.id, agreement);
                }
                Row::Record(row) => {
                    found.touched.records.insert(row.record.id, row.record.clone());
                    found.records.insert(row.record.id, row);
                }
                _ => {}
            }
        }
        found
    }

    /// Removes what was over before a moment; answers how many rows went.
    pub fn prune(&mut self, tenant: TenantId, before: Timestamp) -> u64 {
        let held = self.rows.len() + self.remembered.len();
        self.rows.retain(|(own, _), row| {
            let over = match row {
                Row::Token(token) => token.expires_at < before,
                Row::Interaction(interaction) => interaction.expires_at < before,
                _ => false,
            };
            *own != tenant || !over
        });
        self.remembered
            .retain(|(own, _), key| *own != tenant || key.expires_at >= before);
        (held - self.rows.len() - self.remembered.len()) as u64
    }
}

fn stored_event(index: u64, previous: &Hash, event: &NewEvent) -> EventRow {
    EventRow {
        index,
        id: event.id,
        kind: event.kind.to_owned(),
        at: event.at,
        leaf: event.leaf.clone(),
        sealed: Some(event.sealed.clone()),
        salt: event.salt,
        chain: chain::next(previous, &chain::leaf_hash(&event.leaf)),
        subject: event.filter.subject,
        door: Some(event.filter.door),
    }
}
