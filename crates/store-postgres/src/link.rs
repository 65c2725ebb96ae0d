//! The connection that writes: made anew when it is gone, with the statements it has prepared.

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    time::Duration,
};

use consentry_domain::TenantId;
use tokio_postgres::{Client, Row, Statement, types::ToSql};
use uuid::Uuid;

use crate::{
    address::Address,
    columns::Columns,
    fault::{Fault, Kind, Result, is_away},
    open::{self, OpenError, Options, Session, check_server, lacks_migrations, unfinished},
    patience::Patience,
    pipeline::{Asked, in_order},
    statements as sql,
};

/// How long the server may take to end a connection that is left over.
const END_WITHIN: Duration = Duration::from_secs(2);

/// The writer's way to the server.
#[derive(Debug)]
pub(crate) struct Link {
    address: Address,
    patience: Duration,
    answer_within: Duration,
    /// Who writes, as the server knows it. Given by the server when the first connection is made.
    writer: Option<Uuid>,
    /// Number of the last batch.
    batch: i64,
    live: Option<Live>,
}

/// A connection and what is known of it.
pub(crate) struct Live {
    session: Session,
    statements: HashMap<&'static str, Statement>,
    which: Which,
    /// Tenants whose log has a row, as this connection has seen.
    pub(crate) logs: HashSet<TenantId>,
}

/// What makes a connection at the server the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Which {
    process: i32,
    begun: String,
}

/// A batch whose outcome is not known.
#[derive(Debug)]
pub(crate) struct Mark {
    writer: Uuid,
    batch: i64,
    which: Which,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live")
            .field("which", &self.which)
            .finish_non_exhaustive()
    }
}

impl Link {
    pub(crate) const fn new(address: Address, options: &Options) -> Self {
        Self {
            address,
            patience: options.patience,
            answer_within: options.answer_within,
            writer: None,
            batch: 0,
            live: None,
        }
    }

    /// Who writes, once the first connection was made.
    pub(crate) const fn writer(&self) -> Option<Uuid> {
        self.writer
    }

    /// The connection, made anew where it is gone. Tried at least once, also after the deadline.
    pub(crate) async fn live(&mut self, mut patience: Patience) -> Result<&mut Live> {
        if self
            .live
            .as_ref()
            .is_some_and(|live| live.session.client.is_closed())
        {
            self.cut();
        }
        while self.live.is_none() {
            let fault = match self.within(self.connect()).await {
                Ok((live, writer)) => {
                    self.writer.get_or_insert(writer);
                    self.live = Some(live);
                    break;
                }
                Err(fault) => fault,
            };
            if fault.kind == Kind::Own || !patience.pause().await {
                return Err(Fault::busy(format!(
                    "cannot connect to the database: {}",
                    fault.error
                )));
            }
        }
        self.live
            .as_mut()
            .ok_or_else(|| Fault::busy("there is no connection to the database"))
    }

    /// The first connection: waits for a server that is away, looks at what is there, and migrates where that is wanted.
    pub(crate) async fn settle(&mut self, options: &Options) -> std::result::Result<(), OpenError> {
        let session = self.reach().await?;
        let looking = tokio::time::timeout(self.answer_within, async {
            check_server(&session.client).await?;
            if !options.unfinished_too
                && let Some(source) = unfinished(&session.client).await?
            {
                return Err(OpenError::Unfinished(source));
            }
            lacks_migrations(&session.client).await
        });
        if looking.await.map_err(|_| OpenError::Timeout)?? {
            if !options.migrate {
                return Err(OpenError::SchemaTooOld);
            }
            open::migrate(&self.address).await?;
        }
        let (live, writer) = settled(session).await.map_err(OpenError::Database)?;
        self.writer = Some(writer);
        self.live = Some(live);
        Ok(())
    }

    /// Waits for a server that is away.
    pub(crate) async fn reach(&self) -> std::result::Result<Session, OpenError> {
        let mut patience = Patience::lasting(self.patience);
        loop {
            let fault = match tokio::time::timeout(self.answer_within, Session::open(&self.address)).await {
                Ok(Ok(session)) => return Ok(session),
                Ok(Err(error)) if !is_away(&error) => return Err(OpenError::Database(error)),
                Ok(Err(error)) => OpenError::Database(error),
                Err(_) => OpenError::Timeout,
            };
            if !patience.pause().await {
                return Err(fault);
            }
        }
    }

    async fn connect(&self) -> Result<(Live, Uuid)> {
        let session = Session::open(&self.address).await?;
        Ok(settled(session).await?)
    }

    /// Lets the connection go, in whatever state it is.
    pub(crate) fn cut(&mut self) {
        self.live = None;
    }

    /// Waits for an answer of the server, not for ever.
    pub(crate) async fn within<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        in_time(self.answer_within, answer).await
    }

    /// How long the server may take for one answer.
    pub(crate) const fn answer_within(&self) -> Duration {
        self.answer_within
    }

    /// A mark for the next batch. Each attempt has another one.
    pub(crate) fn next_mark(&mut self) -> Option<Mark> {
        self.batch += 1;
        Some(Mark {
            writer: self.writer?,
            batch: self.batch,
            which: self.live.as_ref()?.which.clone(),
        })
    }

    /// Whether the batch of this mark was committed, asked for on another connection than its own, which is ended first: as
    /// long as that one lives, the batch may still be under way.
    pub(crate) async fn was_committed(&mut self, mark: &Mark) -> Result<bool> {
        let mut patience = Patience::lasting(self.patience + END_WITHIN);
        loop {
            let answer = match self.live(patience).await {
                Ok(live) => in_time(END_WITHIN * 2, live.was_committed(mark)).await,
                Err(fault) => Err(fault),
            };
            let fault = match answer {
                Ok(Some(outcome)) => return Ok(outcome),
                Ok(None) => Fault::busy("the connection that committed cannot be ended"),
                Err(fault) => {
                    self.cut();
                    fault
                }
            };
            if !patience.pause().await {
                return Err(Fault::busy(format!(
                    "whether the change was committed is not known: {}",
                    fault.error
                )));
            }
        }
    }

    /// Forgets this writer's mark and those of writers that are long gone.
    pub(crate) async fn forget_marks(&mut self) {
        let Some(writer) = self.writer else { return };
        let within = self.answer_within;
        let Some(live) = &self.live else { return };
        let gone = in_time(within, async {
            let client = &live.session.client;
            client.execute(sql::MARK_DELETE, &[&writer]).await?;
            client.execute(sql::MARKS_PRUNE, &[]).await?;
            Ok(())
        });
        if let Err(fault) = gone.await {
            tracing::debug!(error = %fault.error, "a writer's mark stays until it is a day old");
        }
    }
}

/// A connection as the writer uses it, and an id for a writer that has none yet.
async fn settled(session: Session) -> std::result::Result<(Live, Uuid), tokio_postgres::Error> {
    let row = session.client.query_one(sql::SESSION, &[]).await?;
    let live = Live {
        which: Which {
            process: row.try_get(0)?,
            begun: row.try_get(1)?,
        },
        statements: HashMap::new(),
        logs: HashSet::new(),
        session,
    };
    Ok((live, row.try_get(2)?))
}

async fn in_time<T>(limit: Duration, answer: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(limit, answer)
        .await
        .unwrap_or_else(|_| Err(Fault::hung()))
}

impl Live {
    /// Prepares what was not prepared yet.
    pub(crate) async fn prepare(&mut self, statements: impl IntoIterator<Item = &'static str>) -> Result<()> {
        let mut missing: Vec<&'static str> = statements
            .into_iter()
            .filter(|statement| !self.statements.contains_key(statement))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        let client = &self.session.client;
        let asked = missing
            .iter()
            .map(|statement| -> Asked<'_, _> { Box::pin(client.prepare(statement)) })
            .collect();
        for (statement, prepared) in missing.iter().zip(in_order(asked).await) {
            self.statements.insert(statement, prepared?);
        }
        Ok(())
    }

    /// A prepared statement on its way.
    pub(crate) fn ask<'s>(
        &'s self,
        statement: &'static str,
        params: &'s [&'s (dyn ToSql + Sync)],
    ) -> Asked<'s, Result<Vec<Row>>> {
        Box::pin(async move {
            let prepared = self.prepared(statement)?;
            Ok(self.session.client.query(prepared, params).await?)
        })
    }

    /// A prepared statement on its way, with rows as columns.
    pub(crate) fn ask_with<'s>(
        &'s self,
        statement: &'static str,
        columns: &'s Columns<'_>,
    ) -> Asked<'s, Result<Vec<Row>>> {
        Box::pin(async move {
            let prepared = self.prepared(statement)?;
            Ok(self.session.client.query(prepared, &columns.params()).await?)
        })
    }

    /// A statement without parameters and without an answer on its way: the ends of transactions.
    pub(crate) fn tell(&self, statement: &'static str) -> Asked<'_, Result<Vec<Row>>> {
        Box::pin(async move {
            self.session.client.batch_execute(statement).await?;
            Ok(Vec::new())
        })
    }

    /// Carries a prepared statement out; answers how many rows it changed.
    pub(crate) async fn count(&self, statement: &'static str, params: &[&(dyn ToSql + Sync)]) -> Result<u64> {
        let prepared = self.prepared(statement)?;
        Ok(self.session.client.execute(prepared, params).await?)
    }

    fn prepared(&self, statement: &'static str) -> Result<&Statement> {
        self.statements
            .get(statement)
            .ok_or_else(|| Fault::driver("a statement was not prepared"))
    }

    /// `None` while the old connection cannot be ended.
    async fn was_committed(&self, mark: &Mark) -> Result<Option<bool>> {
        let client: &Client = &self.session.client;
        if mark.which != self.which {
            let limit = i64::try_from(END_WITHIN.as_millis()).unwrap_or(i64::MAX);
            let ended = client
                .query(
                    sql::SESSION_END,
                    &[&mark.which.process, &mark.which.begun, &limit],
                )
                .await?;
            for row in ended {
                if !row.try_get::<_, bool>(0)? {
                    return Ok(None);
                }
            }
        }
        let found = client.query_opt(sql::MARKED, &[&mark.writer]).await?;
        let last: Option<i64> = found.map(|row| row.try_get(0)).transpose()?;
        Ok(Some(last == Some(mark.batch)))
    }
}

impl Mark {
    /// Who writes.
    pub(crate) const fn writer(&self) -> &Uuid {
        &self.writer
    }

    /// What the statement that notes the mark is given.
    pub(crate) fn params(&self) -> [&(dyn ToSql + Sync); 2] {
        [&self.writer, &self.batch]
    }
}
