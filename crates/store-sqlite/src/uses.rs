//! How consents were used.

use consentry_domain::{ConsentId, TenantId, Timestamp};
use consentry_store::UseRow;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    fault::Result,
    put::{id, run},
    rows, statements as sql,
};

/// Writes one row.
pub(crate) fn put(connection: &Connection, tenant: TenantId, row: &UseRow) -> Result<()> {
    let named = (!row.accounts.is_empty()).then_some(&row.accounts);
    let accounts = named.map(serde_json::to_string).transpose()?;
    run(
        connection,
        sql::USE_PUT,
        params![
            row.consent.shard().number(),
            id(tenant.uuid()),
            id(row.consent.uuid()),
            row.version,
            id(row.subject.uuid()),
            row.usage.last_used_at().map(Timestamp::as_micros),
            row.usage.last_refused_at().map(Timestamp::as_micros),
            row.usage.days(),
            row.usage.last_issued_at().map(Timestamp::as_micros),
            accounts,
        ],
    )
}

/// The rows of consents, of those that have one.
pub(crate) fn of(connection: &Connection, tenant: TenantId, consents: &[ConsentId]) -> Result<Vec<UseRow>> {
    let mut statement = connection.prepare_cached(sql::USE)?;
    let mut found = Vec::new();
    for consent in consents {
        let key = params![consent.shard().number(), id(tenant.uuid()), id(consent.uuid())];
        let row = statement
            .query_row(key, |row| Ok(rows::read::<UseRow>(row)))
            .optional()?;
        found.extend(row.transpose()?);
    }
    Ok(found)
}
