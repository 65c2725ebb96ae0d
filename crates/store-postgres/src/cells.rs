//! Reading columns one after the other into types that cannot be wrong. What does not fit is reported with table, column and
//! key, never guessed.

use std::fmt::Write as _;

use consentry_domain::Timestamp;
use consentry_store::{Hash, StoreError};
use serde::de::DeserializeOwned;
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

    pub(crate) fn corrupt(&self, column: &'static str) -> Fault {
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

    fn required<C: FromSql<'row>, T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(C) -> Option<T>,
    ) -> Result<T> {
        self.optional(column, read)?.ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn number<T: TryFrom<i64>>(&mut self, column: &'static str) -> Result<T> {
        self.required(column, |value: i64| T::try_from(value).ok())
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
        self.required(column, |value: i32| T::try_from(value).ok())
    }

    pub(crate) fn boolean(&mut self, column: &'static str) -> Result<bool> {
        self.required(column, Some)
    }

    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp> {
        self.required(column, |value| Some(Timestamp::from_micros(value)))
    }

    pub(crate) fn optional_time(&mut self, column: &'static str) -> Result<Option<Timestamp>> {
        self.optional(column, |value| Some(Timestamp::from_micros(value)))
    }

    pub(crate) fn text(&mut self, column: &'static str) -> Result<String> {
        self.named(column, |text| Some(text.to_owned()))
    }

    pub(crate) fn optional_text(&mut self, column: &'static str) -> Result<Option<String>> {
        self.optional_named(column, |text| Some(text.to_owned()))
    }

    /// A text that `read` understands.
    pub(crate) fn named<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T> {
        self.required(column, |value: &str| read(&text::from_stored(value)?))
    }

    pub(crate) fn optional_named<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        self.optional(column, |value: &str| read(&text::from_stored(value)?))
    }

    /// Two texts that only make sense together.
    pub(crate) fn pair<T>(
        &mut self,
        columns: [&'static str; 2],
        read: impl FnOnce(&str, &str) -> Option<T>,
    ) -> Result<T> {
        let first = self.text(columns[0])?;
        self.named(columns[1], |second| read(&first, second))
    }

    pub(crate) fn id<T>(&mut self, column: &'static str, make: fn(Uuid) -> T) -> Result<T> {
        self.required(column, |value| Some(make(value)))
    }

    pub(crate) fn optional_id<T>(&mut self, column: &'static str, make: fn(Uuid) -> T) -> Result<Option<T>> {
        self.optional(column, |value| Some(make(value)))
    }

    pub(crate) fn hash(&mut self, column: &'static str) -> Result<Hash> {
        self.required(column, hash)
    }

    pub(crate) fn optional_hash(&mut self, column: &'static str) -> Result<Option<Hash>> {
        self.optional(column, hash)
    }

    pub(crate) fn bytes(&mut self, column: &'static str) -> Result<Vec<u8>> {
        self.required(column, Some)
    }

    pub(crate) fn optional_bytes(&mut self, column: &'static str) -> Result<Option<Vec<u8>>> {
        self.optional(column, Some)
    }

    pub(crate) fn json<T: DeserializeOwned>(&mut self, column: &'static str) -> Result<T> {
        self.named(column, |text| serde_json::from_str(text).ok())
    }

    pub(crate) fn optional_json<T: DeserializeOwned>(&mut self, column: &'static str) -> Result<Option<T>> {
        self.optional_named(column, |text| serde_json::from_str(text).ok())
    }
}

fn hash(value: &[u8]) -> Option<Hash> {
    value.try_into().ok().map(Hash::new)
}
