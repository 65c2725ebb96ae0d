//! A ledger as the source of a move to another engine, while whoever has it open goes on reading it.
//!
//! A ledger that was moved is marked in its own file, in the commit that ends the move: from then on nothing is written to it any
//! more, not even by a server that has it open all along.

use std::path::Path;

use consentry_domain::TenantId;
use consentry_store::table::{Cell, Shape, TABLES};
use rusqlite::{Connection, OpenFlags, types::ValueRef};

use crate::open::{self, OpenError};

/// What `PRAGMA user_version` says of a ledger that was moved; otherwise it is 0. It is read with the file's first page, so that
/// asking costs a batch nothing.
const MOVED: i64 = 1;

/// How long the move waits for a batch that is being written. The server's batches take milliseconds.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// Rows handed on at a time.
const PAGE: usize = 500;

/// Why a source cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The ledger cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The ledger's schema is not this program's.
    #[error("the schema of the ledger is not that of this program: bring it to it with `consentry migrate`")]
    Schema,
    /// The ledger cannot be read.
    #[error("cannot read the ledger: {0}")]
    Database(#[from] rusqlite::Error),
    /// A value that no engine stores.
    #[error("{table}.{column} holds a value that is neither number, bytes nor text")]
    Value {
        /// Its table.
        table: &'static str,
        /// Its column.
        column: String,
    },
}

/// Whether this ledger was moved, so that nothing may be written to it any more.
pub(crate) fn is_moved(connection: &Connection) -> rusqlite::Result<bool> {
    let version: i64 = connection
        .prepare_cached("PRAGMA user_version")?
        .query_row([], |row| row.get(0))?;
    Ok(version == MOVED)
}

/// A ledger to read from beside the process that has it open. Its functions block.
#[derive(Debug)]
pub struct Source {
    connection: Connection,
}

impl Source {
    /// Opens the ledger in this file, which has to be there.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        open::check_library()?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "cache_size", -32 * 1024)?;
        // Bringing the journal in is the server's business.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        if !open::is_current(&mut connection)? {
            return Err(SourceError::Schema);
        }
        Ok(Self { connection })
    }

    /// From here on the source is read as it is now, whatever is written to it.
    pub fn hold_still(&self) -> Result<(), SourceError> {
        self.connection.execute_batch("BEGIN")?;
        // A transaction that has read nothing holds nothing.
        self.connection
            .query_row("SELECT count(*) FROM tenant_log", [], |_| Ok(()))?;
        Ok(())
    }

    /// From here on nobody writes: whoever tries waits, and is then refused. Reading goes on.
    pub fn hold_alone(&self) -> Result<(), SourceError> {
        Ok(self.connection.execute_batch("BEGIN IMMEDIATE")?)
    }

    /// Ends what was begun, with nothing changed.
    pub fn let_go(&self) -> Result<(), SourceError> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        Ok(())
    }

    /// Whether it was moved already.
    pub fn is_moved(&self) -> Result<bool, SourceError> {
        Ok(is_moved(&self.connection)?)
    }

    /// Marks it as moved and ends what [`Self::hold_alone`] began: durable when it returns.
    pub fn mark_moved(&self) -> Result<(), SourceError> {
        self.connection.pragma_update(None, "user_version", MOVED)?;
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    /// What a table looks like.
    pub fn shape(&self, table: &'static str) -> Result<Shape, SourceError> {
        let mut statement = self
            .connection
            .prepare("SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid")?;
        let found = statement.query_map([table], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })?;
        let mut columns = Vec::new();
        let mut key = Vec::new();
        for (column, found) in found.enumerate() {
            let (name, place) = found?;
            columns.push(name);
            if place > 0 {
                key.push((place, column));
            }
        }
        key.sort_unstable();
        Ok(Shape {
            table,
            columns,
            key: key.into_iter().map(|(_, column)| column).collect(),
        })
    }

    /// How many rows a table has.
    pub fn count(&self, table: &'static str) -> Result<u64, SourceError> {
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 = self.connection.query_row(&sql, [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Hands the rows of a table on in the order of their keys, some at a time, until all are or `each` answers false.
    pub fn rows(&self, shape: &Shape, each: impl FnMut(Vec<Vec<Cell>>) -> bool) -> Result<(), SourceError> {
        hand_on(&self.connection, shape, None, each)
    }

    /// As [`Self::rows`], of one tenant or of all.
    pub fn rows_of(
        &self,
        shape: &Shape,
        tenant: Option<TenantId>,
        each: impl FnMut(Vec<Vec<Cell>>) -> bool,
    ) -> Result<(), SourceError> {
        hand_on(&self.connection, shape, tenant, each)
    }
}

/// What every table of this program's schema looks like, for whoever has rows and no ledger.
pub fn shapes() -> Result<Vec<Shape>, SourceError> {
    let mut connection = Connection::open_in_memory()?;
    open::migrate(&mut connection)?;
    let empty = Source { connection };
    TABLES.into_iter().map(|table| empty.shape(table)).collect()
}

pub(crate) fn hand_on(
    connection: &Connection,
    shape: &Shape,
    only: Option<TenantId>,
    mut each: impl FnMut(Vec<Vec<Cell>>) -> bool,
) -> Result<(), SourceError> {
    let key: Vec<&str> = shape
        .key
        .iter()
        .map(|&column| shape.columns[column].as_str())
        .collect();
    let sql = format!(
        "/* MOVE */ SELECT {} FROM {}{} ORDER BY {}",
        shape.columns.join(", "),
        shape.table,
        if only.is_some() { " WHERE tenant = ?1" } else { "" },
        key.join(", ")
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = match only {
        Some(tenant) => statement.query([tenant.uuid().as_bytes().as_slice()])?,
        None => statement.query([])?,
    };
    let mut page = Vec::with_capacity(PAGE);
    while let Some(row) = rows.next()? {
        let cells = (0..shape.columns.len()).map(|column| cell(shape, row.get_ref(column)?, column));
        page.push(cells.collect::<Result<Vec<_>, _>>()?);
        if page.len() == PAGE && !each(std::mem::replace(&mut page, Vec::with_capacity(PAGE))) {
            return Ok(());
        }
    }
    if !page.is_empty() {
        each(page);
    }
    Ok(())
}

fn cell(shape: &Shape, value: ValueRef<'_>, column: usize) -> Result<Cell, SourceError> {
    let strange = || SourceError::Value {
        table: shape.table,
        column: shape.columns[column].clone(),
    };
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Number(number),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
        ValueRef::Text(text) => Cell::Text(String::from_utf8(text.to_vec()).map_err(|_| strange())?),
        ValueRef::Real(_) => return Err(strange()),
    })
}
