//! A ledger that a tenant's rows are taken from or put into, on either engine.

use std::sync::{Arc, Mutex, PoisonError};

use consentry_domain::TenantId;
use consentry_store::table::{Cell, Shape};
use consentry_store_postgres::TenantRows;
use consentry_store_sqlite::{Sink, Source, SourceError, shapes};
use tokio::sync::mpsc;

use crate::{assembly::DATABASE, ledger_place::LedgerPlace};

/// Pages that wait to be used.
const AHEAD: usize = 4;

/// A page of rows, or why there is none.
type Page = Result<Vec<Vec<Cell>>, SourceError>;

/// A ledger to take rows from, beside whoever serves it, as it is at one moment.
pub(super) enum Side {
    Folder(Arc<Mutex<Source>>),
    Sink(Arc<Mutex<Sink>>),
    Postgres(TenantRows),
}

/// What every table looks like.
pub(super) fn tables() -> anyhow::Result<Vec<Shape>> {
    Ok(shapes()?)
}

impl Side {
    /// A ledger to read, from now on as it is now.
    pub(super) async fn still(place: &LedgerPlace) -> anyhow::Result<Self> {
        match place {
            LedgerPlace::Folder { folder, .. } => {
                let path = folder.join(DATABASE);
                let source = tokio::task::spawn_blocking(move || {
                    let source = Source::open(&path)?;
                    source.hold_still()?;
                    Ok::<_, SourceError>(source)
                });
                Ok(Self::Folder(Arc::new(Mutex::new(source.await??))))
            }
            LedgerPlace::Postgres { url, options } => {
                let rows = TenantRows::open(url, *options).await?;
                rows.hold_still().await?;
                Ok(Self::Postgres(rows))
            }
        }
    }

    /// A ledger to put rows into. One in a folder is this process's from now on.
    pub(super) async fn open(place: &LedgerPlace) -> anyhow::Result<Self> {
        match place {
            LedgerPlace::Folder { folder, .. } => {
                let path = folder.join(DATABASE);
                let sink = tokio::task::spawn_blocking(move || Sink::open(&path)).await??;
                Ok(Self::Sink(Arc::new(Mutex::new(sink))))
            }
            LedgerPlace::Postgres { url, options } => {
                Ok(Self::Postgres(TenantRows::open(url, *options).await?))
            }
        }
    }

    /// Hands the rows of a tenant, or of all, on in the order of their keys.
    pub(super) async fn rows(
        &self,
        shape: &Shape,
        tenant: Option<TenantId>,
        mut each: impl FnMut(&[Cell]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut pages = match self {
            Self::Postgres(rows) => {
                let table = rows.table(shape.clone()).await?;
                rows.read(&table, tenant).await?;
                loop {
                    let page = rows.next(&table).await?;
                    if page.is_empty() {
                        return Ok(());
                    }
                    page.iter().try_for_each(|row| each(row))?;
                }
            }
            Self::Folder(source) => read_ahead(source, shape, move |source, shape, each| {
                source.rows_of(shape, tenant, each)
            }),
            Self::Sink(sink) => read_ahead(sink, shape, move |sink, shape, each| {
                sink.rows_of(shape, tenant, each)
            }),
        };
        while let Some(page) = pages.recv().await {
            page?.iter().try_for_each(|row| each(row))?;
        }
        Ok(())
    }

    /// Reads what was put in from now on as it is now.
    pub(super) async fn hold_still(&self) -> anyhow::Result<()> {
        if let Self::Postgres(rows) = self {
            rows.hold_still().await?;
        }
        Ok(())
    }

    /// Ends what [`Self::hold_still`] began.
    pub(super) async fn let_go(&self) -> anyhow::Result<()> {
        if let Self::Postgres(rows) = self {
            rows.let_go().await?;
        }
        Ok(())
    }

    /// Puts rows in, together. One whose key is there already is left as it is.
    pub(super) async fn add(&self, shape: &Shape, rows: Vec<Vec<Cell>>) -> anyhow::Result<()> {
        match self {
            Self::Postgres(to) => {
                let table = to.table(shape.clone()).await?;
                to.add(&table, &rows).await?;
            }
            Self::Sink(sink) => {
                let (sink, shape) = (Arc::clone(sink), shape.clone());
                let added = tokio::task::spawn_blocking(move || {
                    let sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
                    sink.add(&shape, &rows)
                });
                added.await??;
            }
            Self::Folder(_) => anyhow::bail!("a ledger that is read is not written to"),
        }
        Ok(())
    }
}

/// The pages of a table, read on a thread of its own.
fn read_ahead<S: Send + 'static>(
    from: &Arc<Mutex<S>>,
    shape: &Shape,
    read: impl FnOnce(&S, &Shape, &mut dyn FnMut(Vec<Vec<Cell>>) -> bool) -> Result<(), SourceError>
    + Send
    + 'static,
) -> mpsc::Receiver<Page> {
    let (pages, taken) = mpsc::channel(AHEAD);
    let (from, shape) = (Arc::clone(from), shape.clone());
    tokio::task::spawn_blocking(move || {
        let from = from.lock().unwrap_or_else(PoisonError::into_inner);
        let mut hand_on = |page| pages.blocking_send(Ok(page)).is_ok();
        if let Err(error) = read(&from, &shape, &mut hand_on) {
            // Nobody waits any more where the other side has failed already.
            let _gone = pages.blocking_send(Err(error));
        }
    });
    taken
}
