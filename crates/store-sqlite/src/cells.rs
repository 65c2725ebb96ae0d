//! How the driver hands out the cells of a row.

use std::fmt::Write as _;

use consentry_store::{
    StoreError,
    stored::{self, Cells as _},
};
use rusqlite::{Row, types::ValueRef};
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
}

impl stored::Cells for Cells<'_, '_> {
    type Fault = Fault;

    fn corrupt(&self, column: &'static str) -> Fault {
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

    fn optional_integer(&mut self, column: &'static str) -> Result<Option<i64>> {
        self.optional(column, integer)
    }

    fn boolean(&mut self, column: &'static str) -> Result<bool> {
        let value = self.optional(column, |value| match integer(value)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        })?;
        self.required(column, value)
    }

    fn optional_uuid(&mut self, column: &'static str) -> Result<Option<Uuid>> {
        self.optional(column, |value| blob(value)?.try_into().ok().map(Uuid::from_bytes))
    }

    fn optional_named<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        self.optional(column, |value| read(text(value)?))
    }

    fn optional_blob<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>> {
        self.optional(column, |value| read(blob(value)?))
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
