//! The reads of the waist, one connection at a time. Whatever needs more than one statement runs in one read transaction, so
//! that it sees one moment; lists of keys are asked for with one statement each.

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
    InteractionRow, LogHead, PreferenceRow, StoreError, SubjectKeyRow, TokenRow, UseRow, chain,
    stored::{Cells as _, Stored},
};
use tokio_postgres::{Row, types::ToSql};
use uuid::Uuid;

use crate::{
    cells::Cells,
    columns::{Cell, Columns},
    fault::{Fault, Result},
    reader::Connection,
    rows, statements as sql, text,
};

pub(crate) use agreements::{agreement, agreements};
pub(crate) use records::{record, records};
pub(crate) use touched::{projection, touched, touched_by_slots};

/// The stream of a tenant's log: there is one.
pub(crate) const STREAM: u16 = 0;

/// A shard as it is bound.
fn number(shard: Shard) -> i32 {
    i32::from(shard.number())
}

async fn all<T>(
    connection: Connection<'_>,
    sql: &'static str,
    params: &[&(dyn ToSql + Sync)],
    read: impl FnMut(&Row) -> Result<T>,
) -> Result<Vec<T>> {
    connection.query(sql, params).await?.iter().map(read).collect()
}

async fn one<T>(
    connection: Connection<'_>,
    sql: &'static str,
    params: &[&(dyn ToSql + Sync)],
    read: impl FnOnce(&Row) -> Result<T>,
) -> Result<Option<T>> {
    connection.query(sql, params).await?.first().map(read).transpose()
}

async fn by_id<T>(
    connection: Connection<'_>,
    sql: &'static str,
    tenant: TenantId,
    (shard, key): (Shard, Uuid),
    read: impl FnOnce(&Row) -> Result<T>,
) -> Result<Option<T>> {
    one(connection, sql, &[&number(shard), &tenant.uuid(), &key], read).await
}

async fn by_hash<T>(
    connection: Connection<'_>,
    sql: &'static str,
    tenant: TenantId,
    hash: Hash,
    read: impl FnOnce(&Row) -> Result<T>,
) -> Result<Option<T>> {
    let bytes = hash.as_bytes().as_slice();
    one(
        connection,
        sql,
        &[&number(hash.shard()), &tenant.uuid(), &bytes],
        read,
    )
    .await
}

/// Keys of one tenant as a statement takes them: shard, tenant, id.
fn keys(tenant: TenantId, ids: impl IntoIterator<Item = (Shard, Uuid)>) -> Columns<'static> {
    let mut columns = Columns::default();
    for (shard, id) in ids {
        columns.push([Cell::shard(shard), Cell::id(tenant.uuid()), Cell::id(id)]);
    }
    columns
}

/// Asks with a list of keys; an empty list needs no question.
async fn listed(connection: Connection<'_>, sql: &'static str, keys: Columns<'_>) -> Result<Vec<Row>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    connection.query(sql, &keys.params()).await
}

pub(crate) async fn configuration(
    connection: Connection<'_>,
    kind: ConfigurationKind,
) -> Result<Vec<ConfigurationRow>> {
    all(connection, sql::configuration(kind).all, &[], |row| {
        rows::configuration(kind, row)
    })
    .await
}

pub(crate) async fn consent(
    connection: Connection<'_>,
    tenant: TenantId,
    id: ConsentId,
) -> Result<Option<Consent>> {
    by_id(
        connection,
        sql::CONSENT,
        tenant,
        (id.shard(), id.uuid()),
        rows::read,
    )
    .await
}

/// The consents with these ids, as far as there are such.
async fn consents(
    connection: Connection<'_>,
    tenant: TenantId,
    ids: impl IntoIterator<Item = ConsentId>,
) -> Result<Vec<Consent>> {
    let keys = keys(tenant, ids.into_iter().map(|id| (id.shard(), id.uuid())));
    let found = listed(connection, sql::CONSENTS, keys).await?;
    found.iter().map(rows::read).collect()
}

/// The consent that another row points at. Rows that point at nothing are never written.
fn pointed_at(found: Option<Consent>, (table, row): (&'static str, &dyn ToString)) -> Result<Consent> {
    found.ok_or_else(|| {
        Fault::from(StoreError::Corrupt {
            table,
            column: "consent",
            row: row.to_string(),
        })
    })
}

pub(crate) async fn uses(
    connection: Connection<'_>,
    tenant: TenantId,
    consents: &[ConsentId],
) -> Result<Vec<UseRow>> {
    let ids = consents.iter().map(|id| (id.shard(), id.uuid()));
    let found = listed(connection, sql::USES, keys(tenant, ids)).await?;
    found.iter().map(rows::read).collect()
}

pub(crate) async fn deciding_consents(
    connection: Connection<'_>,
    tenant: TenantId,
    subject: SubjectId,
) -> Result<Vec<Consent>> {
    all(
        connection,
        sql::CONSENTS_DECIDING,
        &[&number(subject.shard()), &tenant.uuid(), &subject.uuid()],
        |row| pointed_at(rows::consent_from(row, 0)?, ("slot", &subject)),
    )
    .await
}

/// Both on one way to the server.
pub(crate) async fn standing(
    connection: Connection<'_>,
    tenant: TenantId,
    id: SubjectId,
) -> Result<(Option<SubjectState>, Vec<Consent>)> {
    let (person, consents) = tokio::try_join!(
        subject(connection, tenant, id),
        deciding_consents(connection, tenant, id),
    )?;
    Ok((person.map(|person| person.state), consents))
}

pub(crate) async fn grant(
    connection: Connection<'_>,
    tenant: TenantId,
    id: GrantId,
) -> Result<Option<Grant>> {
    by_id(
        connection,
        sql::GRANT,
        tenant,
        (id.shard(), id.uuid()),
        rows::read,
    )
    .await
}

pub(crate) async fn grants_of(
    connection: Connection<'_>,
    tenant: TenantId,
    subject: SubjectId,
    client: Option<ClientId>,
) -> Result<Vec<Grant>> {
    let client = client.as_ref().map(|client| text::to_stored(client.as_str()));
    all(
        connection,
        sql::GRANTS_STANDING,
        &[
            &number(subject.shard()),
            &tenant.uuid(),
            &subject.uuid(),
            &client.as_deref(),
        ],
        rows::read,
    )
    .await
}

pub(crate) async fn token(
    connection: Connection<'_>,
    tenant: TenantId,
    hash: Hash,
) -> Result<Option<TokenRow>> {
    by_hash(connection, sql::TOKEN, tenant, hash, rows::read).await
}

pub(crate) async fn interaction(
    connection: Connection<'_>,
    tenant: TenantId,
    hash: Hash,
) -> Result<Option<InteractionRow>> {
    by_hash(connection, sql::INTERACTION, tenant, hash, rows::read).await
}

pub(crate) async fn sessions_of(
    connection: Connection<'_>,
    tenant: TenantId,
    subject: SubjectId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<TokenRow>> {
    all(
        connection,
        sql::SESSIONS_OF_SUBJECT,
        &[
            &tenant.uuid(),
            &subject.uuid(),
            &now.as_micros(),
            &i64::from(limit),
        ],
        rows::read,
    )
    .await
}

pub(crate) async fn interactions_of(
    connection: Connection<'_>,
    tenant: TenantId,
    browser: Hash,
    now: Timestamp,
) -> Result<Vec<InteractionRow>> {
    let bytes = browser.as_bytes().as_slice();
    all(
        connection,
        sql::INTERACTIONS_OF_BROWSER,
        &[&tenant.uuid(), &bytes, &now.as_micros()],
        rows::read,
    )
    .await
}

pub(crate) async fn subject(
    connection: Connection<'_>,
    tenant: TenantId,
    id: SubjectId,
) -> Result<Option<Subject>> {
    by_id(
        connection,
        sql::SUBJECT,
        tenant,
        (id.shard(), id.uuid()),
        rows::read,
    )
    .await
}

pub(crate) async fn alias(
    connection: Connection<'_>,
    tenant: TenantId,
    hash: Hash,
) -> Result<Option<AliasRow>> {
    by_hash(connection, sql::ALIAS, tenant, hash, rows::read).await
}

pub(crate) async fn aliases_of(
    connection: Connection<'_>,
    tenant: TenantId,
    subject: SubjectId,
) -> Result<Vec<AliasRow>> {
    all(
        connection,
        sql::ALIASES_OF_SUBJECT,
        &[&tenant.uuid(), &subject.uuid()],
        rows::read,
    )
    .await
}

pub(crate) async fn preference(
    connection: Connection<'_>,
    tenant: TenantId,
    hash: Hash,
) -> Result<Option<PreferenceRow>> {
    by_hash(connection, sql::PREFERENCE, tenant, hash, rows::read).await
}

pub(crate) async fn preferences_of(
    connection: Connection<'_>,
    tenant: TenantId,
    subject: SubjectId,
) -> Result<Vec<PreferenceRow>> {
    all(
        connection,
        sql::PREFERENCES_OF_SUBJECT,
        &[&tenant.uuid(), &subject.uuid()],
        rows::read,
    )
    .await
}

pub(crate) async fn preference_people(
    connection: Connection<'_>,
    tenant: TenantId,
    (at, hash): (Timestamp, Hash),
    limit: u32,
) -> Result<Vec<PreferenceRow>> {
    let hash = hash.as_bytes().as_slice();
    all(
        connection,
        sql::PREFERENCE_PEOPLE,
        &[&tenant.uuid(), &at.as_micros(), &hash, &i64::from(limit)],
        rows::read,
    )
    .await
}

pub(crate) async fn account(
    connection: Connection<'_>,
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
    .await
}

pub(crate) async fn remembered(
    connection: Connection<'_>,
    tenant: TenantId,
    key: Hash,
    now: Timestamp,
) -> Result<Option<IdempotencyKey>> {
    let found = by_hash(connection, sql::REQUEST, tenant, key, |row| {
        rows::remembered(row, key)
    });
    Ok(found.await?.filter(|known| now < known.expires_at))
}

pub(crate) async fn subject_key(
    connection: Connection<'_>,
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
    .await
}

/// The head of a tenant's log; one without events has the chain's start.
pub(crate) async fn log_head(connection: Connection<'_>, tenant: TenantId) -> Result<LogHead> {
    let found = one(connection, sql::LOG_HEAD, &[&tenant.uuid()], |row| {
        let mut cells = Cells::new(row, "tenant_log", 0);
        Ok(LogHead {
            size: cells.number("size")?,
            chain: cells.hash("chain")?,
        })
    })
    .await?;
    Ok(found.unwrap_or_else(|| LogHead {
        size: 0,
        chain: chain::start(STREAM),
    }))
}

pub(crate) async fn event_heads(
    connection: Connection<'_>,
    tenant: TenantId,
    from: u64,
    limit: u32,
) -> Result<Vec<EventHead>> {
    logged(connection, sql::EVENT_HEADS, tenant, from, limit).await
}

pub(crate) async fn events_of(
    connection: Connection<'_>,
    tenant: TenantId,
    subject: SubjectId,
    from: u64,
    limit: u32,
) -> Result<Vec<EventRow>> {
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    all(
        connection,
        sql::EVENTS_OF,
        &[&tenant.uuid(), &subject.uuid(), &from, &i64::from(limit)],
        rows::read,
    )
    .await
}

pub(crate) async fn events(
    connection: Connection<'_>,
    tenant: TenantId,
    from: u64,
    limit: u32,
) -> Result<Vec<EventRow>> {
    logged(connection, sql::EVENTS, tenant, from, limit).await
}

/// What a statement says of the events of a log from an index on.
async fn logged<T: Stored>(
    connection: Connection<'_>,
    sql: &'static str,
    tenant: TenantId,
    from: u64,
    limit: u32,
) -> Result<Vec<T>> {
    // Nothing can lie beyond the greatest index that can be stored.
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    all(
        connection,
        sql,
        &[&tenant.uuid(), &from, &i64::from(limit)],
        rows::read,
    )
    .await
}
