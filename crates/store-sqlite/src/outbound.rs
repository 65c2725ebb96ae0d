//! Work and messages: written and read.

use consentry_domain::{AgreementId, Consent, ConsentId, DeliveryId, EndpointId, TenantId, Timestamp};
use consentry_store::{DeliveryQuery, DeliveryRow, DeliveryStatus, JobRow, Withdrawn, stored::Cells as _};
use rusqlite::{Connection, Params, Row, params};

use crate::{
    cells::Cells,
    fault::Result,
    put::{count, id, run},
    rows, statements as sql,
};

pub(crate) fn job(connection: &Connection, tenant: TenantId, row: &JobRow) -> Result<()> {
    run(
        connection,
        sql::JOB_PUT,
        params![
            id(tenant.uuid()),
            row.kind,
            row.key,
            row.version,
            row.due_at.as_micros(),
            row.holder,
            row.held_until.map(Timestamp::as_micros),
            row.attempts,
            row.last_error,
            row.detail,
        ],
    )
}

pub(crate) fn delivery(connection: &Connection, tenant: TenantId, row: &DeliveryRow) -> Result<()> {
    run(
        connection,
        sql::DELIVERY_PUT,
        params![
            id(tenant.uuid()),
            id(row.id.uuid()),
            row.version,
            id(row.endpoint.uuid()),
            count(row.number)?,
            id(row.event.uuid()),
            count(row.index)?,
            row.kind,
            row.status.as_str(),
            row.due_at.as_micros(),
            row.attempts,
            row.created_at.as_micros(),
            row.finished_at.map(Timestamp::as_micros),
            row.detail,
        ],
    )
}

pub(crate) fn consents_ending(
    connection: &Connection,
    tenant: TenantId,
    (end, after): (Timestamp, ConsentId),
    until: Timestamp,
    limit: u32,
) -> Result<Vec<Consent>> {
    let keys = params![
        id(tenant.uuid()),
        end.as_micros(),
        id(after.uuid()),
        until.as_micros(),
        limit
    ];
    read(connection, sql::CONSENTS_ENDING, keys, rows::read)
}

pub(crate) fn withdrawn(
    connection: &Connection,
    tenant: TenantId,
    since: Timestamp,
    now: Timestamp,
    limit: u32,
) -> Result<Withdrawn> {
    let (tenant, since) = (id(tenant.uuid()), since.as_micros());
    Ok(Withdrawn {
        consents: read(
            connection,
            sql::CONSENTS_WITHDRAWN,
            params![tenant, since, now.as_micros(), limit],
            |row| {
                let mut cells = Cells::new(row, "consent", 1);
                Ok((cells.id("id", ConsentId::from_uuid)?, cells.time("updated_at")?))
            },
        )?,
        agreements: read(
            connection,
            sql::AGREEMENTS_WITHDRAWN,
            params![tenant, since, limit],
            |row| {
                let mut cells = Cells::new(row, "agreement", 1);
                Ok((cells.id("id", AgreementId::from_uuid)?, cells.time("updated_at")?))
            },
        )?,
    })
}

pub(crate) fn job_of(
    connection: &Connection,
    tenant: TenantId,
    kind: &str,
    key: &str,
) -> Result<Option<JobRow>> {
    let found = read(
        connection,
        sql::JOB,
        params![id(tenant.uuid()), kind, key],
        rows::read,
    )?;
    Ok(found.into_iter().next())
}

pub(crate) fn jobs(connection: &Connection, tenant: TenantId, kind: &str) -> Result<Vec<JobRow>> {
    read(
        connection,
        sql::JOBS,
        params![id(tenant.uuid()), kind],
        rows::read,
    )
}

pub(crate) fn jobs_by_due(
    connection: &Connection,
    tenant: TenantId,
    kind: &str,
    limit: u32,
) -> Result<Vec<JobRow>> {
    let keys = params![id(tenant.uuid()), kind, limit];
    read(connection, sql::JOBS_BY_DUE, keys, rows::read)
}

pub(crate) fn delivery_of(
    connection: &Connection,
    tenant: TenantId,
    key: DeliveryId,
) -> Result<Option<DeliveryRow>> {
    let keys = params![id(tenant.uuid()), id(key.uuid())];
    let found = read(connection, sql::DELIVERY, keys, rows::read)?;
    Ok(found.into_iter().next())
}

pub(crate) fn deliveries(
    connection: &Connection,
    tenant: TenantId,
    query: &DeliveryQuery,
) -> Result<Vec<DeliveryRow>> {
    let before = match query.before {
        Some(before) => count(before)?,
        None => i64::MAX,
    };
    read(
        connection,
        sql::DELIVERIES,
        params![
            id(tenant.uuid()),
            id(query.endpoint.uuid()),
            query.status.map(DeliveryStatus::as_str),
            query.kind,
            query.since.map(Timestamp::as_micros),
            before,
            query.limit,
        ],
        rows::read,
    )
}

pub(crate) fn waiting(
    connection: &Connection,
    tenant: TenantId,
    endpoint: EndpointId,
    limit: u32,
) -> Result<Vec<DeliveryRow>> {
    read(
        connection,
        sql::DELIVERIES_WAITING,
        params![id(tenant.uuid()), id(endpoint.uuid()), limit],
        rows::read,
    )
}

pub(crate) fn asked(connection: &Connection, tenant: TenantId, limit: u32) -> Result<Vec<DeliveryRow>> {
    let keys = params![id(tenant.uuid()), limit];
    read(connection, sql::DELIVERIES_ASKED, keys, rows::read)
}

pub(crate) fn finished(
    connection: &Connection,
    tenant: TenantId,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<DeliveryRow>> {
    let keys = params![id(tenant.uuid()), before.as_micros(), limit];
    read(connection, sql::DELIVERIES_FINISHED, keys, rows::read)
}

fn read<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}
