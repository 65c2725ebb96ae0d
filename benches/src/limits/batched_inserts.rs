//! Bare inserts into PostgreSQL: the rows that the product wrote, written once more into tables of the same form that hold what was
//! there before. One connection writes whatever queued up in one transaction; `pgbench` writes them one by one.
//!
//! The rows wait on the server, each with the number of the answer it belongs to, so that bringing them there is nobody's cost. What
//! nodes tell each other, the marks of writers and the heads of logs are left out: the limit writes less than the product.

use std::{cell::OnceCell, fmt::Write as _};

use anyhow::{Context as _, Result, ensure};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Client, NoTls, Statement};

use crate::{
    load::{Ask, Load, Outcome},
    server::Server,
};

/// The tables of the ledger whose rows are written again.
const TABLES: &str = "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' \
    AND c.relname NOT IN ('refinery_schema_history', 'stale', 'writer', 'tenant_log') ORDER BY 1";

/// Rows that a ledger gains on a server.
pub struct Gained<'a> {
    server: &'a Server,
    database: &'a str,
    tables: Vec<Table>,
    answers: usize,
}

struct Table {
    name: String,
    columns: String,
    order: String,
}

impl<'a> Gained<'a> {
    /// Keeps what there is before.
    pub fn begin(server: &'a Server, database: &'a str) -> Result<Self> {
        let mut tables = Vec::new();
        let mut sql = String::from("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept;");
        for name in server.execute(database, TABLES)?.lines() {
            let columns = server.execute(
                database,
                &format!(
                    "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute \
                     WHERE attrelid = '{name}'::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped"
                ),
            )?;
            // The order in which rows came to be, as far as a table tells; ids begin with their time.
            let known: Vec<&str> = columns.split(", ").collect();
            let order = ["idx", "created_at", "issued_at", "consent", "id"]
                .into_iter()
                .find(|column| known.contains(column))
                .unwrap_or(known[0]);
            let _ = write!(sql, "CREATE TABLE kept.{name} AS SELECT {columns} FROM {name};");
            tables.push(Table {
                name: name.to_owned(),
                order: order.to_owned(),
                columns,
            });
        }
        server.execute(database, &sql)?;
        Ok(Self {
            server,
            database,
            tables,
            answers: 0,
        })
    }

    /// Finds what came in addition while so many answers were given, spread evenly over them.
    pub fn end(&mut self, answers: usize) -> Result<()> {
        self.answers = answers;
        let mut sql = String::from("DROP SCHEMA IF EXISTS gained CASCADE; CREATE SCHEMA gained;");
        for Table { name, columns, order } in &self.tables {
            let _ = write!(
                sql,
                "CREATE TABLE gained.{name} AS SELECT ((row_number() OVER (ORDER BY {order}) - 1) * {answers} \
                 / count(*) OVER ())::int4 AS packet, {columns} FROM (SELECT {columns} FROM {name} EXCEPT \
                 SELECT {columns} FROM kept.{name}) AS new; CREATE INDEX ON gained.{name} (packet);"
            );
        }
        self.server.execute(self.database, &sql)?;
        let mut gained = Vec::new();
        for table in std::mem::take(&mut self.tables) {
            let count = format!("SELECT count(*) FROM gained.{}", table.name);
            if self.server.execute(self.database, &count)? != "0" {
                gained.push(table);
            }
        }
        ensure!(!gained.is_empty(), "nothing was written");
        self.tables = gained;
        self.server.execute(self.database, "ANALYZE")?;
        Ok(())
    }

    /// Tables as they were before.
    fn clear(&self) -> Result<()> {
        let mut sql = String::from("DROP SCHEMA IF EXISTS bare CASCADE; CREATE SCHEMA bare;");
        for Table { name, columns, .. } in &self.tables {
            let _ = write!(
                sql,
                "CREATE TABLE bare.{name} (LIKE public.{name} INCLUDING ALL); \
                 INSERT INTO bare.{name} ({columns}) SELECT {columns} FROM kept.{name};"
            );
        }
        for sql in [&sql, "ANALYZE", "CHECKPOINT"] {
            self.server.execute(self.database, sql)?;
        }
        Ok(())
    }

    /// What writes the rows of some answers; `which` says which.
    fn statements(&self, which: &str) -> Vec<String> {
        self.tables
            .iter()
            .map(|Table { name, columns, .. }| {
                // A row that was written over is there already; the limit leaves it.
                format!(
                    "INSERT INTO bare.{name} ({columns}) SELECT {columns} FROM gained.{name} WHERE packet {which} \
                     ON CONFLICT DO NOTHING"
                )
            })
            .collect()
    }

    /// One connection that writes whatever queued up, for so many clients that each wait for their commit.
    pub fn batched(&self, load: Load) -> Result<Outcome> {
        self.clear()?;
        let url = self.server.url(self.database);
        let statements = self.statements("= ANY ($1)");
        let packets = self.answers;
        let queue: OnceCell<mpsc::UnboundedSender<Job>> = OnceCell::new();
        let load = Load {
            window: std::time::Duration::from_mins(10),
            ..load
        };
        load.run(async |number| {
            if queue.get().is_none() {
                let writer = Writer::connect(&url, &statements).await?;
                let (sender, jobs) = mpsc::unbounded_channel();
                tokio::task::spawn_local(writer.write(jobs));
                let _first = queue.set(sender);
            }
            Ok(Waiting {
                queue: queue.get().context("the writer is there")?.clone(),
                next: number,
                step: load.clients,
                packets,
            })
        })
    }

    /// So many clients of `pgbench`, each of which writes the rows of one answer, statement by statement, and commits. How many
    /// answers in a second.
    pub fn one_by_one(&self, clients: usize) -> Result<f64> {
        self.clear()?;
        self.server.execute(
            self.database,
            "DROP SEQUENCE IF EXISTS bare.packet; CREATE SEQUENCE bare.packet MINVALUE 0",
        )?;
        let statements = self.statements("= :packet");
        let script = format!(
            "SELECT nextval('bare.packet')::int4 AS packet \\gset\nBEGIN;\n{};\nCOMMIT;\n",
            statements.join(";\n")
        );
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), script)?;
        let each = (self.answers / clients).max(1);
        let told = self.server.run(
            "pgbench",
            self.database,
            &[
                "--no-vacuum",
                "--protocol=prepared",
                "--jobs=2",
                &format!("--client={clients}"),
                &format!("--transactions={each}"),
                &format!("--file={}", file.path().display()),
            ],
        )?;
        let line = told.lines().find_map(|line| line.strip_prefix("tps = "));
        let number = line.and_then(|line| line.split(' ').next());
        number
            .with_context(|| format!("pgbench says nothing of its speed: {told}"))?
            .parse()
            .context("the speed of pgbench")
    }
}

type Job = (i32, oneshot::Sender<()>);

struct Waiting {
    queue: mpsc::UnboundedSender<Job>,
    next: usize,
    step: usize,
    packets: usize,
}

impl Ask for Waiting {
    async fn ask(&mut self) -> Result<bool> {
        if self.next >= self.packets {
            return Ok(false);
        }
        let (answer, committed) = oneshot::channel();
        self.queue.send((i32::try_from(self.next)?, answer))?;
        committed.await.context("the bare writer failed")?;
        self.next += self.step;
        Ok(true)
    }
}

/// The one connection that writes.
struct Writer {
    client: Client,
    insert: Statement,
}

impl Writer {
    async fn connect(url: &str, statements: &[String]) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::task::spawn_local(connection);
        // One statement, so one way there and back and one transaction.
        let parts: Vec<String> = (0..)
            .zip(statements)
            .map(|(number, statement)| format!("part_{number} AS ({statement})"))
            .collect();
        let insert = client
            .prepare(&format!("WITH {} SELECT 1", parts.join(", ")))
            .await?;
        Ok(Self { client, insert })
    }

    async fn write(self, mut jobs: mpsc::UnboundedReceiver<Job>) {
        while let Some(first) = jobs.recv().await {
            let mut batch = vec![first];
            while let Ok(next) = jobs.try_recv() {
                batch.push(next);
            }
            let packets: Vec<i32> = batch.iter().map(|(packet, _)| *packet).collect();
            if let Err(error) = self.client.query(&self.insert, &[&packets]).await {
                // Whoever waits hears that nobody answers any more.
                eprintln!("the bare writer: {error}");
                return;
            }
            for (_, answer) in batch {
                let _gone = answer.send(());
            }
        }
    }
}
