//! Agreements with their items and consents.

use std::collections::BTreeMap;

use consentry_domain::{Agreement, AgreementId, ApplicationId, ClientId, Consent, TenantId, Timestamp};
use consentry_store::AgreementQuery;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::{all, keys, listed, number, pointed_at};
use crate::{fault::Result, pipeline::in_order, reader::Connection, rows, statements as sql, text};

/// How many columns of an item come before those of its consent.
const ITEM_COLUMNS: usize = 3;

type WithConsents = (Agreement, Vec<Consent>);

pub(crate) async fn agreement(
    connection: Connection<'_>,
    tenant: TenantId,
    id: AgreementId,
) -> Result<Option<WithConsents>> {
    Ok(by_ids(connection, tenant, [id]).await?.pop())
}

/// The agreements with these ids, as far as there are such.
pub(super) async fn by_ids(
    connection: Connection<'_>,
    tenant: TenantId,
    ids: impl IntoIterator<Item = AgreementId>,
) -> Result<Vec<WithConsents>> {
    let ids: Vec<_> = ids.into_iter().map(|id| (id.shard(), id.uuid())).collect();
    let ask = |sql| listed(connection, sql, keys(tenant, ids.iter().copied()));
    let mut answers = in_order(vec![
        Box::pin(ask(sql::AGREEMENTS)),
        Box::pin(ask(sql::AGREEMENT_ITEMS)),
    ])
    .await
    .into_iter();
    let (mut found, mut items) = (Vec::new(), BTreeMap::new());
    if let (Some(agreements), Some(rows)) = (answers.next(), answers.next()) {
        found = agreements?.iter().map(rows::read).collect::<Result<_>>()?;
        items = read_items(&rows?)?;
    }
    Ok(found
        .into_iter()
        .map(|agreement| join(agreement, &mut items))
        .collect())
}

type Items = BTreeMap<AgreementId, Vec<(consentry_domain::agreement::AgreementItem, Consent)>>;

fn read_items(rows: &[tokio_postgres::Row]) -> Result<Items> {
    let mut items = Items::new();
    for row in rows {
        let (agreement, item) = rows::agreement_item(row)?;
        let consent = pointed_at(
            rows::consent_from(row, ITEM_COLUMNS)?,
            ("agreement_consent", &agreement),
        )?;
        items.entry(agreement).or_default().push((item, consent));
    }
    Ok(items)
}

fn join(mut agreement: Agreement, items: &mut Items) -> WithConsents {
    let (items, consents) = items
        .remove(&agreement.id)
        .unwrap_or_default()
        .into_iter()
        .unzip();
    agreement.items = items;
    (agreement, consents)
}

pub(crate) async fn agreements(
    connection: Connection<'_>,
    tenant: TenantId,
    query: AgreementQuery,
) -> Result<Vec<WithConsents>> {
    let (before, after_id) = query
        .after
        .map_or((i64::MAX, Uuid::nil()), |(at, id)| (at.as_micros(), id.uuid()));
    // No limit is what PostgreSQL makes of NULL.
    let limit = (query.limit > 0).then(|| i64::from(query.limit));
    let application = query.application.map(ApplicationId::uuid);
    let client = query
        .client
        .as_ref()
        .map(|client| text::to_stored(ClientId::as_str(client)));
    let client = client.as_deref();
    let in_force_at = query.in_force_at.map(Timestamp::as_micros);
    let tenant_id = tenant.uuid();
    let page: [&(dyn ToSql + Sync); 7] = [
        &tenant_id,
        &application,
        &client,
        &in_force_at,
        &before,
        &after_id,
        &limit,
    ];
    let found: Vec<Agreement> = match (query.subject, client) {
        (Some(person), _) => {
            let (person_id, shard) = (person.uuid(), number(person.shard()));
            let mut params = page.to_vec();
            params.extend([&person_id as &(dyn ToSql + Sync), &shard]);
            all(connection, sql::AGREEMENTS_OF_SUBJECT, &params, rows::read).await
        }
        (None, Some(_)) => all(connection, sql::AGREEMENTS_OF_CLIENT, &page, rows::read).await,
        (None, None) => all(connection, sql::AGREEMENTS_OF_TENANT, &page, rows::read).await,
    }?;
    let ids = found
        .iter()
        .map(|agreement| (agreement.subject.shard(), agreement.id.uuid()));
    let mut items = read_items(&listed(connection, sql::AGREEMENT_ITEMS, keys(tenant, ids)).await?)?;
    Ok(found
        .into_iter()
        .map(|agreement| join(agreement, &mut items))
        .collect())
}
