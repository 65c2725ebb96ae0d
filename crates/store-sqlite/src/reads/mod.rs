//! The reads of the waist, one connection at a time. Whatever needs more than one statement runs in one read transaction, so
//! that it sees one moment.

mod agreements;
mod records;
mod touched;

use consentry_domain::{
    ClientId, Consent, ConsentId, GrantId, Shard, SubjectId, TenantId, Timestamp,
    grant::Grant,
    subject::{Subject, SubjectState},
};
use consentry_store::{
    AccountRow, AliasRow, ConfigurationKind, ConfigurationRow, EventHead, EventRow, Hash, IdempotencyKey,
    InteractionRow, StoreError, SubjectKeyRow, TokenRow,
    stored::{self, Alike, Cells as _, Stored},
};
use rusqlite::{Connection, Params, Row, params, types::ValueRef};
use uuid::Uuid;

use crate::{
    cells::Cells,
    commit::Transaction,
    fault::{Fault, Result},
    put, rows, statements as sql,
};

pub(crate) use agreements::{agreement, agreements};
pub(crate) use records::{record, records};
pub(crate) use touched::{projection, touched};

/// Runs `read` in one read transaction.
pub(crate) fn at_one_moment<T>(connection: &Connection, read: impl FnOnce() -> Result<T>) -> Result<T> {
    let transaction = Transaction::begin_reading(connection)?;
    let answer = read()?;
    transaction.commit()?;
    Ok(answer)
}

fn one<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(params)?;
    found.next()?.map(read).transpose()
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(params)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(read(row)?);
    }
    Ok(rows)
}

fn by_id<T>(
    connection: &Connection,
    sql: &str,
    tenant: TenantId,
    (shard, key): (Shard, Uuid),
    read: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    one(
        connection,
        sql,
        params![shard.number(), put::id(tenant.uuid()), put::id(key)],
        read,
    )
}

fn by_hash<T>(
    connection: &Connection,
    sql: &str,
    tenant: TenantId,
    hash: &Hash,
    read: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    one(
        connection,
        sql,
        params![hash.shard().number(), put::id(tenant.uuid()), hash.as_bytes()],
        read,
    )
}

pub(crate) fn configuration(
    connection: &Connection,
    kind: ConfigurationKind,
) -> Result<Vec<ConfigurationRow>> {
    all(connection, sql::configuration(kind).all, [], |row| {
        rows::configuration(kind, row)
    })
}

pub(crate) fn consent(connection: &Connection, tenant: TenantId, id: ConsentId) -> Result<Option<Consent>> {
    by_id(
        connection,
        sql::CONSENT,
        tenant,
        (id.shard(), id.uuid()),
        rows::read,
    )
}

/// A consent that another row points at. Rows that point at nothing are never written.
fn pointed_at(
    connection: &Connection,
    tenant: TenantId,
    id: ConsentId,
    (table, row): (&'static str, &dyn ToString),
) -> Result<Consent> {
    consent(connection, tenant, id)?.ok_or_else(|| {
        Fault(StoreError::Corrupt {
            table,
            column: "consent",
            row: row.to_string(),
        })
    })
}

pub(crate) fn deciding_consents(
    connection: &Connection,
    tenant: TenantId,
    subject: SubjectId,
) -> Result<Vec<Consent>> {
    all(
        connection,
        sql::CONSENTS_DECIDING,
        params![
            subject.shard().number(),
            put::id(tenant.uuid()),
            put::id(subject.uuid())
        ],
        |row| {
            let mut cells = Cells::new(row, Consent::TABLE, Consent::KEYS);
            let id = cells.id("consent", ConsentId::from_uuid)?;
            match row.get_ref(1)? {
                // A consent that was made elsewhere lives where its own id says.
                ValueRef::Null => pointed_at(connection, tenant, id, ("slot", &subject)),
                _ => Consent::read(&mut cells),
            }
        },
    )
}

/// The state of somebody, and the consents that decide their slots.
pub(crate) fn standing(
    connection: &Connection,
    tenant: TenantId,
    subject: SubjectId,
) -> Result<(Option<SubjectState>, Vec<Consent>)> {
    if let Some(found) = standing_at_home(connection, tenant, subject)? {
        return Ok(found);
    }
    at_one_moment(connection, || {
        let person = self::subject(connection, tenant, subject)?;
        let consents = deciding_consents(connection, tenant, subject)?;
        Ok((person.map(|person| person.state), consents))
    })
}

/// The same by one statement; none where one of the consents was made elsewhere, since it lives where its own id says, and where the
/// person cannot be read, which is told by who reads them alone.
fn standing_at_home(
    connection: &Connection,
    tenant: TenantId,
    subject: SubjectId,
) -> Result<Option<(Option<SubjectState>, Vec<Consent>)>> {
    let mut statement = connection.prepare_cached(sql::STANDING)?;
    let mut found = statement.query(params![
        subject.shard().number(),
        put::id(tenant.uuid()),
        put::id(subject.uuid())
    ])?;
    let (mut state, mut consents) = (None, Vec::new());
    let mut alike = Alike::default();
    while let Some(row) = found.next()? {
        let mut cells = Cells::new(row, Consent::TABLE, Consent::KEYS);
        let is_slot = cells.optional_id("consent", ConsentId::from_uuid)?.is_some();
        let known = cells.optional_named("state", |text| Some(SubjectState::from_name(text)))?;
        state = known.flatten();
        let is_unreadable = known.is_some() && state.is_none();
        let is_elsewhere = is_slot && row.get_ref(2)? == ValueRef::Null;
        if is_unreadable || is_elsewhere {
            return Ok(None);
        }
        if !is_slot {
            break;
        }
        consents.push(stored::consent(&mut cells, &mut alike)?);
    }
    Ok(Some((state, consents)))
}

pub(crate) fn grant(connection: &Connection, tenant: TenantId, id: GrantId) -> Result<Option<Grant>> {
    by_id(
        connection,
        sql::GRANT,
        tenant,
        (id.shard(), id.uuid()),
        rows::read,
    )
}

pub(crate) fn grants_of(
    connection: &Connection,
    tenant: TenantId,
    subject: SubjectId,
    client: Option<&ClientId>,
) -> Result<Vec<Grant>> {
    all(
        connection,
        sql::GRANTS_STANDING,
        params![
            subject.shard().number(),
            put::id(tenant.uuid()),
            put::id(subject.uuid()),
            client.map(ClientId::as_str)
        ],
        rows::read,
    )
}

pub(crate) fn token(connection: &Connection, tenant: TenantId, hash: &Hash) -> Result<Option<TokenRow>> {
    by_hash(connection, sql::TOKEN, tenant, hash, rows::read)
}

pub(crate) fn sessions_of(
    connection: &Connection,
    tenant: TenantId,
    subject: SubjectId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<TokenRow>> {
    all(
        connection,
        sql::SESSIONS_OF_SUBJECT,
        params![
            put::id(tenant.uuid()),
            put::id(subject.uuid()),
            now.as_micros(),
            limit
        ],
        rows::read,
    )
}

pub(crate) fn interaction(
    connection: &Connection,
    tenant: TenantId,
    hash: &Hash,
) -> Result<Option<InteractionRow>> {
    by_hash(connection, sql::INTERACTION, tenant, hash, rows::read)
}

pub(crate) fn interactions_of(
    connection: &Connection,
    tenant: TenantId,
    browser: &Hash,
    now: Timestamp,
) -> Result<Vec<InteractionRow>> {
    all(
        connection,
        sql::INTERACTIONS_OF_BROWSER,
        params![put::id(tenant.uuid()), browser.as_bytes(), now.as_micros()],
        rows::read,
    )
}

pub(crate) fn subject(connection: &Connection, tenant: TenantId, id: SubjectId) -> Result<Option<Subject>> {
    by_id(
        connection,
        sql::SUBJECT,
        tenant,
        (id.shard(), id.uuid()),
        rows::read,
    )
}

pub(crate) fn alias(connection: &Connection, tenant: TenantId, hash: &Hash) -> Result<Option<AliasRow>> {
    by_hash(connection, sql::ALIAS, tenant, hash, rows::read)
}

pub(crate) fn aliases_of(
    connection: &Connection,
    tenant: TenantId,
    subject: SubjectId,
) -> Result<Vec<AliasRow>> {
    all(
        connection,
        sql::ALIASES_OF_SUBJECT,
        params![put::id(tenant.uuid()), put::id(subject.uuid())],
        rows::read,
    )
}

pub(crate) fn account(
    connection: &Connection,
    tenant: TenantId,
    subject: SubjectId,
) -> Result<Option<AccountRow>> {
    by_id(
        connection,
        sql::ACCOUNT,
        tenant,
        (subject.shard(), subject.uuid()),
        rows::read,
    )
}

pub(crate) fn remembered(
    connection: &Connection,
    tenant: TenantId,
    key: &Hash,
    now: Timestamp,
) -> Result<Option<IdempotencyKey>> {
    one(
        connection,
        sql::REMEMBERED,
        params![
            key.shard().number(),
            put::id(tenant.uuid()),
            key.as_bytes(),
            now.as_micros()
        ],
        |row| rows::remembered(row, *key),
    )
}

pub(crate) fn subject_key(
    connection: &Connection,
    tenant: TenantId,
    subject: SubjectId,
) -> Result<Option<SubjectKeyRow>> {
    by_id(
        connection,
        sql::SUBJECT_KEY,
        tenant,
        (subject.shard(), subject.uuid()),
        rows::read,
    )
}

pub(crate) fn events(
    connection: &Connection,
    tenant: TenantId,
    from: u64,
    limit: u32,
) -> Result<Vec<EventRow>> {
    logged(connection, sql::EVENTS, tenant, from, limit)
}

pub(crate) fn event_heads(
    connection: &Connection,
    tenant: TenantId,
    from: u64,
    limit: u32,
) -> Result<Vec<EventHead>> {
    logged(connection, sql::EVENT_HEADS, tenant, from, limit)
}

/// What a statement says of the events of a log from an index on.
fn logged<T: Stored>(
    connection: &Connection,
    sql: &str,
    tenant: TenantId,
    from: u64,
    limit: u32,
) -> Result<Vec<T>> {
    // Nothing can lie beyond the greatest index that can be stored.
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    all(
        connection,
        sql,
        params![put::id(tenant.uuid()), from, limit],
        rows::read,
    )
}

pub(crate) fn events_of(
    connection: &Connection,
    tenant: TenantId,
    subject: SubjectId,
    from: u64,
    limit: u32,
) -> Result<Vec<EventRow>> {
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    all(
        connection,
        sql::EVENTS_OF,
        params![put::id(tenant.uuid()), put::id(subject.uuid()), from, limit],
        rows::read,
    )
}
