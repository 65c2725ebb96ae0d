//! What a batch has to know before it can decide: asked for as lists of keys, one statement for each table.

use std::collections::{BTreeMap, HashMap, HashSet};

use consentry_domain::{RecordId, Shard, TenantId, Timestamp};
use consentry_store::{
    ChangeSet, Expect, Hash, IdempotencyKey, RowChange, RowKey, StoreError,
    row::RecordKey,
    stored::{self, Cells as _},
};
use tokio_postgres::Row;

use crate::{
    cells::Cells,
    columns::Columns,
    fault::Result,
    keys::{self, Table},
    statements as sql,
};

/// Where a row is kept: a record by its id alone, since there is only one of each.
pub(crate) type Place = (TenantId, RowKey);

/// The place of a row.
pub(crate) fn place(tenant: TenantId, key: &RowKey) -> Place {
    match key {
        RowKey::Record(_, id) => (tenant, RowKey::Record(Shard::new(0), *id)),
        key => (tenant, key.clone()),
    }
}

/// A row as far as conditions look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) version: u32,
    /// Of a record: where it lives.
    pub(crate) shard: Option<Shard>,
    /// Of a credential: until when it can be spent; none once it was consumed or revoked.
    pub(crate) spendable_until: Option<Timestamp>,
}

/// A record as it was stored before the batch, as far as writing over it has to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredRecord {
    pub(crate) shard: Shard,
    pub(crate) created_at: Timestamp,
    pub(crate) keys: Vec<(RecordKey, Hash)>,
}

/// A request that was remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remembered {
    pub(crate) fingerprint: Hash,
    pub(crate) reference: String,
    pub(crate) expires_at: Timestamp,
}

impl From<&IdempotencyKey> for Remembered {
    fn from(key: &IdempotencyKey) -> Self {
        Self {
            fingerprint: key.fingerprint,
            reference: key.reference.clone(),
            expires_at: key.expires_at,
        }
    }
}

/// What was stored when the batch began. A value that cannot be what it claims to be is kept as the error that it is, for the
/// change set that needs it.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) rows: HashMap<Place, std::result::Result<Standing, StoreError>>,
    pub(crate) records: HashMap<(TenantId, RecordId), StoredRecord>,
    pub(crate) requests: HashMap<(TenantId, Hash), std::result::Result<Remembered, StoreError>>,
}

/// What a batch asks.
#[derive(Debug)]
pub(crate) struct Questions<'a> {
    tables: BTreeMap<Table, Vec<(TenantId, RowKey)>>,
    requests: Vec<(TenantId, &'a Hash)>,
}

impl<'a> Questions<'a> {
    /// The rows that conditions name, the records that are written, and the requests.
    pub(crate) fn of(changes: &'a [ChangeSet]) -> Self {
        let mut tables: BTreeMap<Table, Vec<(TenantId, RowKey)>> = BTreeMap::new();
        let mut requests = Vec::new();
        let (mut seen, mut seen_requests) = (HashSet::new(), HashSet::new());
        for change in changes {
            let tenant = change.tenant;
            let expected = change.expect.iter().map(|expect| match expect {
                Expect::Absent(key) | Expect::At(key, _) => key.clone(),
                Expect::Unspent(hash, _) => RowKey::Token(*hash),
            });
            let records = change.rows.iter().filter_map(|row| match row {
                RowChange::Put(consentry_store::Row::Record(row)) => {
                    Some(RowKey::Record(row.record.id.shard(), row.record.id))
                }
                RowChange::Delete(key @ RowKey::Record(..)) => Some(key.clone()),
                _ => None,
            });
            for key in expected.chain(records) {
                let here = place(tenant, &key);
                if seen.insert(here) {
                    // A record is asked for at home; it may have moved.
                    let key = match key {
                        RowKey::Record(_, id) => RowKey::Record(id.shard(), id),
                        key => key,
                    };
                    tables.entry(Table::of(&key)).or_default().push((tenant, key));
                }
            }
            if let Some(request) = &change.idempotency
                && seen_requests.insert((tenant, request.key))
            {
                requests.push((tenant, &request.key));
            }
        }
        Self { tables, requests }
    }

    /// The statements, each with its keys; their answers go to [`Self::read`] in this order.
    pub(crate) fn statements(&self) -> Vec<(&'static str, Columns<'_>)> {
        let mut all: Vec<(&'static str, Columns<'_>)> = self
            .tables
            .iter()
            .map(|(table, keys)| {
                let mut columns = Columns::default();
                for (tenant, key) in keys {
                    keys::push(&mut columns, *tenant, key);
                }
                (table.versions(), columns)
            })
            .collect();
        if !self.requests.is_empty() {
            let mut columns = Columns::default();
            for (tenant, hash) in &self.requests {
                keys::push_hash(&mut columns, *tenant, hash);
            }
            all.push((sql::REMEMBERED, columns));
        }
        all
    }

    /// Makes sense of the answers.
    pub(crate) fn read(&self, answers: &[Vec<Row>]) -> Result<Known> {
        let mut known = Known::default();
        let mut answers = answers.iter();
        for ((table, keys), found) in self.tables.iter().zip(&mut answers) {
            for row in found {
                known.add(*table, keys, row)?;
            }
        }
        for row in answers.flatten() {
            let mut cells = Cells::new(row, "idempotency", 0);
            let (tenant, key) = cells.nth(&self.requests)?;
            let request = remembered(&mut cells).map_err(StoreError::from);
            known.requests.insert((*tenant, **key), request);
        }
        Ok(known)
    }
}

impl Known {
    fn add(&mut self, table: Table, keys: &[(TenantId, RowKey)], row: &Row) -> Result<()> {
        let mut cells = Cells::new(row, table.name(), 1);
        let (tenant, key) = cells.nth(keys)?;
        let standing = match key {
            RowKey::Record(_, id) => record(&mut cells).map(|(standing, stored)| {
                self.records.insert((*tenant, *id), stored);
                standing
            }),
            RowKey::Token(_) => token(&mut cells),
            _ => cells.number("version").map(|version| Standing {
                version,
                shard: None,
                spendable_until: None,
            }),
        };
        let standing = standing.map_err(|fault| naming(key, fault.error));
        self.rows.insert(place(*tenant, key), standing);
        Ok(())
    }
}

/// The statement's own columns hold no key, so the row is named by the one that was asked for.
fn naming(key: &RowKey, error: StoreError) -> StoreError {
    match error {
        StoreError::Corrupt { table, column, .. } => StoreError::Corrupt {
            table,
            column,
            row: format!("{key:?}"),
        },
        other => other,
    }
}

fn token(cells: &mut Cells<'_>) -> Result<Standing> {
    Ok(Standing {
        version: cells.number("version")?,
        shard: None,
        spendable_until: cells.optional_time("expires_at")?,
    })
}

fn record(cells: &mut Cells<'_>) -> Result<(Standing, StoredRecord)> {
    let shard = Shard::new(cells.small("shard")?);
    let standing = Standing {
        version: cells.number("version")?,
        shard: Some(shard),
        spendable_until: None,
    };
    let stored = StoredRecord {
        shard,
        created_at: cells.time("created_at")?,
        keys: cells
            .optional_named("search_keys", stored::read_keys)?
            .unwrap_or_default(),
    };
    Ok((standing, stored))
}

fn remembered(cells: &mut Cells<'_>) -> Result<Remembered> {
    Ok(Remembered {
        fingerprint: cells.hash("fingerprint")?,
        reference: cells.text("reference")?,
        expires_at: cells.time("expires_at")?,
    })
}
