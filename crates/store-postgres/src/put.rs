//! Writing and removing rows: from the last state of each row to statements with arrays.

use consentry_domain::{
    Agreement, Consent, ConsentId, RecordId, Shard, Slot, TenantId, Timestamp, grant::Grant, subject::Subject,
};
use consentry_store::{
    AccountRow, AliasRow, ConfigurationRow, Hash, IdempotencyKey, InteractionRow, PreferenceRow, RecordRow,
    Row, RowChange, RowKey, SubjectKeyRow, TokenRow, UseRow, row::RecordKey, stored,
};

use crate::{
    columns::{Cell, Columns},
    decide::{Decided, Heads},
    fault::Result,
    keys::{self, Table},
    known::{Known, StoredRecord},
    outbound, statements as sql,
};

/// The statements that write a batch. Removals go first, since a record may be found by a key again that it was found by before.
#[derive(Debug, Default)]
pub(crate) struct Writes<'a> {
    removals: Vec<(&'static str, Columns<'a>)>,
    puts: Vec<(&'static str, Columns<'a>)>,
}

impl<'a> Writes<'a> {
    /// Everything that a decided batch writes, apart from the end of its transaction.
    pub(crate) fn of(decided: &mut Decided<'a>, known: &'a Known) -> Result<Self> {
        let mut writes = Self::default();
        for (tenant, change) in decided.rows.iter() {
            match change {
                RowChange::Put(row) => writes.put(known, tenant, row)?,
                RowChange::Delete(key) => writes.delete(known, tenant, key),
                // They have no key, and are not among these.
                RowChange::EraseEvents(_) => {}
            }
        }
        for ((tenant, _), request) in &decided.requests {
            writes.remember(*tenant, request);
        }
        writes.heads(&decided.heads)?;
        for (statement, columns) in [
            (sql::EVENTS_APPEND, &mut decided.events),
            (sql::EVENT_FILTERS_APPEND, &mut decided.filters),
        ] {
            if !columns.is_empty() {
                writes.puts.push((statement, std::mem::take(columns)));
            }
        }
        for (tenant, subject) in &decided.erased {
            writes
                .putting(sql::EVENTS_ERASE)
                .push([Cell::id(tenant.uuid()), Cell::id(subject.uuid())]);
        }
        Ok(writes)
    }

    /// Whether nothing is written.
    pub(crate) const fn is_empty(&self) -> bool {
        self.removals.is_empty() && self.puts.is_empty()
    }

    /// The statements in the order in which they are to be carried out.
    pub(crate) fn into_statements(self) -> impl Iterator<Item = (&'static str, Columns<'a>)> {
        self.removals.into_iter().chain(self.puts)
    }

    fn putting(&mut self, statement: &'static str) -> &mut Columns<'a> {
        of_statement(&mut self.puts, statement)
    }

    fn removing(&mut self, statement: &'static str) -> &mut Columns<'a> {
        of_statement(&mut self.removals, statement)
    }

    fn put(&mut self, known: &'a Known, tenant: TenantId, row: &'a Row) -> Result<()> {
        match row {
            Row::Consent(row) => self.consent(tenant, row),
            Row::Slot {
                slot,
                consent,
                version,
            } => {
                self.pointer(tenant, slot, *consent, *version);
                Ok(())
            }
            Row::Use(row) => self.usage(tenant, row),
            Row::Agreement(row) => self.agreement(tenant, row),
            Row::Record(row) => self.record(known.records.get(&(tenant, row.record.id)), tenant, row),
            Row::Grant(row) => self.grant(tenant, row),
            Row::Token(row) => {
                self.token(tenant, row);
                Ok(())
            }
            Row::Interaction(row) => {
                self.interaction(tenant, row);
                Ok(())
            }
            Row::Subject(row) => {
                self.subject(tenant, row);
                Ok(())
            }
            Row::Alias(row) => {
                self.alias(tenant, row);
                Ok(())
            }
            Row::Preference(row) => {
                self.preference(tenant, row);
                Ok(())
            }
            Row::Account(row) => self.account(tenant, row),
            Row::SubjectKey(row) => {
                self.subject_key(tenant, row);
                Ok(())
            }
            Row::Configuration(row) => {
                self.configuration(tenant, row);
                Ok(())
            }
            Row::Job(row) => {
                self.putting(sql::JOBS_PUT).push(outbound::job(tenant, row));
                Ok(())
            }
            Row::Delivery(row) => {
                let cells = outbound::delivery(tenant, row)?;
                self.putting(sql::DELIVERIES_PUT).push(cells);
                Ok(())
            }
        }
    }

    fn delete(&mut self, known: &'a Known, tenant: TenantId, key: &'a RowKey) {
        match key {
            RowKey::Record(_, id) => {
                if let Some(stored) = known.records.get(&(tenant, *id)) {
                    self.remove_record(tenant, *id, stored);
                    self.remove_keys(tenant, *id, stored);
                }
            }
            RowKey::Agreement(id) => {
                keys::push(self.removing(sql::AGREEMENTS_DELETE), tenant, key);
                keys::push(self.removing(sql::AGREEMENT_ITEMS_DELETE), tenant, key);
                // Last, since the others look where it lives.
                self.removing(sql::AGREEMENT_PLACES_DELETE)
                    .push([Cell::id(tenant.uuid()), Cell::id(id.uuid())]);
            }
            key => keys::push(self.removing(Table::of(key).delete()), tenant, key),
        }
    }

    fn heads(&mut self, heads: &Heads) -> Result<()> {
        for (tenant, head) in heads {
            let row = [
                Cell::id(tenant.uuid()),
                Cell::count(head.size)?,
                Cell::owned_hash(&head.chain),
            ];
            self.putting(sql::LOG_HEADS_PUT).push(row);
        }
        Ok(())
    }

    fn remember(&mut self, tenant: TenantId, key: &'a IdempotencyKey) {
        self.putting(sql::REMEMBER).push([
            Cell::shard(key.key.shard()),
            Cell::id(tenant.uuid()),
            Cell::hash(&key.key),
            Cell::hash(&key.fingerprint),
            Cell::text(&key.reference),
            Cell::time(key.expires_at),
        ]);
    }

    fn consent(&mut self, tenant: TenantId, row: &'a Consent) -> Result<()> {
        let row = [
            Cell::shard(row.id.shard()),
            Cell::id(tenant.uuid()),
            Cell::id(row.id.uuid()),
            Cell::version(row.version),
            Cell::text(row.status.as_str()),
            Cell::id(row.slot.subject.uuid()),
            Cell::text(row.slot.definition.as_str()),
            Cell::text(row.slot.audience.kind()),
            Cell::owned_text(row.slot.audience.text()),
            Cell::text(row.slot.qualifier.as_str()),
            Cell::optional_json(row.wording.as_ref())?,
            Cell::text(row.door.as_str()),
            Cell::json(&row.actor)?,
            Cell::id(row.decision.uuid()),
            Cell::id(row.record.uuid()),
            Cell::Id(row.agreement.map(consentry_domain::AgreementId::uuid)),
            Cell::time(row.created_at),
            Cell::time(row.updated_at),
            Cell::optional_time(row.valid_from),
            Cell::optional_time(row.valid_until),
            Cell::optional_json(row.ended.as_ref())?,
            Cell::optional_json(row.actions.as_ref())?,
        ];
        self.putting(sql::CONSENTS_PUT).push(row);
        Ok(())
    }

    fn usage(&mut self, tenant: TenantId, row: &UseRow) -> Result<()> {
        let row = [
            Cell::shard(row.consent.shard()),
            Cell::id(tenant.uuid()),
            Cell::id(row.consent.uuid()),
            Cell::version(row.version),
            Cell::id(row.subject.uuid()),
            Cell::optional_time(row.usage.last_used_at()),
            Cell::optional_time(row.usage.last_refused_at()),
            Cell::Number(Some(i64::from(row.usage.days()))),
            Cell::optional_time(row.usage.last_issued_at()),
            Cell::optional_json((!row.accounts.is_empty()).then_some(&row.accounts))?,
        ];
        self.putting(sql::USES_PUT).push(row);
        Ok(())
    }

    fn pointer(&mut self, tenant: TenantId, slot: &'a Slot, consent: ConsentId, version: u32) {
        self.putting(sql::SLOTS_PUT).push([
            Cell::shard(slot.subject.shard()),
            Cell::id(tenant.uuid()),
            Cell::id(slot.subject.uuid()),
            Cell::text(slot.definition.as_str()),
            Cell::text(slot.audience.kind()),
            Cell::owned_text(slot.audience.text()),
            Cell::text(slot.qualifier.as_str()),
            Cell::version(version),
            Cell::id(consent.uuid()),
        ]);
    }

    /// Writes an agreement into the shard of its person, whom it never leaves.
    fn agreement(&mut self, tenant: TenantId, row: &'a Agreement) -> Result<()> {
        let shard = row.subject.shard();
        if shard != row.id.shard() {
            self.putting(sql::AGREEMENT_PLACES_PUT).push([
                Cell::id(tenant.uuid()),
                Cell::id(row.id.uuid()),
                Cell::shard(shard),
            ]);
        }
        let cells = [
            Cell::shard(shard),
            Cell::id(tenant.uuid()),
            Cell::id(row.id.uuid()),
            Cell::version(row.version),
            Cell::id(row.subject.uuid()),
            Cell::id(row.application.uuid()),
            Cell::text(row.client.as_str()),
            Cell::text(row.qualifier.as_str()),
            Cell::id(row.decision.uuid()),
            Cell::time(row.created_at),
            Cell::time(row.updated_at),
            Cell::optional_time(row.valid_until),
            Cell::json(&row.disclosure)?,
            Cell::optional_json(row.ended.as_ref())?,
            Cell::optional_json((!row.accounts.is_all()).then_some(&row.accounts))?,
            Cell::optional_time(row.renewed_at),
        ];
        self.putting(sql::AGREEMENTS_PUT).push(cells);
        for (position, item) in (0_i64..).zip(&row.items) {
            self.putting(sql::AGREEMENT_ITEMS_PUT).push([
                Cell::shard(shard),
                Cell::id(tenant.uuid()),
                Cell::id(row.id.uuid()),
                Cell::Number(Some(position)),
                Cell::text(item.definition.as_str()),
                Cell::id(item.consent.uuid()),
            ]);
        }
        self.removing(sql::AGREEMENT_ITEMS_CUT).push([
            Cell::shard(shard),
            Cell::id(tenant.uuid()),
            Cell::id(row.id.uuid()),
            Cell::Number(Some(i64::try_from(row.items.len()).unwrap_or(i64::MAX))),
        ]);
        Ok(())
    }

    /// Writes a record into the shard of its subject. One that lived elsewhere moves, so that there is never a second one.
    fn record(
        &mut self,
        stored: Option<&'a StoredRecord>,
        tenant: TenantId,
        row: &'a RecordRow,
    ) -> Result<()> {
        let id = row.record.id;
        let (home, shard) = (id.shard(), row.record.subject.shard());
        if let Some(stored) = stored {
            if stored.shard != shard {
                self.remove_record(tenant, id, stored);
            }
            // Where nothing changes about it, what a record is found by is left alone.
            if (stored.shard, stored.created_at, &stored.keys) != (shard, row.record.created_at, &row.keys) {
                self.remove_keys(tenant, id, stored);
                self.put_keys(tenant, shard, row);
            }
        } else {
            self.put_keys(tenant, shard, row);
        }
        if shard != home {
            self.putting(sql::RECORD_PLACES_PUT).push([
                Cell::id(tenant.uuid()),
                Cell::id(id.uuid()),
                Cell::shard(shard),
            ]);
        }
        let cells = [
            Cell::shard(shard),
            Cell::id(tenant.uuid()),
            Cell::id(id.uuid()),
            Cell::version(row.version),
            Cell::id(row.record.subject.uuid()),
            Cell::id(row.record.consent.uuid()),
            Cell::Flag(row.record.deleted),
            Cell::time(row.record.created_at),
            Cell::time(row.updated_at),
            stored::write_keys(&row.keys)?.map_or(Cell::Text(None), Cell::owned_text),
            Cell::optional_bytes(row.sealed.as_deref()),
        ];
        let statement = if stored.is_some() {
            sql::RECORDS_PUT
        } else {
            sql::RECORDS_ADD
        };
        self.putting(statement).push(cells);
        Ok(())
    }

    fn put_keys(&mut self, tenant: TenantId, shard: Shard, row: &'a RecordRow) {
        let mut seen: Vec<&(RecordKey, Hash)> = Vec::new();
        for key in &row.keys {
            // The same key twice would be one row written twice by one statement.
            if !seen.contains(&key) {
                seen.push(key);
                let mut cells = key_cells(tenant, row.record.id, row.record.created_at, key).to_vec();
                cells.push(Cell::shard(shard));
                self.putting(sql::RECORD_KEYS_ADD).push(cells);
            }
        }
    }

    /// Removes a stored record, and the note of where it lived.
    fn remove_record(&mut self, tenant: TenantId, id: RecordId, stored: &StoredRecord) {
        self.removing(sql::RECORDS_DELETE).push([
            Cell::shard(stored.shard),
            Cell::id(tenant.uuid()),
            Cell::id(id.uuid()),
        ]);
        if stored.shard != id.shard() {
            self.removing(sql::RECORD_PLACES_DELETE)
                .push([Cell::id(tenant.uuid()), Cell::id(id.uuid())]);
        }
    }

    /// Removes the entries by which a stored record is found.
    fn remove_keys(&mut self, tenant: TenantId, id: RecordId, stored: &'a StoredRecord) {
        for key in &stored.keys {
            self.removing(sql::RECORD_KEYS_DELETE)
                .push(key_cells(tenant, id, stored.created_at, key));
        }
    }

    fn grant(&mut self, tenant: TenantId, row: &'a Grant) -> Result<()> {
        let cells = [
            Cell::shard(row.id.shard()),
            Cell::id(tenant.uuid()),
            Cell::id(row.id.uuid()),
            Cell::version(row.version),
            Cell::id(row.subject.uuid()),
            Cell::id(row.application.uuid()),
            Cell::text(row.client.as_str()),
            Cell::Id(row.agreement.map(consentry_domain::AgreementId::uuid)),
            Cell::owned_text(row.scope.to_string()),
            Cell::json(&row.resources)?,
            Cell::text(row.qualifier.as_str()),
            Cell::optional_text(row.session.as_deref()),
            Cell::Flag(row.offline),
            Cell::time(row.auth_time),
            Cell::json(&row.amr)?,
            Cell::time(row.created_at),
            Cell::time(row.expires_at),
            Cell::optional_json(row.ended.as_ref())?,
        ];
        self.putting(sql::GRANTS_PUT).push(cells);
        Ok(())
    }

    fn token(&mut self, tenant: TenantId, row: &'a TokenRow) {
        self.putting(sql::TOKENS_PUT).push([
            Cell::shard(row.hash.shard()),
            Cell::id(tenant.uuid()),
            Cell::hash(&row.hash),
            Cell::text(row.kind.as_str()),
            Cell::version(row.version),
            Cell::Id(row.subject.map(consentry_domain::SubjectId::uuid)),
            Cell::optional_text(row.client.as_deref()),
            Cell::Id(row.grant.map(consentry_domain::GrantId::uuid)),
            Cell::time(row.issued_at),
            Cell::time(row.expires_at),
            Cell::optional_time(row.consumed_at),
            Cell::optional_time(row.revoked_at),
            Cell::version(row.failures),
            Cell::text(&row.detail),
        ]);
    }

    fn interaction(&mut self, tenant: TenantId, row: &'a InteractionRow) {
        self.putting(sql::INTERACTIONS_PUT).push([
            Cell::shard(row.hash.shard()),
            Cell::id(tenant.uuid()),
            Cell::hash(&row.hash),
            Cell::version(row.version),
            Cell::hash(&row.browser),
            Cell::Id(row.subject.map(consentry_domain::SubjectId::uuid)),
            Cell::time(row.expires_at),
            Cell::time(row.created_at),
            Cell::Flag(row.terminal),
            Cell::text(&row.detail),
        ]);
    }

    fn subject(&mut self, tenant: TenantId, row: &'a Subject) {
        self.putting(sql::SUBJECTS_PUT).push([
            Cell::shard(row.id.shard()),
            Cell::id(tenant.uuid()),
            Cell::id(row.id.uuid()),
            Cell::version(row.version),
            Cell::text(row.state.as_str()),
            Cell::Id(row.merged_into.map(consentry_domain::SubjectId::uuid)),
            Cell::time(row.created_at),
        ]);
    }

    fn alias(&mut self, tenant: TenantId, row: &'a AliasRow) {
        self.putting(sql::ALIASES_PUT).push([
            Cell::shard(row.hash.shard()),
            Cell::id(tenant.uuid()),
            Cell::hash(&row.hash),
            Cell::text(row.namespace.as_str()),
            Cell::id(row.subject.uuid()),
            Cell::bytes(&row.sealed),
            Cell::time(row.created_at),
        ]);
    }

    fn preference(&mut self, tenant: TenantId, row: &'a PreferenceRow) {
        self.putting(sql::PREFERENCES_PUT).push([
            Cell::shard(row.hash.shard()),
            Cell::id(tenant.uuid()),
            Cell::hash(&row.hash),
            Cell::text(row.kind.as_str()),
            Cell::version(row.version),
            Cell::id(row.subject.uuid()),
            Cell::time(row.created_at),
            Cell::bytes(&row.sealed),
        ]);
    }

    fn account(&mut self, tenant: TenantId, row: &'a AccountRow) -> Result<()> {
        let cells = [
            Cell::shard(row.subject.shard()),
            Cell::id(tenant.uuid()),
            Cell::id(row.subject.uuid()),
            Cell::version(row.version),
            Cell::optional_text(row.password_hash.as_deref()),
            Cell::Flag(row.disabled),
            Cell::json(&row.applications)?,
            Cell::optional_bytes(row.contact.as_deref()),
            Cell::optional_bytes(row.passkeys.as_deref()),
            Cell::optional_bytes(row.holdings.as_deref()),
            Cell::optional_bytes(row.profile.as_deref()),
        ];
        self.putting(sql::ACCOUNTS_PUT).push(cells);
        Ok(())
    }

    fn subject_key(&mut self, tenant: TenantId, row: &'a SubjectKeyRow) {
        self.putting(sql::SUBJECT_KEYS_PUT).push([
            Cell::shard(row.subject.shard()),
            Cell::id(tenant.uuid()),
            Cell::id(row.subject.uuid()),
            Cell::bytes(&row.wrapped),
        ]);
    }

    /// The tenant of the change set counts, as for every other row.
    fn configuration(&mut self, tenant: TenantId, row: &'a ConfigurationRow) {
        self.putting(sql::configuration(row.kind).put).push([
            Cell::id(tenant.uuid()),
            Cell::text(&row.id),
            Cell::version(row.version),
            Cell::text(&row.body),
        ]);
    }
}

/// An entry by which a record is found, without where the record lives.
fn key_cells(
    tenant: TenantId,
    id: RecordId,
    created_at: Timestamp,
    (kind, hash): &(RecordKey, Hash),
) -> [Cell<'_>; 6] {
    [
        Cell::shard(hash.shard()),
        Cell::id(tenant.uuid()),
        Cell::text(kind.as_str()),
        Cell::hash(hash),
        Cell::time(created_at),
        Cell::id(id.uuid()),
    ]
}

fn of_statement<'w, 'a>(
    statements: &'w mut Vec<(&'static str, Columns<'a>)>,
    statement: &'static str,
) -> &'w mut Columns<'a> {
    let known = statements.iter().position(|(known, _)| *known == statement);
    let at = known.unwrap_or_else(|| {
        statements.push((statement, Columns::default()));
        statements.len() - 1
    });
    &mut statements[at].1
}
