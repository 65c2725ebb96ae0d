//! Moving a ledger from a folder into PostgreSQL, while whoever serves the folder goes on.
//!
//! Everything rests on one walk: the rows of a table on both sides, in the order of their keys, side by side. What is missing is
//! written, what is too much is removed, what differs is written over. Into an empty table that is a copy; after an interruption
//! it goes on where it stopped; later it catches up; and where it may change nothing, it is the proof.
//!
//! 1. The source is read as it was at one moment, while it is served and written.
//! 2. Nobody writes to the source any more, and the walk catches up. Reading goes on.
//! 3. Both sides are proved equal, row by row, and the log is replayed from the target.
//! 4. The source is marked as moved, so that nothing is ever written to it again; then the target is said to be whole.
//!
//! Until 4 the source is what it was. Between its two halves both sides are the same and neither takes a change.

pub mod progress;

use std::sync::Arc;

use anyhow::Context as _;
use consentry_store::{
    Hash,
    table::{Cell, RowDigest, Shape, TABLES},
};
use consentry_store_postgres::{Target, TargetTable};
use consentry_store_sqlite::{Source, SourceError};
use tokio::sync::mpsc;

use self::progress::{Progress, Step};

/// Differences that are written together.
const TOGETHER: usize = 1_000;

/// Pages of the source that wait to be compared.
const AHEAD: usize = 4;

/// What was proved of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// How many rows each side has.
    pub rows: u64,
    /// SHA-256 over the digests of all tables.
    pub digest: Hash,
}

/// A move under way.
#[derive(Debug)]
pub struct Move {
    source: Arc<std::sync::Mutex<Source>>,
    target: Target,
    tables: Vec<TargetTable>,
}

/// What a walk may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walk {
    Mend,
    Look,
}

/// What a walk found.
#[derive(Debug)]
struct Found {
    rows: u64,
    mended: u64,
    source: Hash,
    target: Hash,
    /// The first row that differs, and how.
    first: Option<String>,
}

impl Move {
    /// Takes both sides. The target was begun.
    pub async fn new(source: Source, target: Target) -> anyhow::Result<Self> {
        let mut tables = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            tables.push(target.table(source.shape(table)?).await?);
        }
        Ok(Self {
            source: Arc::new(std::sync::Mutex::new(source)),
            target,
            tables,
        })
    }

    /// Copies what the source has now, while it is written.
    pub async fn copy(&self, progress: &Progress) -> anyhow::Result<()> {
        self.ask(Source::hold_still).await?;
        let rows = self.rows().await?;
        progress.begin(Step::Copied, rows);
        let copied = self.walk_all(Walk::Mend, Step::Copied, progress).await;
        self.ask(Source::let_go).await?;
        copied.map(|_| ())
    }

    /// Keeps others from writing to the source, and makes the target what it is.
    pub async fn catch_up(&self, progress: &Progress) -> anyhow::Result<()> {
        self.ask(Source::hold_alone)
            .await
            .context("the ledger is being written without a pause")?;
        progress.begin(Step::CaughtUp, self.rows().await?);
        self.walk_all(Walk::Mend, Step::CaughtUp, progress).await?;
        self.target.settle().await?;
        Ok(())
    }

    /// Compares every row of both sides. A difference is an error that names the row.
    pub async fn prove(&self, progress: &Progress) -> anyhow::Result<Proof> {
        progress.begin(Step::Proved, self.rows().await?);
        let found = self.walk_all(Walk::Look, Step::Proved, progress).await?;
        let mut whole = RowDigest::default();
        let mut rows = 0;
        for (table, found) in self.tables.iter().zip(&found) {
            if let Some(first) = &found.first {
                anyhow::bail!("the copy is not the ledger: {first}");
            }
            anyhow::ensure!(
                found.source == found.target,
                "the copy is not the ledger: the digests of {} differ",
                table.shape().table
            );
            whole.add(&[
                Cell::Text(table.shape().table.to_owned()),
                Cell::Bytes(found.source.as_bytes().to_vec()),
            ]);
            rows += found.rows;
        }
        Ok(Proof {
            rows,
            digest: whole.finish(),
        })
    }

    /// Marks the source as moved, then says that the target is whole.
    pub async fn finish(self, progress: &Progress) -> anyhow::Result<()> {
        self.ask(Source::mark_moved).await?;
        progress.say(Step::Marked, "source", 0, 0);
        Ok(self.target.finish().await?)
    }

    /// Lets the source go, as it was.
    pub async fn give_up(self) {
        if let Err(error) = self.ask(Source::let_go).await {
            tracing::debug!(%error, "the source goes with this process");
        }
    }

    async fn rows(&self) -> anyhow::Result<u64> {
        let rows = self.ask(|source| {
            TABLES
                .iter()
                .map(|table| source.count(table))
                .sum::<Result<u64, _>>()
        });
        rows.await
    }

    /// A question to the source, on a thread that may block.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Source) -> Result<T, SourceError> + Send + 'static,
    ) -> anyhow::Result<T> {
        let source = Arc::clone(&self.source);
        let asked = tokio::task::spawn_blocking(move || {
            question(&source.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
        });
        Ok(asked.await??)
    }

    async fn walk_all(&self, walk: Walk, step: Step, progress: &Progress) -> anyhow::Result<Vec<Found>> {
        let mut all = Vec::with_capacity(self.tables.len());
        for table in &self.tables {
            let name = table.shape().table;
            let found = self
                .walk(table, walk, progress)
                .await
                .with_context(|| name.to_owned())?;
            progress.say(step, name, found.rows, found.mended);
            all.push(found);
        }
        Ok(all)
    }

    async fn walk(&self, table: &TargetTable, walk: Walk, progress: &Progress) -> anyhow::Result<Found> {
        let shape = table.shape();
        let mut left = SourceRows::new(self.pages(shape.clone()));
        let mut right = TargetRows::new(&self.target, table).await?;
        let mut differences = Differences::default();
        let (mut left_digest, mut right_digest) = (RowDigest::default(), RowDigest::default());
        let mut rows = 0;
        loop {
            left.fill().await?;
            right.fill().await?;
            let order = match (left.rows.last(), right.rows.last()) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(one), Some(other)) => shape.order(one, other),
            };
            let one = if order.is_le() { left.rows.pop() } else { None };
            let other = if order.is_ge() { right.rows.pop() } else { None };
            if let Some(one) = &one {
                left_digest.add(one);
                rows += 1;
                progress.advance();
            }
            if let Some(other) = &other {
                right_digest.add(other);
            }
            if one != other {
                differences.note(shape, one, other);
            }
            match walk {
                Walk::Mend if differences.waiting() >= TOGETHER => {
                    differences.mend(&self.target, table).await?;
                }
                Walk::Mend => {}
                Walk::Look => differences.forget(),
            }
        }
        if walk == Walk::Mend {
            differences.mend(&self.target, table).await?;
        }
        Ok(Found {
            rows,
            mended: differences.mended,
            source: left_digest.finish(),
            target: right_digest.finish(),
            first: differences.first,
        })
    }

    /// The rows of a table of the source, read ahead on a thread of its own.
    fn pages(&self, shape: Shape) -> mpsc::Receiver<Page> {
        let (pages, taken) = mpsc::channel(AHEAD);
        let source = Arc::clone(&self.source);
        tokio::task::spawn_blocking(move || {
            let source = source.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let read = source.rows(&shape, |page| pages.blocking_send(Ok(page)).is_ok());
            if let Err(error) = read {
                // Nobody waits any more where the walk has failed already.
                let _gone = pages.blocking_send(Err(error));
            }
        });
        taken
    }
}

type Page = Result<Vec<Vec<Cell>>, SourceError>;

/// Rows of the source, the next one last.
struct SourceRows {
    pages: mpsc::Receiver<Page>,
    rows: Vec<Vec<Cell>>,
}

impl SourceRows {
    const fn new(pages: mpsc::Receiver<Page>) -> Self {
        Self {
            pages,
            rows: Vec::new(),
        }
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        if self.rows.is_empty()
            && let Some(page) = self.pages.recv().await
        {
            self.rows = page?;
            self.rows.reverse();
        }
        Ok(())
    }
}

/// Rows of the target, the next one last.
struct TargetRows<'a> {
    target: &'a Target,
    table: &'a TargetTable,
    rows: Vec<Vec<Cell>>,
    is_over: bool,
}

impl<'a> TargetRows<'a> {
    async fn new(target: &'a Target, table: &'a TargetTable) -> anyhow::Result<Self> {
        target.read(table).await?;
        Ok(Self {
            target,
            table,
            rows: Vec::new(),
            is_over: false,
        })
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        if self.rows.is_empty() && !self.is_over {
            self.rows = self.target.next(self.table).await?;
            self.is_over = self.rows.is_empty();
            self.rows.reverse();
        }
        Ok(())
    }
}

/// What the target lacks and what it has too much.
#[derive(Default)]
struct Differences {
    gone: Vec<Vec<Cell>>,
    new: Vec<Vec<Cell>>,
    mended: u64,
    first: Option<String>,
}

impl Differences {
    fn note(&mut self, shape: &Shape, one: Option<Vec<Cell>>, other: Option<Vec<Cell>>) {
        let first = || match (&one, &other) {
            (Some(one), Some(other)) => format!(
                "{} differs in {}",
                shape.name_of(one),
                shape.differing(one, other).join(", ")
            ),
            (Some(one), None) => format!("{} is missing", shape.name_of(one)),
            (None, Some(other)) => format!("{} is too much", shape.name_of(other)),
            (None, None) => String::new(),
        };
        if self.first.is_none() {
            self.first = Some(first());
        }
        self.new.extend(one);
        self.gone.extend(other);
    }

    const fn waiting(&self) -> usize {
        self.gone.len() + self.new.len()
    }

    fn forget(&mut self) {
        self.gone.clear();
        self.new.clear();
    }

    async fn mend(&mut self, target: &Target, table: &TargetTable) -> anyhow::Result<()> {
        if self.waiting() == 0 {
            return Ok(());
        }
        target.change(table, &self.gone, &self.new).await?;
        self.mended += self.new.len().max(self.gone.len()) as u64;
        self.forget();
        Ok(())
    }
}
