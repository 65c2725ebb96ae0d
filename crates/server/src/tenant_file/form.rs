//! The lines of the file.

use std::io::{BufRead, Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_domain::TenantId;
use consentry_store::{
    Hash,
    table::{Cell, RowDigest, Shape},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What the head says a file is.
pub(super) const KIND: &str = "consentry tenant";

/// The version of this form.
pub(super) const VERSION: u32 = 1;

/// The table whose row says that there is a tenant.
pub(super) const TENANTS: &str = "tenant";

/// Longest line that is read, in bytes: a row with the largest record, twice over.
const LONGEST: usize = 64 << 20;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    pub kind: String,
    pub version: u32,
    pub tenant: TenantId,
    pub slug: String,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    pub rows: u64,
    pub sha256: String,
}

/// Why a file is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("{0}")]
    Read(#[from] std::io::Error),
    /// A line is not what it has to be.
    #[error("line {line}: {why}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// It ends too early.
    #[error("the file is not whole: it has no end")]
    NoEnd,
    /// It is not what was written.
    #[error("the file is not what was written: its rows are others than its end says")]
    Changed,
}

/// A line, taken apart.
#[derive(Debug)]
pub(super) enum Line {
    Head(Head),
    Table { table: String, columns: Vec<String> },
    Row(Vec<Cell>),
    End(End),
}

/// Writes lines, and counts what it writes.
pub(super) struct Lines<W> {
    to: W,
    rows: u64,
    whole: WholeDigest,
}

impl<W: Write> Lines<W> {
    pub(super) fn begin(mut to: W, head: &Head) -> std::io::Result<Self> {
        line(&mut to, &json!(head))?;
        Ok(Self {
            to,
            rows: 0,
            whole: WholeDigest::default(),
        })
    }

    pub(super) fn table(&mut self, shape: &Shape) -> std::io::Result<()> {
        self.whole.begin(shape.table);
        line(
            &mut self.to,
            &json!({ "table": shape.table, "columns": shape.columns }),
        )
    }

    /// Writes a row; answers how many bytes it takes.
    pub(super) fn row(&mut self, row: &[Cell]) -> std::io::Result<()> {
        self.rows += 1;
        self.whole.add(row);
        line(&mut self.to, &Value::Array(row.iter().map(written).collect()))
    }

    /// Writes the end; answers it with what was written to.
    pub(super) fn end(mut self) -> std::io::Result<(End, W)> {
        let end = End {
            rows: self.rows,
            sha256: hex(&self.whole.finish()),
        };
        line(&mut self.to, &json!({ "end": end }))?;
        self.to.flush()?;
        Ok((end, self.to))
    }
}

fn line(to: &mut impl Write, value: &Value) -> std::io::Result<()> {
    serde_json::to_writer(&mut *to, value)?;
    to.write_all(b"\n")
}

/// SHA-256 over the rows of all tables, each under the name of its table.
#[derive(Debug, Default)]
pub(super) struct WholeDigest {
    whole: RowDigest,
    table: Option<(String, RowDigest)>,
}

impl WholeDigest {
    pub(super) fn begin(&mut self, table: &str) {
        self.close();
        self.table = Some((table.to_owned(), RowDigest::default()));
    }

    pub(super) fn add(&mut self, row: &[Cell]) {
        if let Some((_, rows)) = &mut self.table {
            rows.add(row);
        }
    }

    fn close(&mut self) {
        if let Some((table, rows)) = self.table.take() {
            let rows = rows.finish().as_bytes().to_vec();
            self.whole.add(&[Cell::Text(table), Cell::Bytes(rows)]);
        }
    }

    pub(super) fn finish(mut self) -> Hash {
        self.close();
        self.whole.finish()
    }
}

pub(super) fn hex(hash: &Hash) -> String {
    hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes are an object, so that a text is never taken for some.
fn written(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Number(number) => json!(number),
        Cell::Text(text) => json!(text),
        Cell::Bytes(bytes) => json!({ "b": STANDARD.encode(bytes) }),
    }
}

fn read_cell(value: Value) -> Option<Cell> {
    Some(match value {
        Value::Null => Cell::Null,
        Value::Number(number) => Cell::Number(number.as_i64()?),
        Value::String(text) => Cell::Text(text),
        Value::Object(members) => {
            let bytes = members.get("b").and_then(Value::as_str)?;
            Cell::Bytes(STANDARD.decode(bytes).ok()?)
        }
        _ => return None,
    })
}

/// Reads lines one at a time.
pub(super) struct Reader<R> {
    from: R,
    number: usize,
}

impl<R: BufRead> Reader<R> {
    pub(super) const fn new(from: R) -> Self {
        Self { from, number: 0 }
    }

    pub(super) fn wrong(&self, why: impl Into<String>) -> FileError {
        FileError::Line {
            line: self.number,
            why: why.into(),
        }
    }

    /// The first line.
    pub(super) fn head(&mut self) -> Result<Head, FileError> {
        match self.next()? {
            Some(Line::Head(head)) if head.kind == KIND && head.version == VERSION => Ok(head),
            Some(Line::Head(head)) => Err(self.wrong(format!(
                "is a {:?} of version {}; version {VERSION} of a {KIND:?} is read",
                head.kind, head.version
            ))),
            _ => Err(self.wrong("is no beginning of a tenant's file, as `consentry export --to` writes it")),
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<Line>, FileError> {
        let mut text = Vec::new();
        let mut limited = std::io::Read::take(&mut self.from, LONGEST as u64);
        if limited.read_until(b'\n', &mut text)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if text.last() != Some(&b'\n') {
            return Err(self.wrong("is cut off, or too long"));
        }
        let value: Value = serde_json::from_slice(&text).map_err(|_| self.wrong("is no JSON"))?;
        let read = match value {
            Value::Array(cells) => cells
                .into_iter()
                .map(read_cell)
                .collect::<Option<Vec<Cell>>>()
                .map(Line::Row),
            Value::Object(mut members) => {
                if let Some(end) = members.remove("end") {
                    serde_json::from_value(end).ok().map(Line::End)
                } else if members.contains_key("table") {
                    table(&members)
                } else {
                    serde_json::from_value(Value::Object(members))
                        .ok()
                        .map(Line::Head)
                }
            }
            _ => None,
        };
        read.map(Some)
            .ok_or_else(|| self.wrong("is none of a tenant's file"))
    }
}

fn table(members: &serde_json::Map<String, Value>) -> Option<Line> {
    let columns = members.get("columns")?.as_array()?.iter();
    Some(Line::Table {
        table: members.get("table")?.as_str()?.to_owned(),
        columns: columns
            .map(|column| column.as_str().map(str::to_owned))
            .collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head {
            kind: KIND.to_owned(),
            version: VERSION,
            tenant: "0192f1d6-0000-7000-8000-000000000001".parse().unwrap(),
            slug: "harbor".to_owned(),
        }
    }

    fn shape() -> Shape {
        Shape {
            table: "token",
            columns: vec!["hash".to_owned(), "body".to_owned()],
            key: vec![0],
        }
    }

    #[test]
    fn what_is_written_is_read_back_cell_by_cell() {
        let row = vec![
            Cell::Bytes(vec![0, 255]),
            Cell::Text("{\"b\":\"AP8=\"} \u{0}\n".to_owned()),
            Cell::Null,
            Cell::Number(i64::MIN),
        ];
        let mut lines = Lines::begin(Vec::new(), &head()).unwrap();
        lines.table(&shape()).unwrap();
        lines.row(&row).unwrap();
        let (end, text) = lines.end().unwrap();
        let mut reader = Reader::new(text.as_slice());
        assert_eq!(reader.head().unwrap(), head());
        assert!(matches!(reader.next().unwrap(), Some(Line::Table { table, .. }) if table == "token"));
        assert!(matches!(reader.next().unwrap(), Some(Line::Row(read)) if read == row));
        assert!(matches!(reader.next().unwrap(), Some(Line::End(read)) if read == end));
        assert!(reader.next().unwrap().is_none());
    }

    #[test]
    fn what_is_no_file_of_a_tenant_is_told_with_its_line() {
        for (text, told) in [
            (
                "",
                "line 0: is no beginning of a tenant's file, as `consentry export --to` writes it",
            ),
            ("{\"kind\":\"x\"}\n", "line 1: is none of a tenant's file"),
            ("[7", "line 1: is cut off, or too long"),
            ("nonsense\n", "line 1: is no JSON"),
        ] {
            assert_eq!(
                Reader::new(text.as_bytes()).head().unwrap_err().to_string(),
                told,
                "{text}"
            );
        }
    }
}
