//! Records and their search.
//!
//! A search walks one or more indexes in order of creation, side by side, and keeps what fits the whole query. Each index gives
//! its entries in that order, so the walk ends as soon as enough is found.

use consentry_domain::{Consent, RecordId, Shard, TenantId, Timestamp};
use consentry_store::{Hash, RecordFound, RecordQuery, RecordRow, row::RecordKey, stored::Cells as _};
use rusqlite::{Connection, Rows, params};

use super::{by_id, pointed_at};
use crate::{cells::Cells, fault::Result, put, rows, statements as sql};

pub(crate) fn record(connection: &Connection, tenant: TenantId, id: RecordId) -> Result<Option<RecordFound>> {
    let Some(row) = row(connection, tenant, id)?.filter(|row| !row.record.deleted) else {
        return Ok(None);
    };
    let consent = pointed_at(connection, tenant, row.record.consent, ("record", &id))?;
    Ok(Some(RecordFound { row, consent }))
}

/// A record wherever it lives, deleted or not.
pub(super) fn row(connection: &Connection, tenant: TenantId, id: RecordId) -> Result<Option<RecordRow>> {
    if let Some(row) = row_at(connection, tenant, id.shard(), id)? {
        return Ok(Some(row));
    }
    let Some(shard) = put::record_place(connection, tenant, id)? else {
        return Ok(None);
    };
    row_at(connection, tenant, shard, id)
}

fn row_at(
    connection: &Connection,
    tenant: TenantId,
    shard: Shard,
    id: RecordId,
) -> Result<Option<RecordRow>> {
    by_id(connection, sql::RECORD, tenant, (shard, id.uuid()), rows::read)
}

/// Where a search looks.
enum Source {
    Subject(consentry_domain::SubjectId),
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

/// What an index entry says: position and place of a record.
type Entry = (Timestamp, RecordId, Shard);

pub(crate) fn records(
    connection: &Connection,
    tenant: TenantId,
    query: &RecordQuery,
) -> Result<Vec<RecordFound>> {
    let sources = sources(query);
    let mut statements = sources
        .iter()
        .map(|source| {
            connection.prepare_cached(match source {
                Source::Subject(_) => sql::RECORDS_OF_SUBJECT,
                Source::Key(..) => sql::RECORDS_WITH_KEY,
                Source::Tenant => sql::RECORDS_OF_TENANT,
            })
        })
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let (after, after_id) = query.after.map_or((i64::MIN, [0; 16]), |(at, id)| {
        (at.as_micros(), put::id(id.uuid()))
    });
    let tenant_id = put::id(tenant.uuid());
    let mut walks = Vec::with_capacity(sources.len());
    for (source, statement) in sources.iter().zip(&mut statements) {
        let rows = match source {
            Source::Subject(subject) => statement.query(params![
                subject.shard().number(),
                tenant_id,
                put::id(subject.uuid()),
                after,
                after_id
            ])?,
            Source::Key(kind, hash) => statement.query(params![
                hash.shard().number(),
                tenant_id,
                kind.as_str(),
                hash.as_bytes(),
                after,
                after_id
            ])?,
            Source::Tenant => statement.query(params![tenant_id, after, after_id])?,
        };
        walks.push(Walk::begin(rows, source)?);
    }
    let wanted = usize::try_from(query.limit)
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    let mut found = Vec::new();
    while found.len() < wanted
        && let Some(entry) = walks
            .iter()
            .filter_map(|walk| walk.next)
            .min_by_key(|(at, id, _)| (*at, *id))
    {
        for walk in &mut walks {
            walk.pass(entry)?;
        }
        found.extend(fitting(connection, tenant, query, entry)?);
    }
    Ok(found)
}

/// The record of an entry, if it fits the whole query.
fn fitting(
    connection: &Connection,
    tenant: TenantId,
    query: &RecordQuery,
    (_, id, shard): Entry,
) -> Result<Option<RecordFound>> {
    let Some(row) = row_at(connection, tenant, shard, id)?.filter(|row| !row.record.deleted) else {
        return Ok(None);
    };
    let consent: Consent = pointed_at(connection, tenant, row.record.consent, ("record", &id))?;
    Ok(query.fits(&row, &consent).then_some(RecordFound { row, consent }))
}

/// One index being walked.
struct Walk<'statement> {
    rows: Rows<'statement>,
    table: &'static str,
    next: Option<Entry>,
}

impl<'statement> Walk<'statement> {
    fn begin(rows: Rows<'statement>, source: &Source) -> Result<Self> {
        let table = if matches!(source, Source::Key(..)) {
            "record_key"
        } else {
            "record"
        };
        let mut own = Self {
            rows,
            table,
            next: None,
        };
        own.step()?;
        Ok(own)
    }

    fn step(&mut self) -> Result<()> {
        let columns = if self.table == "record_key" {
            ["record", "record_shard"]
        } else {
            ["id", "shard"]
        };
        let table = self.table;
        self.next = match self.rows.next()? {
            None => None,
            Some(row) => {
                let mut cells = Cells::new(row, table, 2);
                Some((
                    cells.time("created_at")?,
                    cells.id(columns[0], RecordId::from_uuid)?,
                    Shard::new(cells.number(columns[1])?),
                ))
            }
        };
        Ok(())
    }

    /// Goes on when this record is the next one here too.
    fn pass(&mut self, (at, id, _): Entry) -> Result<()> {
        if self
            .next
            .is_some_and(|(own_at, own_id, _)| (own_at, own_id) == (at, id))
        {
            self.step()?;
        }
        Ok(())
    }
}
