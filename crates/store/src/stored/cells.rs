//! The cells of a row, taken one after the other into types that cannot be wrong.

use consentry_domain::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::Hash;

/// The cells of one row of a table, taken in the order of the statement's columns. Each is asked for by its column's name, which stands in
/// what is said about a value that does not fit: such a value is reported with table, column and key, and never guessed.
pub trait Cells {
    /// What an engine says when a cell cannot be had.
    type Fault;

    /// That the value of a column cannot be what it claims to be.
    fn corrupt(&self, column: &'static str) -> Self::Fault;

    /// The next cell, where it is a number or nothing.
    fn optional_integer(&mut self, column: &'static str) -> Result<Option<i64>, Self::Fault>;

    /// The next cell, which says whether something holds.
    fn boolean(&mut self, column: &'static str) -> Result<bool, Self::Fault>;

    /// The next cell, where it is an id or nothing.
    fn optional_uuid(&mut self, column: &'static str) -> Result<Option<Uuid>, Self::Fault>;

    /// The next cell, where it is nothing or a text that `read` understands.
    fn optional_named<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Self::Fault>;

    /// The next cell, where it is nothing or bytes that `read` understands.
    fn optional_blob<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, Self::Fault>;

    /// A value that must be there.
    fn required<T>(&self, column: &'static str, value: Option<T>) -> Result<T, Self::Fault> {
        value.ok_or_else(|| self.corrupt(column))
    }

    /// A number within the bounds of its type.
    fn number<T: TryFrom<i64>>(&mut self, column: &'static str) -> Result<T, Self::Fault> {
        let value = self.optional_integer(column)?;
        self.required(column, value.and_then(|value| T::try_from(value).ok()))
    }

    /// A time, in microseconds since 1970.
    fn time(&mut self, column: &'static str) -> Result<Timestamp, Self::Fault> {
        let value = self.optional_time(column)?;
        self.required(column, value)
    }

    /// A time or nothing.
    fn optional_time(&mut self, column: &'static str) -> Result<Option<Timestamp>, Self::Fault> {
        Ok(self.optional_integer(column)?.map(Timestamp::from_micros))
    }

    /// Any text.
    fn text(&mut self, column: &'static str) -> Result<String, Self::Fault> {
        self.named(column, |text| Some(text.to_owned()))
    }

    /// Any text or nothing.
    fn optional_text(&mut self, column: &'static str) -> Result<Option<String>, Self::Fault> {
        self.optional_named(column, |text| Some(text.to_owned()))
    }

    /// A text that `read` understands.
    fn named<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Self::Fault> {
        let value = self.optional_named(column, read)?;
        self.required(column, value)
    }

    /// Two texts that only make sense together.
    fn pair<T>(
        &mut self,
        columns: [&'static str; 2],
        read: impl FnOnce(&str, &str) -> Option<T>,
    ) -> Result<T, Self::Fault> {
        let first = self.text(columns[0])?;
        self.named(columns[1], |second| read(&first, second))
    }

    /// An id.
    fn id<T>(&mut self, column: &'static str, make: fn(Uuid) -> T) -> Result<T, Self::Fault> {
        let value = self.optional_id(column, make)?;
        self.required(column, value)
    }

    /// An id or nothing.
    fn optional_id<T>(
        &mut self,
        column: &'static str,
        make: fn(Uuid) -> T,
    ) -> Result<Option<T>, Self::Fault> {
        Ok(self.optional_uuid(column)?.map(make))
    }

    /// A hash.
    fn hash(&mut self, column: &'static str) -> Result<Hash, Self::Fault> {
        let value = self.optional_hash(column)?;
        self.required(column, value)
    }

    /// A hash or nothing.
    fn optional_hash(&mut self, column: &'static str) -> Result<Option<Hash>, Self::Fault> {
        self.optional_blob(column, |bytes| bytes.try_into().ok().map(Hash::new))
    }

    /// Any bytes.
    fn bytes(&mut self, column: &'static str) -> Result<Vec<u8>, Self::Fault> {
        let value = self.optional_bytes(column)?;
        self.required(column, value)
    }

    /// Any bytes or nothing.
    fn optional_bytes(&mut self, column: &'static str) -> Result<Option<Vec<u8>>, Self::Fault> {
        self.optional_blob(column, |bytes| Some(bytes.to_vec()))
    }

    /// What is written as JSON.
    fn json<T: DeserializeOwned>(&mut self, column: &'static str) -> Result<T, Self::Fault> {
        self.named(column, |text| serde_json::from_str(text).ok())
    }

    /// What is written as JSON, or nothing.
    fn optional_json<T: DeserializeOwned>(&mut self, column: &'static str) -> Result<Option<T>, Self::Fault> {
        self.optional_named(column, |text| serde_json::from_str(text).ok())
    }
}
