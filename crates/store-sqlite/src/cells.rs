//! Reading columns one after the other into types that cannot be wrong. What does not fit is reported with table, column and
//! key, never guessed.

use std::fmt::Write as _;

use consentry_domain::Timestamp;
use consentry_store::{Hash, StoreError};
use rusqlite::{Row, types::ValueRef};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::fault::{Fault, Result};

/// The cells of one row, taken in the order of the statement's columns.
pub(crate) struct Cells<'row, 'statement> {
    row: &'row Row<'statement>,
    table: &'static str,
    keys: usize,
    next: usize,
}

impl<'row, 'statement> Cells<'row, 'statement> {
    /// The cells of a row of `table` whose first `keys` columns name it.
    pub(crate) const fn new(row: &'row Row<'statement>, table: &'static str, keys: usize) -> Self {
        Self {
            row,
            table,
            keys,
            next: 0,
        }
    }

    pub(crate) fn corrupt(&self, column: &'static str) -> Fault {
        let mut key = String::new();
        for index in 0..self.keys {
            if index > 0 {
                key.push('/');
            }
            match self.row.get_ref(index) {
                Ok(ValueRef::Integer(value)) => key.push_str(&value.to_string()),
                Ok(ValueRef::Text(value)) => key.push_str(&String::from_utf8_lossy(value)),
                Ok(ValueRef::Blob(value)) => {
                    for byte in value {
                        // Writing to a String cannot fail.
                        let _ = write!(key, "{byte:02x}");
                    }
                }
                _ => key.push('?'),
            }
        }
        Fault(StoreError::Corrupt {
            table: self.table,
            column,
            row: key,
        })
    }

    fn cell(&mut self, column: &'static str) -> Result<ValueRef<'row>> {
        debug_assert_eq!(
            self.row.as_ref().column_name(self.next).ok(),
            Some(column),
            "columns out of step"
        );
        let value = self.row.get_ref(self.next)?;
        self.next += 1;
        Ok(value)
    }

    /// A cell that may be empty, read with `read`; a `None` from it is a corrupt value.
    fn optional<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(ValueRef<'row>) -> Option<T>,
    ) -> Result<Option<T>> {
        match self.cell(column)? {
            ValueRef::Null => Ok(None),
            value => read(value).map(Some).ok_or_else(|| self.corrupt(column)),
        }
    }

    fn required<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(ValueRef<'row>) -> Option<T>,
    ) -> Result<T> {
        let value = self.cell(column)?;
        read(value).ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn number<T: TryFrom<i64>>(&mut self, column: &'static str) -> Result<T> {
        self.required(column, |value| T::try_from(integer(value)?).ok())
    }

    pub(crate) fn boolean(&mut self, column: &'static str) -> Result<bool> {
        self.required(column, |value| match integer(value)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        })
    }

    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp> {
        self.required(column, |value| integer(value).map(Timestamp::from_micros))
    }

    pub(crate) fn optional_time(&mut self, column: &'static str) -> Result<Option<Timestamp>> {
        self.optional(column, |value| integer(value).map(Timestamp::from_micros))
    }

    pub(crate) fn text(&mut self, column: &'static str) -> Result<String> {
        self.required(column, |value| text(value).map(str::to_owned))
    }

    pub(crate) fn optional_text(&mut self, column: &'static str) -> Result<Option<String>> {
        self.optional(column, |value| text(value).map(str::to_owned))
    }

    /// A text that `read` understands.
    pub(crate) fn named<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T> {
        self.required(column, |value| read(text(value)?))
    }

    pub(crate) fn optional_named<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        self.optional(column, |value| read(text(value)?))
    }

    /// Two texts that only make sense together.
    pub(crate) fn pair<T>(
        &mut self,
        columns: [&'static str; 2],
        read: impl FnOnce(&str, &str) -> Option<T>,
    ) -> Result<T> {
        let first = self.cell(columns[0])?;
        self.required(columns[1], |second| read(text(first)?, text(second)?))
    }

    pub(crate) fn id<T>(&mut self, column: &'static str, make: fn(Uuid) -> T) -> Result<T> {
        self.required(column, |value| uuid(value).map(make))
    }

    pub(crate) fn optional_id<T>(&mut self, column: &'static str, make: fn(Uuid) -> T) -> Result<Option<T>> {
        self.optional(column, |value| uuid(value).map(make))
    }

    pub(crate) fn hash(&mut self, column: &'static str) -> Result<Hash> {
        self.required(column, hash)
    }

    pub(crate) fn optional_hash(&mut self, column: &'static str) -> Result<Option<Hash>> {
        self.optional(column, hash)
    }

    pub(crate) fn bytes(&mut self, column: &'static str) -> Result<Vec<u8>> {
        self.required(column, |value| blob(value).map(<[u8]>::to_vec))
    }

    pub(crate) fn optional_bytes(&mut self, column: &'static str) -> Result<Option<Vec<u8>>> {
        self.optional(column, |value| blob(value).map(<[u8]>::to_vec))
    }

    pub(crate) fn json<T: DeserializeOwned>(&mut self, column: &'static str) -> Result<T> {
        self.named(column, |text| serde_json::from_str(text).ok())
    }

    pub(crate) fn optional_json<T: DeserializeOwned>(&mut self, column: &'static str) -> Result<Option<T>> {
        self.optional_named(column, |text| serde_json::from_str(text).ok())
    }
}

fn integer(value: ValueRef<'_>) -> Option<i64> {
    if let ValueRef::Integer(value) = value {
        Some(value)
    } else {
        None
    }
}

fn text(value: ValueRef<'_>) -> Option<&str> {
    if let ValueRef::Text(value) = value {
        std::str::from_utf8(value).ok()
    } else {
        None
    }
}

fn blob(value: ValueRef<'_>) -> Option<&[u8]> {
    if let ValueRef::Blob(value) = value {
        Some(value)
    } else {
        None
    }
}

fn uuid(value: ValueRef<'_>) -> Option<Uuid> {
    blob(value)?.try_into().ok().map(Uuid::from_bytes)
}

fn hash(value: ValueRef<'_>) -> Option<Hash> {
    blob(value)?.try_into().ok().map(Hash::new)
}
