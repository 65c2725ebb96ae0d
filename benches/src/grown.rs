//! A ledger that is made large without its server: the rows of one real record, written again and again for people who do not
//! exist, in the order of their keys. Nothing of them can be opened, and nobody asks for them; they only stand there.

use std::path::Path;

use anyhow::{Context as _, Result};
use rusqlite::{Connection, params_from_iter, types::Value};

/// Records of one person.
pub const EACH: u64 = 5;

/// Partitions of people.
const SHARDS: u64 = 4096;

/// Rows in one transaction.
const BATCH: u64 = 200_000;

/// Adds so many records to a ledger that no server has open. It holds at least one record with its consent.
pub fn grow(ledger: &Path, records: u64) -> Result<()> {
    let connection = Connection::open(ledger)?;
    // A ledger that breaks while it grows is thrown away.
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "cache_size", -262_144)?;
    let template = Template::read(&connection)?;
    let people = records / EACH;
    let person = |number: u64| Person::new(number, people);
    let of_people = |table: &str, replaced: &[&str], row: &dyn Fn(Person) -> Vec<Value>| {
        template.write(&connection, table, replaced, people, |number| row(person(number)))
    };
    let of_records = |table: &str, replaced: &[&str], row: &dyn Fn(Person, u64) -> Vec<Value>| {
        template.write(&connection, table, replaced, people * EACH, |number| {
            row(person(number / EACH), number)
        })
    };
    of_people("subject", &["shard", "id"], &|person| {
        vec![person.shard(), person.id()]
    })?;
    of_people("subject_key", &["shard", "subject"], &|person| {
        vec![person.shard(), person.id()]
    })?;
    of_people("subject_alias", &["shard", "hash", "subject"], &|person| {
        vec![person.shard(), person.hash(0), person.id()]
    })?;
    of_records(
        "consent",
        &["shard", "id", "subject", "audience", "record"],
        &|person, number| {
            vec![
                person.shard(),
                person.own(2, number),
                person.id(),
                shop(number),
                person.own(3, number),
            ]
        },
    )?;
    of_records(
        "slot",
        &["shard", "subject", "audience", "consent"],
        &|person, number| vec![person.shard(), person.id(), shop(number), person.own(2, number)],
    )?;
    of_records(
        "record",
        &["shard", "id", "subject", "consent"],
        &|person, number| {
            vec![
                person.shard(),
                person.own(3, number),
                person.id(),
                person.own(2, number),
            ]
        },
    )?;
    for (kind, table) in template.keys.iter().enumerate() {
        let shared = table == DEFINITION;
        let replaced: &[&str] = if shared {
            &["record", "record_shard"]
        } else {
            &["record", "record_shard", "shard", "hash"]
        };
        of_records(table, replaced, &|person, number| {
            let mut row = vec![person.own(3, number), person.shard()];
            if !shared {
                row.extend([person.shard(), person.hash(kind)]);
            }
            row
        })?;
    }
    let first = template.next;
    of_records("consent_event", &["idx", "id"], &|person, number| {
        vec![integer(first + number), person.own(4, number)]
    })?;
    of_records(
        "consent_event_filter",
        &["idx", "shard", "subject"],
        &|person, number| vec![integer(first + number), person.shard(), person.id()],
    )?;
    connection.execute(
        "UPDATE tenant_log SET size = size + ?1 WHERE tenant = (SELECT tenant FROM newest)",
        [integer(people * EACH)],
    )?;
    Ok(())
}

/// Brings into the ledger what its server left in the journal; it was not told to stop.
pub fn settle(ledger: &Path) -> Result<()> {
    let connection = Connection::open(ledger)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// The kind of key that all records of a definition share.
const DEFINITION: &str = "record_key:definition";

fn shop(number: u64) -> Value {
    Value::Text(format!("shop-{}", number % EACH))
}

fn integer(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Somebody who does not exist. Ids and hashes rise with the number, so that every table is written from left to right; they are others
/// where there are another number of people, so that a ledger can grow twice.
#[derive(Clone, Copy)]
pub struct Person {
    number: u64,
    shard: u64,
    people: u32,
}

impl Person {
    /// One of so many, from 0.
    pub fn new(number: u64, people: u64) -> Self {
        Self {
            number,
            shard: number * SHARDS / people,
            people: u32::try_from(people).unwrap_or(u32::MAX),
        }
    }

    /// Where their rows are.
    pub fn shard(self) -> Value {
        integer(self.shard)
    }

    /// Their id.
    pub fn id(self) -> Value {
        Value::Blob(self.bytes(1, self.number).to_vec())
    }

    /// Their id, as it is written.
    pub fn uuid(self) -> String {
        let hex: String = self
            .bytes(1, self.number)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }

    /// The id of one of several things of theirs.
    fn own(self, kind: u8, number: u64) -> Value {
        Value::Blob(self.bytes(kind, number).to_vec())
    }

    /// A version 7 UUID with the shard where ids have it.
    fn bytes(self, kind: u8, number: u64) -> [u8; 16] {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&[0x01, 0x97]);
        id[2..6].copy_from_slice(&self.people.to_be_bytes());
        id[6..8].copy_from_slice(&(0x7000 | u16::try_from(self.shard).unwrap_or_default()).to_be_bytes());
        id[8..].copy_from_slice(&number.to_be_bytes());
        id[8] = 0x80 | kind;
        id
    }

    /// A keyed hash would look as random; this one begins with the shard, as all do, and rises.
    fn hash(self, kind: usize) -> Value {
        let mut hash = vec![0; 32];
        let begin =
            u16::try_from(self.shard << 4).unwrap_or_default() | u16::try_from(kind).unwrap_or_default();
        hash[..2].copy_from_slice(&begin.to_be_bytes());
        hash[2..10].copy_from_slice(&self.number.to_be_bytes());
        hash[10..14].copy_from_slice(&self.people.to_be_bytes());
        Value::Blob(hash)
    }
}

/// The rows of one record, each alone in a table of its own.
struct Template {
    /// Where the tenant's next event goes.
    next: u64,
    /// The tables of the record's search keys.
    keys: Vec<String>,
}

impl Template {
    /// The newest record and what belongs to it.
    fn read(connection: &Connection) -> Result<Self> {
        connection.execute_batch(
            "CREATE TEMP TABLE newest AS
                 SELECT tenant, id AS record, subject, consent FROM record ORDER BY created_at DESC, id DESC LIMIT 1;
             CREATE TEMP TABLE t_subject AS SELECT own.* FROM subject own JOIN newest ON own.id = newest.subject;
             CREATE TEMP TABLE t_subject_key AS
                 SELECT own.* FROM subject_key own JOIN newest ON own.subject = newest.subject;
             CREATE TEMP TABLE t_subject_alias AS
                 SELECT own.* FROM subject_alias own JOIN newest ON own.subject = newest.subject LIMIT 1;
             CREATE TEMP TABLE t_consent AS SELECT own.* FROM consent own JOIN newest ON own.id = newest.consent;
             CREATE TEMP TABLE t_slot AS SELECT own.* FROM slot own JOIN newest ON own.consent = newest.consent;
             CREATE TEMP TABLE t_record AS SELECT own.* FROM record own JOIN newest ON own.id = newest.record;
             CREATE TEMP TABLE t_consent_event AS
                 SELECT own.* FROM consent_event own JOIN newest USING (tenant) ORDER BY idx DESC LIMIT 1;
             CREATE TEMP TABLE t_consent_event_filter AS
                 SELECT own.* FROM consent_event_filter own JOIN newest USING (tenant) ORDER BY idx DESC LIMIT 1;",
        )?;
        let kinds: Vec<String> = connection
            .prepare(
                "SELECT DISTINCT kind FROM record_key own JOIN newest USING (tenant, record) ORDER BY kind",
            )?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for kind in &kinds {
            connection.execute_batch(&format!(
                "CREATE TEMP TABLE t_record_key_{kind} AS
                     SELECT own.* FROM record_key own JOIN newest USING (tenant, record) WHERE kind = '{kind}' LIMIT 1"
            ))?;
        }
        Ok(Self {
            next: connection
                .query_row(
                    "SELECT max(idx) + 1 FROM consent_event JOIN newest USING (tenant)",
                    [],
                    |row| row.get::<_, i64>(0),
                )?
                .try_into()?,
            keys: kinds.iter().map(|kind| format!("record_key:{kind}")).collect(),
        })
    }

    /// Writes the row of a table so many times, with some columns replaced.
    fn write(
        &self,
        connection: &Connection,
        table: &str,
        replaced: &[&str],
        rows: u64,
        row: impl Fn(u64) -> Vec<Value>,
    ) -> Result<()> {
        let (target, template) = table.split_once(':').map_or_else(
            || (table, format!("t_{table}")),
            |(target, kind)| (target, format!("t_{target}_{kind}")),
        );
        let columns: Vec<String> = connection
            .prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?
            .query_map([target], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let known = connection.query_row(&format!("SELECT count(*) FROM {template}"), [], |row| {
            row.get::<_, i64>(0)
        })?;
        anyhow::ensure!(known == 1, "no row of {table} to write again");
        let shown: Vec<String> = columns
            .iter()
            .map(|column| match replaced.iter().position(|name| name == column) {
                Some(place) => format!("?{}", place + 1),
                None => column.clone(),
            })
            .collect();
        let mut insert = connection
            .prepare(&format!(
                "INSERT INTO {target} SELECT {} FROM {template}",
                shown.join(", ")
            ))
            .with_context(|| format!("cannot write {table} again"))?;
        for begin in (0..rows).step_by(usize::try_from(BATCH)?) {
            connection.execute_batch("BEGIN")?;
            for number in begin..rows.min(begin + BATCH) {
                insert.execute(params_from_iter(row(number)))?;
            }
            connection.execute_batch("COMMIT")?;
        }
        Ok(())
    }
}
