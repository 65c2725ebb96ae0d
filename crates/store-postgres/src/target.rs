//! A database as the target of a move from another engine.
//!
//! While rows are under way, a table of its own says so, and nobody opens the ledger: half a copy never looks like a whole one. It
//! is made before anything else and dropped last.

use std::pin::pin;

use bytes::BytesMut;
use consentry_store::table::{Cell, Shape};
use tokio_postgres::{
    Client, Row,
    binary_copy::BinaryCopyInWriter,
    error::SqlState,
    types::{IsNull, ToSql, Type, to_sql_checked},
};
use uuid::Uuid;

use crate::{
    address::Address,
    open::{self, OpenError, Options, Session, check_server, migrate_within},
    text,
};

/// Where moves into one database take turns (the letters `cnsmove`).
const MOVE_LOCK: i64 = 0x0063_6e73_6d6f_7665;

/// Rows taken at a time.
const PAGE: usize = 500;

/// Why a database cannot be moved into.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It cannot be opened, or its schema not be made.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is something in it.
    #[error("the database is not empty: {0} is there; move into one with nothing in it")]
    NotEmpty(String),
    /// Another move into it is at work.
    #[error("another move into this database is at work")]
    InUse,
    /// A copy of another ledger was begun in it.
    #[error("a copy of {0} was begun in this database: go on with that one, or use another database")]
    Foreign(String),
    /// A table is not what this program makes.
    #[error("the table {table} has no column {column}")]
    Shape {
        /// The table.
        table: &'static str,
        /// The column.
        column: String,
    },
    /// A stored value cannot be what it claims to be.
    #[error("{table}.{column} holds a value that this program did not write")]
    Value {
        /// Its table.
        table: &'static str,
        /// Its column.
        column: String,
    },
    /// The server cannot be reached, or refuses.
    #[error("the database refuses: {}", crate::fault::words(.0))]
    Database(#[from] tokio_postgres::Error),
}

/// A database that a ledger is being copied into.
pub struct Target {
    reading: Session,
    writing: Session,
    is_begun_before: bool,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").finish_non_exhaustive()
    }
}

/// A table of the target.
#[derive(Debug, Clone)]
pub struct TargetTable {
    shape: Shape,
    types: Vec<Type>,
}

impl TargetTable {
    /// What it looks like.
    pub const fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The types of its columns in this database.
    pub(crate) async fn find(client: &Client, shape: Shape) -> Result<Self, TargetError> {
        let sql = format!("SELECT {} FROM {} LIMIT 0", shape.columns.join(", "), shape.table);
        let prepared = match client.prepare(&sql).await {
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_COLUMN) => {
                return Err(TargetError::Shape {
                    table: shape.table,
                    column: crate::fault::words(&error),
                });
            }
            other => other?,
        };
        let types = prepared.columns().iter().map(|column| column.type_().clone());
        Ok(Self {
            types: types.collect(),
            shape,
        })
    }

    pub(crate) fn columns(&self) -> String {
        self.shape.columns.join(", ")
    }

    pub(crate) fn key(&self) -> impl Iterator<Item = &str> {
        self.shape
            .key
            .iter()
            .map(|&column| self.shape.columns[column].as_str())
    }
}

impl Target {
    /// Begins a copy of the ledger with this name in an empty database, or goes on with it. Whoever has begun one has the database
    /// to itself, until dropped.
    pub async fn begin(url: &str, options: Options, source: &str) -> Result<Self, TargetError> {
        let address = Address::parse(url, options.answer_within)?;
        let writing = session(&address).await?;
        check_server(&writing.client).await?;
        let patience = options.patience.as_millis();
        let turn = format!(
            "SET lock_timeout = {patience}; SELECT pg_advisory_lock({MOVE_LOCK}); SET lock_timeout = 0"
        );
        match writing.client.batch_execute(&turn).await {
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                return Err(TargetError::InUse);
            }
            other => other?,
        }
        let is_begun_before = mark(&address, &writing.client, source).await?;
        migrate_within(&address).await?;
        Ok(Self {
            reading: session(&address).await?,
            writing,
            is_begun_before,
        })
    }

    /// Whether an earlier move was interrupted.
    pub const fn is_begun_before(&self) -> bool {
        self.is_begun_before
    }

    /// The table for rows of this shape.
    pub async fn table(&self, shape: Shape) -> Result<TargetTable, TargetError> {
        TargetTable::find(&self.reading.client, shape).await
    }

    /// Reads a table in the order of its keys, as it is now. One table at a time.
    pub async fn read(&self, table: &TargetTable) -> Result<(), TargetError> {
        let key: Vec<&str> = table.key().collect();
        let sql = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
             DECLARE moved NO SCROLL CURSOR FOR /* MOVE */ SELECT {} FROM {} ORDER BY {}",
            table.columns(),
            table.shape.table,
            key.join(", ")
        );
        Ok(self.reading.client.batch_execute(&sql).await?)
    }

    /// The next rows of what is read; none at its end.
    pub async fn next(&self, table: &TargetTable) -> Result<Vec<Vec<Cell>>, TargetError> {
        let rows = self
            .reading
            .client
            .query(&format!("FETCH {PAGE} FROM moved"), &[])
            .await?;
        if rows.is_empty() {
            self.reading.client.batch_execute("COMMIT").await?;
        }
        rows.iter().map(|row| cells(table, row)).collect()
    }

    /// Removes rows by the keys of `gone`, and writes `new`, together.
    pub async fn change(
        &self,
        table: &TargetTable,
        gone: &[Vec<Cell>],
        new: &[Vec<Cell>],
    ) -> Result<(), TargetError> {
        let client = &self.writing.client;
        client.batch_execute("BEGIN").await?;
        if !gone.is_empty() {
            let fits: Vec<String> = (1..)
                .zip(table.key())
                .map(|(n, key)| format!("{key} = ${n}"))
                .collect();
            let sql = format!("DELETE FROM {} WHERE {}", table.shape.table, fits.join(" AND "));
            let delete = client.prepare(&sql).await?;
            for row in gone {
                let key: Vec<Put<'_>> = table.shape.key_of(row).map(Put).collect();
                let key: Vec<&(dyn ToSql + Sync)> =
                    key.iter().map(|put| put as &(dyn ToSql + Sync)).collect();
                client.execute(&delete, &key).await?;
            }
        }
        if !new.is_empty() {
            copy_in(client, table, table.shape.table, new).await?;
        }
        Ok(client.batch_execute("COMMIT").await?)
    }

    /// Counts the tables anew, so that the first questions are answered by plans for what is there.
    pub async fn settle(&self) -> Result<(), TargetError> {
        Ok(self.writing.client.batch_execute("ANALYZE").await?)
    }

    /// Says that the copy is whole: from here on nodes open it.
    pub async fn finish(self) -> Result<(), TargetError> {
        let sql = format!("DROP TABLE {}", open::UNFINISHED);
        Ok(self.writing.client.batch_execute(&sql).await?)
    }
}

/// Copies rows into a table that has the columns of this one.
pub(crate) async fn copy_in(
    client: &Client,
    table: &TargetTable,
    into: &str,
    rows: &[Vec<Cell>],
) -> Result<(), TargetError> {
    let sql = format!("COPY {into} ({}) FROM STDIN (FORMAT binary)", table.columns());
    let mut writer = pin!(BinaryCopyInWriter::new(client.copy_in(&sql).await?, &table.types));
    for row in rows {
        let row: Vec<Put<'_>> = row.iter().map(Put).collect();
        let row: Vec<&(dyn ToSql + Sync)> = row.iter().map(|put| put as &(dyn ToSql + Sync)).collect();
        writer.as_mut().write(&row).await?;
    }
    writer.finish().await?;
    Ok(())
}

/// A connection that may take as long as it takes, and reads whole tables.
pub(crate) async fn session(address: &Address) -> Result<Session, TargetError> {
    let session = Session::open(address).await?;
    session
        .client
        .batch_execute(
            "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET enable_seqscan = on",
        )
        .await?;
    Ok(session)
}

/// Makes the mark of an unfinished copy, or finds the one of an earlier move of the same ledger. Nodes that start at the same moment
/// wait at the lock of migrations, and find it.
async fn mark(address: &Address, client: &Client, source: &str) -> Result<bool, TargetError> {
    let turn = open::take_turn(address).await?;
    if let Some(begun) = open::unfinished(client).await? {
        return if begun == source {
            Ok(true)
        } else {
            Err(TargetError::Foreign(begun))
        };
    }
    let found = client
        .query_opt(
            "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace \
             AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') ORDER BY c.relname LIMIT 1",
            &[],
        )
        .await?;
    if let Some(row) = found {
        return Err(TargetError::NotEmpty(row.try_get(0)?));
    }
    client
        .batch_execute(&format!(
            "BEGIN; CREATE TABLE {} (source text NOT NULL, begun_at timestamptz NOT NULL DEFAULT now())",
            open::UNFINISHED
        ))
        .await?;
    client
        .execute(
            &format!("INSERT INTO {} (source) VALUES ($1)", open::UNFINISHED),
            &[&source],
        )
        .await?;
    client.batch_execute("COMMIT").await?;
    drop(turn);
    Ok(false)
}

pub(crate) fn cells(table: &TargetTable, row: &Row) -> Result<Vec<Cell>, TargetError> {
    (0..table.types.len())
        .map(|column| cell(table, row, column))
        .collect()
}

fn cell(table: &TargetTable, row: &Row, column: usize) -> Result<Cell, TargetError> {
    let number = |number: Option<i64>| number.map(Cell::Number);
    let found = match table.types[column] {
        Type::UUID => row
            .try_get::<_, Option<Uuid>>(column)?
            .map(|id| Cell::Bytes(id.as_bytes().to_vec())),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column)?.map(Cell::Bytes),
        Type::BOOL => number(row.try_get::<_, Option<bool>>(column)?.map(i64::from)),
        Type::INT4 => number(row.try_get::<_, Option<i32>>(column)?.map(i64::from)),
        Type::INT8 => number(row.try_get(column)?),
        _ => match row.try_get::<_, Option<&str>>(column)? {
            None => None,
            Some(stored) => {
                let text = text::from_stored(stored).ok_or_else(|| TargetError::Value {
                    table: table.shape.table,
                    column: table.shape.columns[column].clone(),
                })?;
                Some(Cell::Text(text.into_owned()))
            }
        },
    };
    Ok(found.unwrap_or(Cell::Null))
}

/// A cell on its way into a column.
#[derive(Debug)]
struct Put<'a>(&'a Cell);

impl ToSql for Put<'_> {
    fn to_sql(
        &self,
        column: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self.0, column) {
            (Cell::Null, _) => Ok(IsNull::Yes),
            (Cell::Number(number), &Type::INT8) => number.to_sql(column, out),
            (Cell::Number(number), &Type::INT4) => i32::try_from(*number)?.to_sql(column, out),
            (Cell::Number(number @ (0 | 1)), &Type::BOOL) => (*number == 1).to_sql(column, out),
            (Cell::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(column, out),
            (Cell::Bytes(bytes), &Type::UUID) => Uuid::from_slice(bytes)?.to_sql(column, out),
            (Cell::Text(text), &Type::TEXT) => text::to_stored(text).as_ref().to_sql(column, out),
            (cell, column) => Err(format!("{cell:?} does not fit a column of {column}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
