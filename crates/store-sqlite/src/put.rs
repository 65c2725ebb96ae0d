//! Writing rows, removing them, and asking for their versions.

use consentry_domain::{
    Accounts, Agreement, AgreementId, Consent, ConsentId, RecordId, Shard, Slot, TenantId, consent::Ended,
    grant::Grant, subject::Subject,
};
use consentry_store::{
    AccountRow, AliasRow, ConfigurationRow, Hash, InteractionRow, RecordRow, Row, RowChange, RowKey,
    StoreError, SubjectKeyRow, TokenRow,
    row::RecordKey,
    stored::{self, Cells as _},
};
use rusqlite::{Connection, OptionalExtension, Params, params};
use uuid::Uuid;

use crate::{
    cells::Cells,
    fault::{Fault, Result},
    outbound, preferences, statements as sql, uses,
};

/// An id as it is bound.
pub(crate) const fn id(id: Uuid) -> [u8; 16] {
    id.into_bytes()
}

/// A count as it is bound.
pub(crate) fn count(count: u64) -> Result<i64> {
    i64::try_from(count).map_err(|_| Fault(StoreError::Driver("a count is out of range".to_owned())))
}

/// Writes or removes one row.
pub(crate) fn change(connection: &Connection, tenant: TenantId, change: &RowChange) -> Result<()> {
    match change {
        RowChange::Put(row) => put(connection, tenant, row),
        RowChange::Delete(key) => delete(connection, tenant, key),
        RowChange::EraseEvents(subject) => [sql::EVENTS_ERASE, sql::EVENT_FILTERS_ERASE]
            .iter()
            .try_for_each(|sql| run(connection, sql, params![id(tenant.uuid()), id(subject.uuid())])),
    }
}

fn put(connection: &Connection, tenant: TenantId, row: &Row) -> Result<()> {
    match row {
        Row::Consent(row) => consent(connection, tenant, row),
        Row::Slot {
            slot,
            consent,
            version,
        } => pointer(connection, tenant, slot, *consent, *version),
        Row::Use(row) => uses::put(connection, tenant, row),
        Row::Agreement(row) => agreement(connection, tenant, row),
        Row::Record(row) => record(connection, tenant, row),
        Row::Grant(row) => grant(connection, tenant, row),
        Row::Token(row) => token(connection, tenant, row),
        Row::Interaction(row) => interaction(connection, tenant, row),
        Row::Subject(row) => subject(connection, tenant, row),
        Row::Alias(row) => alias(connection, tenant, row),
        Row::Account(row) => account(connection, tenant, row),
        Row::SubjectKey(row) => subject_key(connection, tenant, row),
        Row::Configuration(row) => configuration(connection, tenant, row),
        Row::Job(row) => outbound::job(connection, tenant, row),
        Row::Delivery(row) => outbound::delivery(connection, tenant, row),
        Row::Preference(row) => preferences::put(connection, tenant, row),
    }
}

fn delete(connection: &Connection, tenant: TenantId, key: &RowKey) -> Result<()> {
    let by_id = |sql, shard: Shard, key: Uuid| {
        run(
            connection,
            sql,
            params![shard.number(), id(tenant.uuid()), id(key)],
        )
    };
    let by_hash = |sql, hash: &Hash| {
        run(
            connection,
            sql,
            params![hash.shard().number(), id(tenant.uuid()), hash.as_bytes()],
        )
    };
    match key {
        RowKey::Consent(key) => by_id(sql::CONSENT_DELETE, key.shard(), key.uuid()),
        RowKey::Slot(slot) => run(
            connection,
            sql::SLOT_DELETE,
            params![
                slot.subject.shard().number(),
                id(tenant.uuid()),
                id(slot.subject.uuid()),
                slot.definition.as_str(),
                slot.audience.kind(),
                slot.audience.text(),
                slot.qualifier.as_str(),
            ],
        ),
        RowKey::Use(key) => by_id(sql::USE_DELETE, key.shard(), key.uuid()),
        RowKey::Agreement(key) => {
            let shard = agreement_place(connection, tenant, *key)?;
            by_id(sql::AGREEMENT_DELETE, shard, key.uuid())?;
            cut_items(connection, tenant, (shard, *key), 0)?;
            run(
                connection,
                sql::AGREEMENT_PLACE_DELETE,
                params![id(tenant.uuid()), id(key.uuid())],
            )
        }
        RowKey::Record(shard, key) => {
            remove_record(connection, tenant, *shard, *key)?;
            if record_place(connection, tenant, *key)?.is_none() {
                run(
                    connection,
                    sql::RECORD_PLACE_DELETE,
                    params![id(tenant.uuid()), id(key.uuid())],
                )?;
            }
            Ok(())
        }
        RowKey::Grant(key) => by_id(sql::GRANT_DELETE, key.shard(), key.uuid()),
        RowKey::Token(hash) => by_hash(sql::TOKEN_DELETE, hash),
        RowKey::Interaction(hash) => by_hash(sql::INTERACTION_DELETE, hash),
        RowKey::Subject(key) => by_id(sql::SUBJECT_DELETE, key.shard(), key.uuid()),
        RowKey::Alias(hash) => by_hash(sql::ALIAS_DELETE, hash),
        RowKey::Preference(hash) => by_hash(sql::PREFERENCE_DELETE, hash),
        RowKey::Account(key) => by_id(sql::ACCOUNT_DELETE, key.shard(), key.uuid()),
        RowKey::SubjectKey(key) => by_id(sql::SUBJECT_KEY_DELETE, key.shard(), key.uuid()),
        RowKey::Configuration(kind, key) => run(
            connection,
            sql::configuration(*kind).delete,
            params![id(tenant.uuid()), key],
        ),
        RowKey::Job(kind, key) => run(connection, sql::JOB_DELETE, params![id(tenant.uuid()), kind, key]),
        RowKey::Delivery(key) => run(
            connection,
            sql::DELIVERY_DELETE,
            params![id(tenant.uuid()), id(key.uuid())],
        ),
    }
}

/// The version of a row, none where there is no row. Rows without a version are in version 1.
pub(crate) fn version(connection: &Connection, tenant: TenantId, key: &RowKey) -> Result<Option<u32>> {
    let by_id = |sql, shard: Shard, key: Uuid| {
        number(
            connection,
            sql,
            params![shard.number(), id(tenant.uuid()), id(key)],
        )
    };
    let by_hash = |sql, hash: &Hash| {
        number(
            connection,
            sql,
            params![hash.shard().number(), id(tenant.uuid()), hash.as_bytes()],
        )
    };
    match key {
        RowKey::Consent(key) => by_id(sql::CONSENT_VERSION, key.shard(), key.uuid()),
        RowKey::Slot(slot) => number(
            connection,
            sql::SLOT_VERSION,
            params![
                slot.subject.shard().number(),
                id(tenant.uuid()),
                id(slot.subject.uuid()),
                slot.definition.as_str(),
                slot.audience.kind(),
                slot.audience.text(),
                slot.qualifier.as_str(),
            ],
        ),
        RowKey::Use(key) => by_id(sql::USE_VERSION, key.shard(), key.uuid()),
        RowKey::Agreement(key) => {
            let shard = agreement_place(connection, tenant, *key)?;
            by_id(sql::AGREEMENT_VERSION, shard, key.uuid())
        }
        RowKey::Record(shard, key) => by_id(sql::RECORD_VERSION, *shard, key.uuid()),
        RowKey::Grant(key) => by_id(sql::GRANT_VERSION, key.shard(), key.uuid()),
        RowKey::Token(hash) => by_hash(sql::TOKEN_VERSION, hash),
        RowKey::Interaction(hash) => by_hash(sql::INTERACTION_VERSION, hash),
        RowKey::Subject(key) => by_id(sql::SUBJECT_VERSION, key.shard(), key.uuid()),
        RowKey::Alias(hash) => by_hash(sql::ALIAS_VERSION, hash),
        RowKey::Preference(hash) => by_hash(sql::PREFERENCE_VERSION, hash),
        RowKey::Account(key) => by_id(sql::ACCOUNT_VERSION, key.shard(), key.uuid()),
        RowKey::SubjectKey(key) => by_id(sql::SUBJECT_KEY_VERSION, key.shard(), key.uuid()),
        RowKey::Configuration(kind, key) => number(
            connection,
            sql::configuration(*kind).version,
            params![id(tenant.uuid()), key],
        ),
        RowKey::Job(kind, key) => number(
            connection,
            sql::JOB_VERSION,
            params![id(tenant.uuid()), kind, key],
        ),
        RowKey::Delivery(key) => number(
            connection,
            sql::DELIVERY_VERSION,
            params![id(tenant.uuid()), id(key.uuid())],
        ),
    }
}

pub(crate) fn run(connection: &Connection, sql: &str, params: impl Params) -> Result<()> {
    connection.prepare_cached(sql)?.execute(params)?;
    Ok(())
}

fn number(connection: &Connection, sql: &str, params: impl Params) -> Result<Option<u32>> {
    Ok(connection
        .prepare_cached(sql)?
        .query_row(params, |row| row.get(0))
        .optional()?)
}

fn consent(connection: &Connection, tenant: TenantId, row: &Consent) -> Result<()> {
    run(
        connection,
        sql::CONSENT_PUT,
        params![
            row.id.shard().number(),
            id(tenant.uuid()),
            id(row.id.uuid()),
            row.version,
            row.status.as_str(),
            id(row.slot.subject.uuid()),
            row.slot.definition.as_str(),
            row.slot.audience.kind(),
            row.slot.audience.text(),
            row.slot.qualifier.as_str(),
            row.wording.as_ref().map(serde_json::to_string).transpose()?,
            row.door.as_str(),
            serde_json::to_string(&row.actor)?,
            id(row.decision.uuid()),
            id(row.record.uuid()),
            row.agreement.map(|agreement| id(agreement.uuid())),
            row.created_at.as_micros(),
            row.updated_at.as_micros(),
            row.valid_from.map(consentry_domain::Timestamp::as_micros),
            row.valid_until.map(consentry_domain::Timestamp::as_micros),
            ended(row.ended.as_ref())?,
            row.actions.as_ref().map(serde_json::to_string).transpose()?,
        ],
    )
}

fn ended(ended: Option<&Ended>) -> Result<Option<String>> {
    Ok(ended.map(serde_json::to_string).transpose()?)
}

/// What is about all accounts is not written down.
fn accounts(accounts: &Accounts) -> Result<Option<String>> {
    let named = (!accounts.is_all()).then_some(accounts);
    Ok(named.map(serde_json::to_string).transpose()?)
}

fn pointer(
    connection: &Connection,
    tenant: TenantId,
    slot: &Slot,
    consent: ConsentId,
    version: u32,
) -> Result<()> {
    run(
        connection,
        sql::SLOT_PUT,
        params![
            slot.subject.shard().number(),
            id(tenant.uuid()),
            id(slot.subject.uuid()),
            slot.definition.as_str(),
            slot.audience.kind(),
            slot.audience.text(),
            slot.qualifier.as_str(),
            version,
            id(consent.uuid()),
        ],
    )
}

/// Writes an agreement into the shard of its person, whom it never leaves.
fn agreement(connection: &Connection, tenant: TenantId, row: &Agreement) -> Result<()> {
    let home = row.subject.shard();
    let shard = home.number();
    if home != row.id.shard() {
        run(
            connection,
            sql::AGREEMENT_PLACE_PUT,
            params![id(tenant.uuid()), id(row.id.uuid()), shard],
        )?;
    }
    run(
        connection,
        sql::AGREEMENT_PUT,
        params![
            shard,
            id(tenant.uuid()),
            id(row.id.uuid()),
            row.version,
            id(row.subject.uuid()),
            id(row.application.uuid()),
            row.client.as_str(),
            row.qualifier.as_str(),
            id(row.decision.uuid()),
            row.created_at.as_micros(),
            row.updated_at.as_micros(),
            row.valid_until.map(consentry_domain::Timestamp::as_micros),
            serde_json::to_string(&row.disclosure)?,
            ended(row.ended.as_ref())?,
            accounts(&row.accounts)?,
            row.renewed_at.map(consentry_domain::Timestamp::as_micros),
        ],
    )?;
    let mut put = connection.prepare_cached(sql::AGREEMENT_ITEM_PUT)?;
    for (position, item) in (0_i64..).zip(&row.items) {
        put.execute(params![
            shard,
            id(tenant.uuid()),
            id(row.id.uuid()),
            position,
            item.definition.as_str(),
            id(item.consent.uuid()),
        ])?;
    }
    cut_items(connection, tenant, (home, row.id), row.items.len())
}

fn cut_items(
    connection: &Connection,
    tenant: TenantId,
    (shard, agreement): (Shard, AgreementId),
    from: usize,
) -> Result<()> {
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    run(
        connection,
        sql::AGREEMENT_ITEMS_CUT,
        params![shard.number(), id(tenant.uuid()), id(agreement.uuid()), from],
    )
}

/// The shard an agreement lives in, if there is one: that of its person. Of an id that came from another system it is noted beside; of
/// others it is in the id.
pub(crate) fn agreement_place(
    connection: &Connection,
    tenant: TenantId,
    agreement: AgreementId,
) -> Result<Shard> {
    let noted = noted_place(connection, sql::AGREEMENT_PLACE, tenant, agreement.uuid())?;
    Ok(noted.unwrap_or_else(|| agreement.shard()))
}

/// The shard a record lives in: the one its id names, or where it was moved to; none when there is no such record.
pub(crate) fn record_place(
    connection: &Connection,
    tenant: TenantId,
    record: RecordId,
) -> Result<Option<Shard>> {
    let at = |shard: Shard| version(connection, tenant, &RowKey::Record(shard, record));
    if at(record.shard())?.is_some() {
        return Ok(Some(record.shard()));
    }
    let Some(moved) = noted_place(connection, sql::RECORD_PLACE, tenant, record.uuid())? else {
        return Ok(None);
    };
    Ok(at(moved)?.map(|_| moved))
}

/// Where something lives whose id does not say it.
fn noted_place(connection: &Connection, sql: &str, tenant: TenantId, of: Uuid) -> Result<Option<Shard>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![id(tenant.uuid()), id(of)])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Shard::new(
        Cells::new(row, "foreign_id", 0).number("shard")?,
    )))
}

/// Writes a record into the shard of its subject. One that lived elsewhere moves, so that there is never a second one.
fn record(connection: &Connection, tenant: TenantId, row: &RecordRow) -> Result<()> {
    let key = row.record.id;
    let (home, shard) = (key.shard(), row.record.subject.shard());
    let moved = noted_place(connection, sql::RECORD_PLACE, tenant, key.uuid())?;
    for old in [Some(home), moved]
        .into_iter()
        .flatten()
        .filter(|old| *old != shard)
    {
        remove_record(connection, tenant, old, key)?;
    }
    match (shard == home, moved) {
        (true, Some(_)) => run(
            connection,
            sql::RECORD_PLACE_DELETE,
            params![id(tenant.uuid()), id(key.uuid())],
        )?,
        (false, moved) if moved != Some(shard) => {
            run(
                connection,
                sql::RECORD_PLACE_PUT,
                params![id(tenant.uuid()), id(key.uuid()), shard.number()],
            )?;
        }
        _ => {}
    }
    // The first version of a record without keys has nothing to remove: most records, made by a person's yes.
    if row.version > 1 || !row.keys.is_empty() {
        remove_keys(connection, tenant, shard, key)?;
    }
    run(
        connection,
        sql::RECORD_PUT,
        params![
            shard.number(),
            id(tenant.uuid()),
            id(key.uuid()),
            row.version,
            id(row.record.subject.uuid()),
            id(row.record.consent.uuid()),
            row.record.deleted,
            row.record.created_at.as_micros(),
            row.updated_at.as_micros(),
            stored::write_keys(&row.keys)?,
            row.sealed,
        ],
    )?;
    let mut put = connection.prepare_cached(sql::RECORD_KEY_PUT)?;
    for (kind, hash) in &row.keys {
        put.execute(params![
            hash.shard().number(),
            id(tenant.uuid()),
            kind.as_str(),
            hash.as_bytes(),
            row.record.created_at.as_micros(),
            id(key.uuid()),
            shard.number(),
        ])?;
    }
    Ok(())
}

fn remove_record(connection: &Connection, tenant: TenantId, shard: Shard, record: RecordId) -> Result<()> {
    remove_keys(connection, tenant, shard, record)?;
    run(
        connection,
        sql::RECORD_DELETE,
        params![shard.number(), id(tenant.uuid()), id(record.uuid())],
    )
}

/// Removes the entries by which a stored record is found.
fn remove_keys(connection: &Connection, tenant: TenantId, shard: Shard, record: RecordId) -> Result<()> {
    let Some((created_at, keys)) = stored_keys(connection, tenant, shard, record)? else {
        return Ok(());
    };
    let mut delete = connection.prepare_cached(sql::RECORD_KEY_DELETE)?;
    for (kind, hash) in keys {
        delete.execute(params![
            hash.shard().number(),
            id(tenant.uuid()),
            kind.as_str(),
            hash.as_bytes(),
            created_at,
            id(record.uuid()),
        ])?;
    }
    Ok(())
}

type StoredKeys = (i64, Vec<(RecordKey, Hash)>);

fn stored_keys(
    connection: &Connection,
    tenant: TenantId,
    shard: Shard,
    record: RecordId,
) -> Result<Option<StoredKeys>> {
    let mut statement = connection.prepare_cached(sql::RECORD_KEYS)?;
    let mut found = statement.query(params![shard.number(), id(tenant.uuid()), id(record.uuid())])?;
    let Some(row) = found.next()? else { return Ok(None) };
    let mut cells = Cells::new(row, "record", 0);
    let created_at = cells.number("created_at")?;
    let keys = cells
        .optional_named("search_keys", stored::read_keys)?
        .unwrap_or_default();
    Ok(Some((created_at, keys)))
}

fn grant(connection: &Connection, tenant: TenantId, row: &Grant) -> Result<()> {
    run(
        connection,
        sql::GRANT_PUT,
        params![
            row.id.shard().number(),
            id(tenant.uuid()),
            id(row.id.uuid()),
            row.version,
            id(row.subject.uuid()),
            id(row.application.uuid()),
            row.client.as_str(),
            row.agreement.map(|agreement| id(agreement.uuid())),
            row.scope.to_string(),
            serde_json::to_string(&row.resources)?,
            row.qualifier.as_str(),
            row.session,
            row.offline,
            row.auth_time.as_micros(),
            serde_json::to_string(&row.amr)?,
            row.created_at.as_micros(),
            row.expires_at.as_micros(),
            ended(row.ended.as_ref())?,
        ],
    )
}

fn token(connection: &Connection, tenant: TenantId, row: &TokenRow) -> Result<()> {
    run(
        connection,
        sql::TOKEN_PUT,
        params![
            row.hash.shard().number(),
            id(tenant.uuid()),
            row.hash.as_bytes(),
            row.kind.as_str(),
            row.version,
            row.subject.map(|subject| id(subject.uuid())),
            row.client,
            row.grant.map(|grant| id(grant.uuid())),
            row.issued_at.as_micros(),
            row.expires_at.as_micros(),
            row.consumed_at.map(consentry_domain::Timestamp::as_micros),
            row.revoked_at.map(consentry_domain::Timestamp::as_micros),
            row.failures,
            row.detail,
        ],
    )
}

fn interaction(connection: &Connection, tenant: TenantId, row: &InteractionRow) -> Result<()> {
    run(
        connection,
        sql::INTERACTION_PUT,
        params![
            row.hash.shard().number(),
            id(tenant.uuid()),
            row.hash.as_bytes(),
            row.version,
            row.browser.as_bytes(),
            row.subject.map(|subject| id(subject.uuid())),
            row.expires_at.as_micros(),
            row.created_at.as_micros(),
            row.terminal,
            row.detail,
        ],
    )
}

fn subject(connection: &Connection, tenant: TenantId, row: &Subject) -> Result<()> {
    run(
        connection,
        sql::SUBJECT_PUT,
        params![
            row.id.shard().number(),
            id(tenant.uuid()),
            id(row.id.uuid()),
            row.version,
            row.state.as_str(),
            row.merged_into.map(|subject| id(subject.uuid())),
            row.created_at.as_micros(),
        ],
    )
}

fn alias(connection: &Connection, tenant: TenantId, row: &AliasRow) -> Result<()> {
    run(
        connection,
        sql::ALIAS_PUT,
        params![
            row.hash.shard().number(),
            id(tenant.uuid()),
            row.hash.as_bytes(),
            row.namespace.as_str(),
            id(row.subject.uuid()),
            row.sealed,
            row.created_at.as_micros(),
        ],
    )
}

fn account(connection: &Connection, tenant: TenantId, row: &AccountRow) -> Result<()> {
    run(
        connection,
        sql::ACCOUNT_PUT,
        params![
            row.subject.shard().number(),
            id(tenant.uuid()),
            id(row.subject.uuid()),
            row.version,
            row.password_hash,
            row.disabled,
            serde_json::to_string(&row.applications)?,
            row.contact,
            row.passkeys,
            row.holdings,
            row.profile,
        ],
    )
}

fn subject_key(connection: &Connection, tenant: TenantId, row: &SubjectKeyRow) -> Result<()> {
    run(
        connection,
        sql::SUBJECT_KEY_PUT,
        params![
            row.subject.shard().number(),
            id(tenant.uuid()),
            id(row.subject.uuid()),
            row.wrapped
        ],
    )
}

/// The tenant of the change set counts, as for every other row.
fn configuration(connection: &Connection, tenant: TenantId, row: &ConfigurationRow) -> Result<()> {
    run(
        connection,
        sql::configuration(row.kind).put,
        params![id(tenant.uuid()), row.id, row.version, row.body],
    )
}
