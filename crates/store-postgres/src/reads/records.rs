//! Records and their search.
//!
//! A search walks one or more indexes in order of creation, side by side and a page at a time, and keeps what fits the whole
//! query. Each index gives its entries in that order, so the walk ends as soon as enough is found.

use std::collections::BTreeMap;

use consentry_domain::{RecordId, Shard, SubjectId, TenantId, Timestamp};
use consentry_store::{Hash, RecordFound, RecordQuery, RecordRow, row::RecordKey, stored::Cells as _};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{keys, listed, number, pointed_at};
use crate::{
    cells::Cells,
    fault::Result,
    pipeline::{Asked, in_order},
    reader::Connection,
    rows, statements as sql,
};

/// The fewest entries that are taken from an index at a time. What is taken beyond the need costs less than asking again.
const PAGE: i64 = 64;

pub(crate) async fn record(
    connection: Connection<'_>,
    tenant: TenantId,
    id: RecordId,
) -> Result<Option<RecordFound>> {
    let found = by_ids(connection, tenant, [id]).await?.pop();
    Ok(found.filter(|found| !found.row.record.deleted))
}

/// Records wherever they live, deleted or not.
pub(super) async fn by_ids(
    connection: Connection<'_>,
    tenant: TenantId,
    ids: impl IntoIterator<Item = RecordId>,
) -> Result<Vec<RecordFound>> {
    let keys = keys(tenant, ids.into_iter().map(|id| (id.shard(), id.uuid())));
    let found = listed(connection, sql::RECORDS, keys).await?;
    found.iter().map(with_consent).collect()
}

fn with_consent(row: &Row) -> Result<RecordFound> {
    let record: RecordRow = rows::read(row)?;
    let consent = rows::consent_from(row, rows::RECORD_COLUMNS)?;
    let consent = pointed_at(consent, ("record", &record.record.id))?;
    Ok(RecordFound { row: record, consent })
}

/// Where a search looks.
#[derive(Clone, Copy)]
enum Source {
    Subject(SubjectId),
    Key(RecordKey, Hash),
    Tenant,
}

/// The narrowest index that holds everything a query can find. None at all when nothing can fit.
fn sources(query: &RecordQuery) -> Vec<Source> {
    let with_keys = |kinds: &[RecordKey], keys: &[Hash]| -> Vec<Source> {
        kinds
            .iter()
            .flat_map(|kind| keys.iter().map(|key| Source::Key(*kind, *key)))
            .collect()
    };
    if let Some(owner) = query.owner {
        return vec![Source::Subject(owner)];
    }
    if let Some(person) = &query.subject {
        let mut sources = with_keys(&[RecordKey::Subject], &person.keys);
        sources.extend(person.subject.map(Source::Subject));
        return sources;
    }
    if let Some(person) = &query.actor {
        return with_keys(&[RecordKey::Actor, RecordKey::ActorDn], &person.keys);
    }
    match (query.collaborator, query.definition_key) {
        (Some(key), _) => with_keys(&[RecordKey::Collaborator], &[key]),
        (None, Some(key)) => with_keys(&[RecordKey::Definition], &[key]),
        (None, None) => vec![Source::Tenant],
    }
}

/// A position in the order of creation: microseconds and id.
type Position = (i64, Uuid);

/// What an index entry says: position and place of a record.
type Entry = (Timestamp, RecordId, Shard);

pub(crate) async fn records(
    connection: Connection<'_>,
    tenant: TenantId,
    query: RecordQuery,
) -> Result<Vec<RecordFound>> {
    let wanted = usize::try_from(query.limit)
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    let page = PAGE.max(i64::from(query.limit) + 1);
    let sources = sources(&query);
    let mut after = query
        .after
        .map_or((i64::MIN, Uuid::nil()), |(at, id)| (at.as_micros(), id.uuid()));
    let mut found = Vec::new();
    while found.len() < wanted {
        let pages = turn(connection, tenant, &sources, after, page).await?;
        // Beyond the end of a full page, its index may have entries that come before those of another one.
        let is_full =
            |entries: &&Vec<Entry>| i64::try_from(entries.len()).is_ok_and(|entries| entries >= page);
        let known_until = pages
            .iter()
            .filter(is_full)
            .filter_map(|entries| entries.last().copied().map(position))
            .min();
        let entries: BTreeMap<Position, Entry> = pages
            .iter()
            .flatten()
            .map(|entry| (position(*entry), *entry))
            .filter(|(at, _)| known_until.is_none_or(|until| *at <= until))
            .collect();
        let keys = keys(tenant, entries.values().map(|(_, id, shard)| (*shard, id.uuid())));
        for row in listed(connection, sql::RECORDS_AT, keys).await? {
            let candidate = with_consent(&row)?;
            if !candidate.row.record.deleted && query.fits(&candidate.row, &candidate.consent) {
                found.push(candidate);
            }
        }
        match known_until {
            Some(until) => after = until,
            None => break,
        }
    }
    found.truncate(wanted);
    Ok(found)
}

/// The next page of every index.
async fn turn(
    connection: Connection<'_>,
    tenant: TenantId,
    sources: &[Source],
    after: Position,
    page: i64,
) -> Result<Vec<Vec<Entry>>> {
    let asked = sources
        .iter()
        .map(|source| -> Asked<'_, Result<Vec<Entry>>> {
            Box::pin(entries(connection, tenant, *source, after, page))
        })
        .collect();
    in_order(asked).await.into_iter().collect()
}

async fn entries(
    connection: Connection<'_>,
    tenant: TenantId,
    source: Source,
    (at, id): Position,
    page: i64,
) -> Result<Vec<Entry>> {
    let tenant = tenant.uuid();
    let (found, columns) = match source {
        Source::Subject(subject) => {
            let (shard, subject) = (number(subject.shard()), subject.uuid());
            let found = connection
                .query(
                    sql::RECORDS_OF_SUBJECT,
                    &[&shard, &tenant, &subject, &at, &id, &page],
                )
                .await?;
            (found, ("record", "id", "shard"))
        }
        Source::Key(kind, hash) => {
            let (shard, kind, hash) = (number(hash.shard()), kind.as_str(), hash.as_bytes().as_slice());
            let found = connection
                .query(
                    sql::RECORDS_WITH_KEY,
                    &[&shard, &tenant, &kind, &hash, &at, &id, &page],
                )
                .await?;
            (found, ("record_key", "record", "record_shard"))
        }
        Source::Tenant => {
            let found = connection
                .query(sql::RECORDS_OF_TENANT, &[&tenant, &at, &id, &page])
                .await?;
            (found, ("record", "id", "shard"))
        }
    };
    let (table, id, shard) = columns;
    found
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row, table, 2);
            Ok((
                cells.time("created_at")?,
                cells.id(id, RecordId::from_uuid)?,
                Shard::new(cells.small(shard)?),
            ))
        })
        .collect()
}

fn position((at, id, _): Entry) -> Position {
    (at.as_micros(), id.uuid())
}
