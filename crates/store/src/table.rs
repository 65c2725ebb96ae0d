//! Tables as an engine stores them, for moving a ledger from one engine to another: rows of cells in the order of their keys.
//!
//! Both engines have the same tables with the same columns, and compare ids, hashes and texts by their bytes, so the order is the
//! same too. What only one engine has (marks of writers, what nodes tell each other) is not part of a ledger.

use std::{cmp::Ordering, fmt::Write as _};

use aws_lc_rs::digest::{Context, SHA256};

use crate::Hash;

/// Every table of a ledger.
pub const TABLES: [&str; 34] = [
    "tenant_log",
    "consent_event",
    "consent_event_filter",
    "consent",
    "slot",
    "consent_use",
    "agreement",
    "agreement_consent",
    "record",
    "record_key",
    "foreign_id",
    "oauth_grant",
    "token",
    "interaction",
    "idempotency",
    "subject",
    "subject_alias",
    "account",
    "subject_key",
    "preference",
    "tenant",
    "application",
    "party",
    "client",
    "definition",
    "localization",
    "signing_key",
    "principal",
    "api_credential",
    "webhook_endpoint",
    "logo",
    "link_secret",
    "job",
    "delivery",
];

/// Tables whose rows belong to people, or wait for each of them: nothing reads one of them from end to end.
pub const OWNED: [&str; 21] = [
    "consent_event",
    "consent_event_filter",
    "consent",
    "slot",
    "consent_use",
    "agreement",
    "agreement_consent",
    "record",
    "record_key",
    "foreign_id",
    "oauth_grant",
    "token",
    "interaction",
    "subject",
    "subject_alias",
    "account",
    "subject_key",
    "preference",
    "idempotency",
    "job",
    "delivery",
];

/// A stored value. The order is that of both engines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// None.
    Null,
    /// A number, or whether something holds (0 or 1).
    Number(i64),
    /// An id (16 bytes), a hash (32) or what is sealed.
    Bytes(Vec<u8>),
    /// A text, as the ledger knows it.
    Text(String),
}

/// What a table looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Its name, one of [`TABLES`].
    pub table: &'static str,
    /// Names of its columns.
    pub columns: Vec<String>,
    /// Which columns make the key, in the key's order.
    pub key: Vec<usize>,
}

impl Shape {
    /// Which of two rows comes first by key.
    pub fn order(&self, one: &[Cell], other: &[Cell]) -> Ordering {
        self.key
            .iter()
            .map(|&column| one[column].cmp(&other[column]))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// The cells of the key.
    pub fn key_of<'a>(&'a self, row: &'a [Cell]) -> impl Iterator<Item = &'a Cell> {
        self.key.iter().map(|&column| &row[column])
    }

    /// The row by its table and key, as a sentence can hold it: `token (shard 7, hash 00ff…)`.
    pub fn name_of(&self, row: &[Cell]) -> String {
        let mut name = format!("{} (", self.table);
        for (number, &column) in self.key.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(name, "{comma}{} {}", self.columns[column], Shown(&row[column]));
        }
        name.push(')');
        name
    }

    /// The columns in which two rows of the same key differ.
    pub fn differing(&self, one: &[Cell], other: &[Cell]) -> Vec<&str> {
        (0..self.columns.len())
            .filter(|&column| one[column] != other[column])
            .map(|column| self.columns[column].as_str())
            .collect()
    }
}

struct Shown<'a>(&'a Cell);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Cell::Null => f.write_str("none"),
            Cell::Number(number) => write!(f, "{number}"),
            Cell::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Cell::Text(text) => write!(f, "{text:?}"),
        }
    }
}

/// SHA-256 over rows in their order. No two lists of rows have the same input: each cell tells its kind and length.
#[derive(Clone)]
pub struct RowDigest(Context);

impl Default for RowDigest {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl std::fmt::Debug for RowDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowDigest").finish_non_exhaustive()
    }
}

impl RowDigest {
    /// Takes one more row in.
    pub fn add(&mut self, row: &[Cell]) {
        self.part(b'r', &(row.len() as u64).to_be_bytes());
        for cell in row {
            match cell {
                Cell::Null => self.part(b'0', &[]),
                Cell::Number(number) => self.part(b'n', &number.to_be_bytes()),
                Cell::Bytes(bytes) => self.part(b'b', bytes),
                Cell::Text(text) => self.part(b't', text.as_bytes()),
            }
        }
    }

    fn part(&mut self, kind: u8, bytes: &[u8]) {
        self.0.update(&[kind]);
        self.0.update(&(bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    /// The digest of all rows that were taken in.
    #[must_use]
    pub fn finish(self) -> Hash {
        Hash::from_slice(self.0.finish().as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, RowDigest, Shape};

    fn shape() -> Shape {
        Shape {
            table: "token",
            columns: ["shard", "body", "hash"].map(str::to_owned).to_vec(),
            key: vec![0, 2],
        }
    }

    fn row(shard: i64, body: &str, hash: u8) -> Vec<Cell> {
        vec![
            Cell::Number(shard),
            Cell::Text(body.to_owned()),
            Cell::Bytes(vec![hash, 255]),
        ]
    }

    #[test]
    fn rows_are_ordered_and_named_by_their_keys() {
        let shape = shape();
        assert!(shape.order(&row(1, "z", 9), &row(2, "a", 1)).is_lt());
        assert!(shape.order(&row(1, "z", 9), &row(1, "a", 10)).is_lt());
        assert!(shape.order(&row(1, "z", 9), &row(1, "a", 9)).is_eq());
        assert_eq!(shape.name_of(&row(7, "x", 0)), "token (shard 7, hash 00ff)");
        assert_eq!(shape.differing(&row(1, "a", 1), &row(1, "b", 1)), ["body"]);
    }

    #[test]
    fn a_digest_tells_rows_apart_that_have_the_same_bytes() {
        let digest = |rows: &[Vec<Cell>]| {
            let mut digest = RowDigest::default();
            for row in rows {
                digest.add(row);
            }
            digest.finish()
        };
        let text = |text: &str| Cell::Text(text.to_owned());
        let all = [
            digest(&[]),
            digest(&[vec![text("ab"), text("c")]]),
            digest(&[vec![text("a"), text("bc")]]),
            digest(&[vec![text("ab")], vec![text("c")]]),
            digest(&[vec![Cell::Bytes(b"ab".to_vec()), text("c")]]),
            digest(&[vec![Cell::Null, text("c")]]),
        ];
        for (number, one) in all.iter().enumerate() {
            assert!(all[number + 1..].iter().all(|other| one != other), "{number}");
        }
    }
}
