//! How the driver hands out the cells of a row.

use std::fmt::Write as _;

use consentry_store::{
    StoreError,
    stored::{self, Cells as _},
};
use tokio_postgres::{
    Row,
    types::{FromSql, Type},
};
use uuid::Uuid;

use crate::{
    fault::{Fault, Result},
    text,
};

/// The cells of one row of a table, taken in the order of the statement's columns. A joined statement's row holds the cells of
/// several.
pub(crate) struct Cells<'row> {
    row: &'row Row,
    table: &'static str,
    first: usize,
    keys: usize,
    next: usize,
}

impl<'row> Cells<'row> {
    /// The cells of a row of `table` whose first `keys` columns name it.
    pub(crate) const fn new(row: &'row Row, table: &'static str, keys: usize) -> Self {
        Self::from(row, table, keys, 0)
    }

    /// As [`Self::new`], where the table's columns begin at `first`.
    pub(crate) const fn from(row: &'row Row, table: &'static str, keys: usize, first: usize) -> Self {
        Self {
            row,
            table,
            first,
            keys,
            next: first,
        }
    }

    /// A cell as part of a row's name.
    fn shown(&self, index: usize) -> Option<String> {
        let kind = self.row.columns().get(index)?.type_();
        if *kind == Type::UUID {
            let id: Uuid = self.row.try_get(index).ok()?;
            Some(id.simple().to_string())
        } else if *kind == Type::BYTEA {
            let bytes: &[u8] = self.row.try_get(index).ok()?;
            Some(bytes.iter().fold(String::new(), |mut text, byte| {
                // Writing to a String cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            }))
        } else if *kind == Type::INT8 {
            self.row
                .try_get::<_, i64>(index)
                .ok()
                .map(|number| number.to_string())
        } else {
            let text: &str = self.row.try_get(index).ok()?;
            text::from_stored(text).map(std::borrow::Cow::into_owned)
        }
    }

    /// Whether the row of this table is missing, as a joined one may be. Looks at its first column, which is never empty.
    pub(crate) fn is_missing(&self) -> Result<bool> {
        struct Anything;
        impl<'a> FromSql<'a> for Anything {
            fn from_sql(
                _: &Type,
                _: &'a [u8],
            ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
                Ok(Self)
            }

            fn accepts(_: &Type) -> bool {
                true
            }
        }
        Ok(self.row.try_get::<_, Option<Anything>>(self.first)?.is_none())
    }

    fn cell<T: FromSql<'row>>(&mut self, column: &'static str) -> Result<Option<T>> {
        debug_assert_eq!(
            self.row
                .columns()
                .get(self.next)
                .map(tokio_postgres::Column::name),
            Some(column),
            "columns out of step"
        );
        let value = self.row.try_get(self.next)?;
        self.next += 1;
        Ok(value)
    }

    /// A cell that may be empty, read with `read`; a `None` from it is a corrupt value.
    fn optional<C: FromSql<'row>, T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(C) -> Option<T>,
    ) -> Result<Option<T>> {
        match self.cell(column)? {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| self.corrupt(column)),
        }
    }

    /// The key that a statement was given for this row, counted from 1 in the column `nth`.
    pub(crate) fn nth<'k, K>(&mut self, keys: &'k [K]) -> Result<&'k K> {
        let nth: i64 = self.number("nth")?;
        usize::try_from(nth - 1)
            .ok()
            .and_then(|index| keys.get(index))
            .ok_or_else(|| Fault::driver("the database answered for a key that was not asked for"))
    }

    /// A number that is stored in four bytes.
    pub(crate) fn small<T: TryFrom<i32>>(&mut self, column: &'static str) -> Result<T> {
        let value = self.optional(column, |value: i32| T::try_from(value).ok())?;
        self.required(column, value)
    }
}

impl stored::Cells for Cells<'_> {
    type Fault = Fault;

    fn corrupt(&self, column: &'static str) -> Fault {
        let mut key = String::new();
        for index in self.first..self.first + self.keys {
            if index > self.first {
                key.push('/');
            }
            key.push_str(&self.shown(index).unwrap_or_else(|| "?".to_owned()));
        }
        Fault::from(StoreError::Corrupt {
            table: self.table,
            column,
            row: key,
        })
    }

    fn optional_integer(&mut self, column: &'static str) -> Result<Option<i64>> {
        self.cell(column)
    }

    fn boolean(&mut self, column: &'static str) -> Result<bool> {
        let value = self.cell(column)?;
        self.required(column, value)
    }

    fn optional_uuid(&mut self, column: &'static str) -> Result<Option<Uuid>> {
        self.cell(column)
    }

    fn optional_named<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        self.optional(column, |value: &str| read(&text::from_stored(value)?))
    }

    fn optional_blob<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>> {
        self.optional(column, |value: &[u8]| read(value))
    }
}
