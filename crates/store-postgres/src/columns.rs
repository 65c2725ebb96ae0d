//! Many rows as one statement takes them: an array for each column, which `unnest` makes rows of again.

use std::borrow::Cow;

use bytes::BytesMut;
use consentry_domain::{Shard, Timestamp};
use consentry_store::Hash;
use tokio_postgres::types::{IsNull, ToSql, Type};
use uuid::Uuid;

use crate::{
    fault::{Fault, Result},
    text,
};

/// One value as it is bound.
#[derive(Debug, Clone)]
pub(crate) enum Cell<'a> {
    /// `int4`.
    Small(Option<i32>),
    /// `int8`.
    Number(Option<i64>),
    /// `uuid`.
    Id(Option<Uuid>),
    /// `text`, as it is stored.
    Text(Option<Cow<'a, str>>),
    /// `bytea`.
    Bytes(Option<Cow<'a, [u8]>>),
    /// `boolean`.
    Flag(bool),
}

impl<'a> Cell<'a> {
    pub(crate) fn shard(shard: Shard) -> Self {
        Self::Small(Some(i32::from(shard.number())))
    }

    pub(crate) const fn id(id: Uuid) -> Self {
        Self::Id(Some(id))
    }

    pub(crate) fn text(text: &'a str) -> Self {
        Self::Text(Some(text::to_stored(text)))
    }

    pub(crate) fn optional_text(text: Option<&'a str>) -> Self {
        Self::Text(text.map(text::to_stored))
    }

    /// A text that was made for this row. JSON never holds U+0000 or U+0001 as such.
    pub(crate) fn owned_text(text: String) -> Self {
        let stored = match text::to_stored(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(stored) => stored,
        };
        Self::Text(Some(Cow::Owned(stored)))
    }

    pub(crate) fn json(value: &impl serde::Serialize) -> Result<Self> {
        Ok(Self::owned_text(serde_json::to_string(value)?))
    }

    pub(crate) fn optional_json(value: Option<&impl serde::Serialize>) -> Result<Self> {
        value.map_or(Ok(Self::Text(None)), Self::json)
    }

    pub(crate) const fn bytes(bytes: &'a [u8]) -> Self {
        Self::Bytes(Some(Cow::Borrowed(bytes)))
    }

    pub(crate) fn optional_bytes(bytes: Option<&'a [u8]>) -> Self {
        Self::Bytes(bytes.map(Cow::Borrowed))
    }

    pub(crate) fn hash(hash: &'a Hash) -> Self {
        Self::bytes(hash.as_bytes())
    }

    /// A hash that was made for this row.
    pub(crate) fn owned_hash(hash: &Hash) -> Self {
        Self::Bytes(Some(Cow::Owned(hash.as_bytes().to_vec())))
    }

    pub(crate) fn version(version: u32) -> Self {
        Self::Number(Some(i64::from(version)))
    }

    pub(crate) fn count(count: u64) -> Result<Self> {
        let count = i64::try_from(count).map_err(|_| Fault::driver("a count is out of range"))?;
        Ok(Self::Number(Some(count)))
    }

    pub(crate) const fn time(at: Timestamp) -> Self {
        Self::Number(Some(at.as_micros()))
    }

    pub(crate) fn optional_time(at: Option<Timestamp>) -> Self {
        Self::Number(at.map(Timestamp::as_micros))
    }
}

/// Rows of one table. All rows have as many cells, of the same kinds.
#[derive(Debug, Default)]
pub(crate) struct Columns<'a>(Vec<Column<'a>>);

/// The values of one column.
#[derive(Debug)]
enum Column<'a> {
    Small(Vec<Option<i32>>),
    Number(Vec<Option<i64>>),
    Id(Vec<Option<Uuid>>),
    Text(Vec<Option<Cow<'a, str>>>),
    Bytes(Vec<Option<Cow<'a, [u8]>>>),
    Flag(Vec<bool>),
}

impl<'a> Columns<'a> {
    /// Adds a row.
    pub(crate) fn push(&mut self, row: impl AsRef<[Cell<'a>]> + IntoIterator<Item = Cell<'a>>) {
        if self.0.is_empty() {
            self.0 = row.as_ref().iter().map(Column::like).collect();
        }
        debug_assert_eq!(self.0.len(), row.as_ref().len(), "rows of one table are alike");
        for (column, cell) in self.0.iter_mut().zip(row) {
            column.push(cell);
        }
    }

    /// Whether there is no row.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the statement is given.
    pub(crate) fn params(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.0
            .iter()
            .map(|column| column as &(dyn ToSql + Sync))
            .collect()
    }
}

impl<'a> Column<'a> {
    const fn like(cell: &Cell<'_>) -> Self {
        match cell {
            Cell::Small(_) => Self::Small(Vec::new()),
            Cell::Number(_) => Self::Number(Vec::new()),
            Cell::Id(_) => Self::Id(Vec::new()),
            Cell::Text(_) => Self::Text(Vec::new()),
            Cell::Bytes(_) => Self::Bytes(Vec::new()),
            Cell::Flag(_) => Self::Flag(Vec::new()),
        }
    }

    fn push(&mut self, cell: Cell<'a>) {
        match (self, cell) {
            (Self::Small(column), Cell::Small(value)) => column.push(value),
            (Self::Number(column), Cell::Number(value)) => column.push(value),
            (Self::Id(column), Cell::Id(value)) => column.push(value),
            (Self::Text(column), Cell::Text(value)) => column.push(value),
            (Self::Bytes(column), Cell::Bytes(value)) => column.push(value),
            (Self::Flag(column), Cell::Flag(value)) => column.push(value),
            (column, cell) => debug_assert!(false, "{cell:?} does not belong to {column:?}"),
        }
    }
}

impl ToSql for Column<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Small(column) => column.to_sql(kind, out),
            Self::Number(column) => column.to_sql(kind, out),
            Self::Id(column) => column.to_sql(kind, out),
            Self::Text(column) => column
                .iter()
                .map(Option::as_deref)
                .collect::<Vec<_>>()
                .to_sql(kind, out),
            Self::Bytes(column) => column
                .iter()
                .map(Option::as_deref)
                .collect::<Vec<_>>()
                .to_sql(kind, out),
            Self::Flag(column) => column.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [
            Type::INT4_ARRAY,
            Type::INT8_ARRAY,
            Type::UUID_ARRAY,
            Type::TEXT_ARRAY,
            Type::BYTEA_ARRAY,
            Type::BOOL_ARRAY,
        ]
        .contains(kind)
    }

    fn to_sql_checked(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Small(column) => column.to_sql_checked(kind, out),
            Self::Number(column) => column.to_sql_checked(kind, out),
            Self::Id(column) => column.to_sql_checked(kind, out),
            Self::Flag(column) => column.to_sql_checked(kind, out),
            Self::Text(_) if *kind == Type::TEXT_ARRAY => self.to_sql(kind, out),
            Self::Bytes(_) if *kind == Type::BYTEA_ARRAY => self.to_sql(kind, out),
            Self::Text(_) | Self::Bytes(_) => {
                Err(format!("a column of another type than {kind} is bound").into())
            }
        }
    }
}
