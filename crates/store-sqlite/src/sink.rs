//! A ledger that rows are put into as another one had them, before anybody serves them.

use std::path::Path;

use consentry_domain::TenantId;
use consentry_store::table::{Cell, Shape};
use rusqlite::{Connection, ToSql, types::ToSqlOutput, types::ValueRef};

use crate::{
    open::{self, OpenError, Options, Purpose},
    source::{self, SourceError},
};

/// Pages that the journal may have before they are brought in.
const JOURNAL: i64 = 4_000;

/// A ledger in one SQLite file, which this process has to itself until dropped. Its functions block.
#[derive(Debug)]
pub struct Sink {
    connection: Connection,
    _lock: open::Lock,
}

impl Sink {
    /// Opens the ledger in this file, which has to be there and of this program's schema.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        open::check_library()?;
        let lock = open::lock(path)?;
        let connection = open::connection(path, Purpose::Write, &Options::default())?;
        if source::is_moved(&connection)? {
            return Err(OpenError::Moved {
                path: path.to_owned(),
            });
        }
        connection.pragma_update(None, "wal_autocheckpoint", JOURNAL)?;
        Ok(Self {
            connection,
            _lock: lock,
        })
    }

    /// Puts rows in, together. One whose key is there already is left as it is.
    pub fn add(&self, shape: &Shape, rows: &[Vec<Cell>]) -> Result<(), SourceError> {
        let marks = vec!["?"; shape.columns.len()].join(", ");
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({marks}) ON CONFLICT DO NOTHING",
            shape.table,
            shape.columns.join(", ")
        );
        let change = self.connection.unchecked_transaction()?;
        let mut insert = change.prepare_cached(&sql)?;
        for row in rows {
            insert.execute(rusqlite::params_from_iter(row.iter().map(Put)))?;
        }
        drop(insert);
        Ok(change.commit()?)
    }

    /// Hands the rows of one tenant, or of all, on in the order of their keys, some at a time, until all are or `each` answers false.
    pub fn rows_of(
        &self,
        shape: &Shape,
        tenant: Option<TenantId>,
        each: impl FnMut(Vec<Vec<Cell>>) -> bool,
    ) -> Result<(), SourceError> {
        source::hand_on(&self.connection, shape, tenant, each)
    }
}

/// A cell on its way into a column.
struct Put<'a>(&'a Cell);

impl ToSql for Put<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Cell::Null => ValueRef::Null,
            Cell::Number(number) => ValueRef::Integer(*number),
            Cell::Bytes(bytes) => ValueRef::Blob(bytes),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}
