//! What people chose at a preferences door.

use consentry_domain::{SubjectId, TenantId, Timestamp};
use consentry_store::{Hash, PreferenceRow};
use rusqlite::{Connection, Params, params};

use crate::{
    fault::Result,
    put::{id, run},
    rows, statements as sql,
};

/// Writes one row.
pub(crate) fn put(connection: &Connection, tenant: TenantId, row: &PreferenceRow) -> Result<()> {
    run(
        connection,
        sql::PREFERENCE_PUT,
        params![
            row.hash.shard().number(),
            id(tenant.uuid()),
            row.hash.as_bytes(),
            row.kind.as_str(),
            row.version,
            id(row.subject.uuid()),
            row.created_at.as_micros(),
            row.sealed,
        ],
    )
}

/// One row.
pub(crate) fn one(connection: &Connection, tenant: TenantId, hash: &Hash) -> Result<Option<PreferenceRow>> {
    let key = params![hash.shard().number(), id(tenant.uuid()), hash.as_bytes()];
    Ok(all(connection, sql::PREFERENCE, key)?.pop())
}

/// The rows of a person.
pub(crate) fn of(
    connection: &Connection,
    tenant: TenantId,
    subject: SubjectId,
) -> Result<Vec<PreferenceRow>> {
    all(
        connection,
        sql::PREFERENCES_OF_SUBJECT,
        params![id(tenant.uuid()), id(subject.uuid())],
    )
}

/// The rows of people behind a place.
pub(crate) fn people(
    connection: &Connection,
    tenant: TenantId,
    (at, hash): (Timestamp, Hash),
    limit: u32,
) -> Result<Vec<PreferenceRow>> {
    all(
        connection,
        sql::PREFERENCE_PEOPLE,
        params![id(tenant.uuid()), at.as_micros(), hash.as_bytes(), limit],
    )
}

fn all(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<PreferenceRow>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(params)?;
    let mut listed = Vec::new();
    while let Some(row) = found.next()? {
        listed.push(rows::read(row)?);
    }
    Ok(listed)
}
