//! Agreements with their items and consents.

use consentry_domain::{Agreement, AgreementId, ApplicationId, ClientId, Consent, TenantId, Timestamp};
use consentry_store::AgreementQuery;
use rusqlite::{Connection, params};

use super::{all, by_id, pointed_at};
use crate::{fault::Result, put, rows, statements as sql};

pub(crate) fn agreement(
    connection: &Connection,
    tenant: TenantId,
    id: AgreementId,
) -> Result<Option<(Agreement, Vec<Consent>)>> {
    let Some(agreement) = without_consents(connection, tenant, id)? else {
        return Ok(None);
    };
    with_consents(connection, tenant, agreement).map(Some)
}

/// An agreement with its items only.
pub(super) fn without_consents(
    connection: &Connection,
    tenant: TenantId,
    id: AgreementId,
) -> Result<Option<Agreement>> {
    let shard = put::agreement_place(connection, tenant, id)?;
    let found = by_id(connection, sql::AGREEMENT, tenant, (shard, id.uuid()), rows::read)?;
    found
        .map(|agreement| with_items(connection, tenant, agreement))
        .transpose()
}

pub(super) fn with_items(
    connection: &Connection,
    tenant: TenantId,
    mut agreement: Agreement,
) -> Result<Agreement> {
    agreement.items = all(
        connection,
        sql::AGREEMENT_ITEMS,
        params![
            agreement.subject.shard().number(),
            put::id(tenant.uuid()),
            put::id(agreement.id.uuid())
        ],
        rows::agreement_item,
    )?;
    Ok(agreement)
}

fn with_consents(
    connection: &Connection,
    tenant: TenantId,
    agreement: Agreement,
) -> Result<(Agreement, Vec<Consent>)> {
    let consents = agreement
        .items
        .iter()
        .map(|item| {
            pointed_at(
                connection,
                tenant,
                item.consent,
                ("agreement_consent", &agreement.id),
            )
        })
        .collect::<Result<_>>()?;
    Ok((agreement, consents))
}

pub(crate) fn agreements(
    connection: &Connection,
    tenant: TenantId,
    query: &AgreementQuery,
) -> Result<Vec<(Agreement, Vec<Consent>)>> {
    let (before, after_id) = query.after.map_or((i64::MAX, [0; 16]), |(at, id)| {
        (at.as_micros(), put::id(id.uuid()))
    });
    let limit = if query.limit == 0 {
        -1
    } else {
        i64::from(query.limit)
    };
    let subject = query.subject.map(|subject| put::id(subject.uuid()));
    let application = query.application.map(ApplicationId::uuid).map(put::id);
    let client = query.client.as_ref().map(ClientId::as_str);
    let in_force_at = query.in_force_at.map(Timestamp::as_micros);
    let tenant_id = put::id(tenant.uuid());
    let found = match (query.subject, &client) {
        (Some(person), _) => all(
            connection,
            sql::AGREEMENTS_OF_SUBJECT,
            params![
                tenant_id,
                subject,
                application,
                client,
                in_force_at,
                before,
                after_id,
                limit,
                person.shard().number()
            ],
            rows::read,
        ),
        (None, client) => all(
            connection,
            if client.is_some() {
                sql::AGREEMENTS_OF_CLIENT
            } else {
                sql::AGREEMENTS_OF_TENANT
            },
            params![
                tenant_id,
                subject,
                application,
                client,
                in_force_at,
                before,
                after_id,
                limit
            ],
            rows::read,
        ),
    }?;
    found
        .into_iter()
        .map(|agreement| with_consents(connection, tenant, with_items(connection, tenant, agreement)?))
        .collect()
}
