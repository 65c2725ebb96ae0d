//! A bare indexed read: the person, and the rows that decide what they agreed to, found by key in the product's own tables.

use std::path::Path;

use anyhow::{Result, ensure};
use rusqlite::{Connection, types::Value};

use super::signatures::rate;
use crate::grown::Person;

/// Reads of one connection in a second, each of another person of the ledger's grown ones.
pub fn measure(ledger: &Path, people: u64, window: std::time::Duration) -> Result<f64> {
    let connection = Connection::open(ledger)?;
    let tenant: Vec<u8> = connection.query_row("SELECT tenant FROM record LIMIT 1", [], |row| row.get(0))?;
    let mut statement = connection.prepare(
        "SELECT subject.state, consent.* FROM subject
             JOIN slot ON slot.shard = subject.shard AND slot.tenant = subject.tenant AND slot.subject = subject.id
             JOIN consent ON consent.shard = slot.shard AND consent.tenant = slot.tenant AND consent.id = slot.consent
         WHERE slot.shard = ?1 AND slot.tenant = ?2 AND slot.subject = ?3",
    )?;
    let columns = statement.column_count();
    let mut next = 0;
    rate(window, || {
        let person = Person::new(next % people, people);
        next += 1;
        let mut rows = statement.query((person.shard(), &tenant, person.id()))?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                std::hint::black_box(row.get::<_, Value>(column)?);
            }
            found += 1;
        }
        ensure!(found > 0, "a person without consents");
        Ok(())
    })
}
