//! Committing a batch: one transaction, one sync; each change set succeeds or fails alone.

use std::collections::BTreeMap;

use consentry_domain::{Shard, TenantId, Timestamp};
use consentry_store::{
    ChangeSet, CommitError, Expect, Hash, IdempotencyKey, LogHead, NewEvent, Receipt, RowKey, StoreError,
    chain, stored::Cells as _,
};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    cells::Cells,
    fault::{Fault, Result},
    put, reads,
    source::is_moved,
    statements as sql,
};

type Answer = std::result::Result<Receipt, CommitError>;

/// The stream of a tenant's log: there is one.
pub(crate) const STREAM: u16 = 0;

/// Commits a batch in order. When the driver refuses for a reason that lies in one of the change sets, the batch is split in
/// halves until that one stands alone, so that it takes no other down.
pub(crate) fn batch(connection: &Connection, changes: &[ChangeSet]) -> Vec<Answer> {
    if changes.is_empty() {
        return Vec::new();
    }
    match attempt(connection, changes) {
        Ok(answers) => answers,
        Err(fault) if fault.is_unavailability() || changes.len() == 1 => {
            tracing::warn!(error = %fault.0, changes = changes.len(), "a batch was not committed");
            changes
                .iter()
                .map(|_| Err(CommitError::Store(fault.0.clone())))
                .collect()
        }
        Err(fault) => {
            tracing::warn!(error = %fault.0, changes = changes.len(), "a batch is tried again in halves");
            let (first, second) = changes.split_at(changes.len() / 2);
            let mut answers = batch(connection, first);
            answers.extend(batch(connection, second));
            answers
        }
    }
}

fn attempt(connection: &Connection, changes: &[ChangeSet]) -> Result<Vec<Answer>> {
    let transaction = Transaction::begin(connection)?;
    refuse_if_moved(connection)?;
    let mut heads = Heads::default();
    let answers: Vec<Answer> = changes
        .iter()
        .map(|change| member(connection, &mut heads, change))
        .collect::<Result<_>>()?;
    heads.write(connection)?;
    transaction.commit()?;
    Ok(answers)
}

/// Asked inside the transaction: the move ends in a commit of its own, while this process has the ledger open.
pub(crate) fn refuse_if_moved(connection: &Connection) -> Result<()> {
    if is_moved(connection)? {
        return Err(Fault(StoreError::Unavailable(
            "the ledger was moved to PostgreSQL: changes are made there".to_owned(),
        )));
    }
    Ok(())
}

/// An open transaction; rolled back unless committed.
pub(crate) struct Transaction<'a> {
    connection: &'a Connection,
}

impl<'a> Transaction<'a> {
    pub(crate) fn begin(connection: &'a Connection) -> Result<Self> {
        connection.prepare_cached(sql::BEGIN)?.execute([])?;
        Ok(Self { connection })
    }

    pub(crate) fn begin_reading(connection: &'a Connection) -> Result<Self> {
        connection.prepare_cached(sql::BEGIN_READING)?.execute([])?;
        Ok(Self { connection })
    }

    pub(crate) fn commit(self) -> Result<()> {
        self.connection.prepare_cached(sql::COMMIT)?.execute([])?;
        Ok(())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        // SQLite itself rolls back on some errors; then there is nothing left to do.
        if !self.connection.is_autocommit()
            && let Err(error) = self
                .connection
                .prepare_cached(sql::ROLLBACK)
                .and_then(|mut rollback| rollback.execute([]))
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}

/// Heads of the logs that a batch writes to.
#[derive(Default)]
struct Heads(BTreeMap<TenantId, LogHead>);

impl Heads {
    fn of(&mut self, connection: &Connection, tenant: TenantId) -> Result<&mut LogHead> {
        use std::collections::btree_map::Entry;
        Ok(match self.0.entry(tenant) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(head(connection, tenant)?),
        })
    }

    fn write(self, connection: &Connection) -> Result<()> {
        let mut put = connection.prepare_cached(sql::LOG_HEAD_PUT)?;
        for (tenant, head) in self.0 {
            put.execute(params![
                put::id(tenant.uuid()),
                put::count(head.size)?,
                head.chain.as_bytes()
            ])?;
        }
        Ok(())
    }
}

/// The head of a tenant's log; one without events has the chain's start.
pub(crate) fn head(connection: &Connection, tenant: TenantId) -> Result<LogHead> {
    let mut statement = connection.prepare_cached(sql::LOG_HEAD)?;
    let mut rows = statement.query(params![put::id(tenant.uuid())])?;
    let Some(row) = rows.next()? else {
        return Ok(LogHead {
            size: 0,
            chain: chain::start(STREAM),
        });
    };
    let mut cells = Cells::new(row, "tenant_log", 0);
    Ok(LogHead {
        size: cells.number("size")?,
        chain: cells.hash("chain")?,
    })
}

/// Checks and applies one change set. The outer error aborts the batch; the inner one is the answer of this change set, of
/// which nothing was written then.
fn member(connection: &Connection, heads: &mut Heads, change: &ChangeSet) -> Result<Answer> {
    match check(connection, change) {
        Ok(None) => {}
        Ok(Some(refusal)) => return Ok(Err(refusal)),
        Err(fault) if fault.is_corruption() => return Ok(Err(CommitError::Store(fault.0))),
        Err(fault) => return Err(fault),
    }
    let receipt = append(connection, heads, change)?;
    for row in &change.rows {
        put::change(connection, change.tenant, row)?;
    }
    if let Some(key) = &change.idempotency {
        remember(connection, change.tenant, key)?;
    }
    Ok(Ok(receipt))
}

fn check(connection: &Connection, change: &ChangeSet) -> Result<Option<CommitError>> {
    if let Some(key) = &change.idempotency
        && let Some(duplicate) = remembered(connection, change.tenant, key, change.at)?
    {
        return Ok(Some(duplicate));
    }
    for expect in &change.expect {
        let refusal = match expect {
            Expect::Absent(key) => exists(connection, change.tenant, key)?.then_some(CommitError::Taken),
            Expect::At(key, version) => (put::version(connection, change.tenant, key)? != Some(*version))
                .then_some(CommitError::Stale),
            Expect::Unspent(hash, at) => {
                (!spendable(connection, change.tenant, hash, *at)?).then_some(CommitError::Spent)
            }
        };
        if refusal.is_some() {
            return Ok(refusal);
        }
    }
    Ok(None)
}

/// A record is one wherever it lives; every other row has one possible place.
fn exists(connection: &Connection, tenant: TenantId, key: &RowKey) -> Result<bool> {
    if let RowKey::Record(_, id) = key {
        return Ok(put::record_place(connection, tenant, *id)?.is_some());
    }
    Ok(put::version(connection, tenant, key)?.is_some())
}

fn spendable(connection: &Connection, tenant: TenantId, hash: &Hash, at: Timestamp) -> Result<bool> {
    Ok(connection
        .prepare_cached(sql::TOKEN_SPENDABLE)?
        .query_row(
            params![
                hash.shard().number(),
                put::id(tenant.uuid()),
                hash.as_bytes(),
                at.as_micros()
            ],
            |row| row.get::<_, bool>(0),
        )
        .optional()?
        .unwrap_or(false))
}

fn remembered(
    connection: &Connection,
    tenant: TenantId,
    key: &IdempotencyKey,
    at: Timestamp,
) -> Result<Option<CommitError>> {
    let known = reads::remembered(connection, tenant, &key.key, at)?;
    Ok(known.map(|known| CommitError::Duplicate {
        same_request: known.fingerprint == key.fingerprint,
        reference: known.reference,
    }))
}

fn remember(connection: &Connection, tenant: TenantId, key: &IdempotencyKey) -> Result<()> {
    connection.prepare_cached(sql::REMEMBER)?.execute(params![
        key.key.shard().number(),
        put::id(tenant.uuid()),
        key.key.as_bytes(),
        key.fingerprint.as_bytes(),
        key.reference,
        key.expires_at.as_micros(),
    ])?;
    Ok(())
}

fn append(connection: &Connection, heads: &mut Heads, change: &ChangeSet) -> Result<Receipt> {
    if change.events.is_empty() {
        return Ok(Receipt {
            first_index: None,
            events: 0,
        });
    }
    let events = u32::try_from(change.events.len())
        .map_err(|_| Fault(StoreError::Driver("too many events in one change set".to_owned())))?;
    let head = heads.of(connection, change.tenant)?;
    let first_index = head.size;
    let mut event_append = connection.prepare_cached(sql::EVENT_APPEND)?;
    let mut filter_append = connection.prepare_cached(sql::EVENT_FILTER_APPEND)?;
    for event in &change.events {
        let NewEvent {
            id,
            kind,
            at,
            leaf,
            sealed,
            salt,
            filter,
        } = event;
        let hash = chain::next(&head.chain, &chain::leaf_hash(leaf));
        let tenant = put::id(change.tenant.uuid());
        let index = put::count(head.size)?;
        event_append.execute(params![
            tenant,
            index,
            put::id(id.uuid()),
            kind,
            at.as_micros(),
            leaf,
            sealed,
            salt.as_ref().map(Hash::as_bytes),
            hash.as_bytes(),
        ])?;
        filter_append.execute(params![
            tenant,
            index,
            filter.subject.map(|_| filter.shard()).map(Shard::number),
            filter.subject.map(|subject| put::id(subject.uuid())),
            filter.door.as_str(),
            filter.party,
            filter
                .definition
                .as_ref()
                .map(consentry_domain::DefinitionKey::as_str),
        ])?;
        head.size += 1;
        head.chain = hash;
    }
    Ok(Receipt {
        first_index: Some(first_index),
        events,
    })
}
