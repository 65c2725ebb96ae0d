//! Work and messages: as they are bound, and read.

use consentry_domain::{AgreementId, Consent, ConsentId, DeliveryId, EndpointId, TenantId, Timestamp};
use consentry_store::{DeliveryQuery, DeliveryRow, DeliveryStatus, JobRow, Withdrawn, stored::Cells as _};
use tokio_postgres::Row;

use crate::{
    cells::Cells,
    columns::Cell,
    fault::{Fault, Result},
    reader::Connection,
    rows, statements as sql, text,
};

pub(crate) fn job(tenant: TenantId, row: &JobRow) -> [Cell<'_>; 10] {
    [
        Cell::id(tenant.uuid()),
        Cell::text(&row.kind),
        Cell::text(&row.key),
        Cell::version(row.version),
        Cell::time(row.due_at),
        Cell::optional_text(row.holder.as_deref()),
        Cell::optional_time(row.held_until),
        Cell::version(row.attempts),
        Cell::optional_text(row.last_error.as_deref()),
        Cell::text(&row.detail),
    ]
}

pub(crate) fn delivery(tenant: TenantId, row: &DeliveryRow) -> Result<[Cell<'_>; 14]> {
    Ok([
        Cell::id(tenant.uuid()),
        Cell::id(row.id.uuid()),
        Cell::version(row.version),
        Cell::id(row.endpoint.uuid()),
        Cell::count(row.number)?,
        Cell::id(row.event.uuid()),
        Cell::count(row.index)?,
        Cell::text(&row.kind),
        Cell::text(row.status.as_str()),
        Cell::time(row.due_at),
        Cell::version(row.attempts),
        Cell::time(row.created_at),
        Cell::optional_time(row.finished_at),
        Cell::text(&row.detail),
    ])
}

pub(crate) async fn consents_ending(
    connection: Connection<'_>,
    tenant: TenantId,
    (end, after): (Timestamp, ConsentId),
    until: Timestamp,
    limit: u32,
) -> Result<Vec<Consent>> {
    let rows = connection
        .query(
            sql::CONSENTS_ENDING,
            &[
                &tenant.uuid(),
                &end.as_micros(),
                &after.uuid(),
                &until.as_micros(),
                &i64::from(limit),
            ],
        )
        .await?;
    rows.iter().map(rows::read).collect()
}

pub(crate) async fn withdrawn(
    connection: Connection<'_>,
    tenant: TenantId,
    since: Timestamp,
    now: Timestamp,
    limit: u32,
) -> Result<Withdrawn> {
    let (tenant, since, limit) = (tenant.uuid(), since.as_micros(), i64::from(limit));
    let consents = connection
        .query(
            sql::CONSENTS_WITHDRAWN,
            &[&tenant, &since, &now.as_micros(), &limit],
        )
        .await?;
    let agreements = connection
        .query(sql::AGREEMENTS_WITHDRAWN, &[&tenant, &since, &limit])
        .await?;
    let consent = |row: &Row| {
        let mut cells = Cells::new(row, "consent", 1);
        Ok((cells.id("id", ConsentId::from_uuid)?, cells.time("updated_at")?))
    };
    let agreement = |row: &Row| {
        let mut cells = Cells::new(row, "agreement", 1);
        Ok((cells.id("id", AgreementId::from_uuid)?, cells.time("updated_at")?))
    };
    Ok(Withdrawn {
        consents: consents.iter().map(consent).collect::<Result<_>>()?,
        agreements: agreements.iter().map(agreement).collect::<Result<_>>()?,
    })
}

pub(crate) async fn job_of(
    connection: Connection<'_>,
    tenant: TenantId,
    kind: &str,
    key: &str,
) -> Result<Option<JobRow>> {
    let (kind, key) = (text::to_stored(kind), text::to_stored(key));
    let rows = connection
        .query(sql::JOB, &[&tenant.uuid(), &kind.as_ref(), &key.as_ref()])
        .await?;
    rows.first().map(rows::read).transpose()
}

pub(crate) async fn jobs(connection: Connection<'_>, tenant: TenantId, kind: &str) -> Result<Vec<JobRow>> {
    let kind = text::to_stored(kind);
    let rows = connection
        .query(sql::JOBS, &[&tenant.uuid(), &kind.as_ref()])
        .await?;
    rows.iter().map(rows::read).collect()
}

pub(crate) async fn jobs_by_due(
    connection: Connection<'_>,
    tenant: TenantId,
    kind: &str,
    limit: u32,
) -> Result<Vec<JobRow>> {
    let kind = text::to_stored(kind);
    let rows = connection
        .query(
            sql::JOBS_BY_DUE,
            &[&tenant.uuid(), &kind.as_ref(), &i64::from(limit)],
        )
        .await?;
    rows.iter().map(rows::read).collect()
}

pub(crate) async fn delivery_of(
    connection: Connection<'_>,
    tenant: TenantId,
    key: DeliveryId,
) -> Result<Option<DeliveryRow>> {
    let rows = connection
        .query(sql::DELIVERY, &[&tenant.uuid(), &key.uuid()])
        .await?;
    rows.first().map(rows::read).transpose()
}

pub(crate) async fn deliveries(
    connection: Connection<'_>,
    tenant: TenantId,
    query: &DeliveryQuery,
) -> Result<Vec<DeliveryRow>> {
    let before = match query.before {
        Some(before) => {
            i64::try_from(before).map_err(|_| Fault::driver("the number of a message is out of range"))?
        }
        None => i64::MAX,
    };
    let kind = query.kind.as_deref().map(text::to_stored);
    let rows = connection
        .query(
            sql::DELIVERIES,
            &[
                &tenant.uuid(),
                &query.endpoint.uuid(),
                &query.status.map(DeliveryStatus::as_str),
                &kind.as_deref(),
                &query.since.map(Timestamp::as_micros),
                &before,
                &i64::from(query.limit),
            ],
        )
        .await?;
    rows.iter().map(rows::read).collect()
}

pub(crate) async fn waiting(
    connection: Connection<'_>,
    tenant: TenantId,
    endpoint: EndpointId,
    limit: u32,
) -> Result<Vec<DeliveryRow>> {
    let rows = connection
        .query(
            sql::DELIVERIES_WAITING,
            &[&tenant.uuid(), &endpoint.uuid(), &i64::from(limit)],
        )
        .await?;
    rows.iter().map(rows::read).collect()
}

pub(crate) async fn asked(
    connection: Connection<'_>,
    tenant: TenantId,
    limit: u32,
) -> Result<Vec<DeliveryRow>> {
    let rows = connection
        .query(sql::DELIVERIES_ASKED, &[&tenant.uuid(), &i64::from(limit)])
        .await?;
    rows.iter().map(rows::read).collect()
}

pub(crate) async fn finished(
    connection: Connection<'_>,
    tenant: TenantId,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<DeliveryRow>> {
    let rows = connection
        .query(
            sql::DELIVERIES_FINISHED,
            &[&tenant.uuid(), &before.as_micros(), &i64::from(limit)],
        )
        .await?;
    rows.iter().map(rows::read).collect()
}
