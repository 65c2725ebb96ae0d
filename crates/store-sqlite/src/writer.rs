//! The one thread that writes. It owns the write connection; everything that changes the database goes through its queue.

use std::{
    path::Path,
    sync::{Mutex, PoisonError, mpsc},
    thread::JoinHandle,
};

use consentry_domain::{TenantId, Timestamp};
use consentry_store::{
    ChangeSet, CommitError, StoreError,
    gathering::{Answer, Gathering, Settled},
};
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use crate::{
    checkpoint::Checkpoints,
    commit::{self, Transaction},
    fault::{Fault, Result, closed},
    open::{OpenError, Options, Purpose},
    put, statements as sql,
};

/// How many batches pass between two looks at whether the planner's statistics are worth renewing.
const BATCHES_PER_OPTIMIZE: u32 = 10_000;

enum Job {
    Commit(Vec<ChangeSet>, oneshot::Sender<Settled>),
    Prune {
        tenant: TenantId,
        before: Timestamp,
        limit: u32,
        answer: oneshot::Sender<Result<u64>>,
    },
    Ready(oneshot::Sender<Result<()>>),
    BackUp(std::path::PathBuf, oneshot::Sender<Result<()>>),
}

/// Hands work to the writing thread.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

impl Writer {
    /// Starts the thread on a connection that is open and migrated.
    pub(crate) fn start(
        path: &Path,
        connection: Connection,
        options: &Options,
    ) -> std::result::Result<Self, OpenError> {
        let checkpoints = Checkpoints::start(crate::open::connection(path, Purpose::Checkpoint, options)?)?;
        let (queue, jobs) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || run(connection, &jobs, checkpoints))
            .map_err(OpenError::Thread)?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(crate) async fn commit(&self, batch: Vec<ChangeSet>) -> Vec<Answer> {
        let members = batch.len();
        let (answer, answers) = oneshot::channel();
        if self.send(Job::Commit(batch, answer)).is_ok()
            && let Ok((_done, answers)) = answers.await
        {
            return answers;
        }
        (0..members).map(|_| Err(CommitError::Store(closed()))).collect()
    }

    pub(crate) async fn prune(
        &self,
        tenant: TenantId,
        before: Timestamp,
        limit: u32,
    ) -> std::result::Result<u64, StoreError> {
        self.ask(|answer| Job::Prune {
            tenant,
            before,
            limit,
            answer,
        })
        .await
    }

    pub(crate) async fn ready(&self) -> std::result::Result<(), StoreError> {
        self.ask(Job::Ready).await
    }

    pub(crate) async fn back_up(&self, to: std::path::PathBuf) -> std::result::Result<(), StoreError> {
        self.ask(|answer| Job::BackUp(to, answer)).await
    }

    async fn ask<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T>>) -> Job,
    ) -> std::result::Result<T, StoreError> {
        let (answer, result) = oneshot::channel();
        self.send(job(answer))?;
        result.await.map_err(|_| closed())?.map_err(StoreError::from)
    }

    fn send(&self, job: Job) -> std::result::Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue
            .as_ref()
            .and_then(|queue| queue.send(job).ok())
            .ok_or_else(closed)
    }

    /// Lets the thread finish what is queued, then waits for its end. Blocks.
    pub(crate) fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writing thread ended in a panic");
        }
    }
}

fn run(connection: Connection, jobs: &mpsc::Receiver<Job>, checkpoints: Checkpoints) {
    let (mut batches, mut next) = (0_u32, None);
    // An answer that nobody waits for any more is no loss: what was asked for is done all the same.
    while let Some(job) = next.take().or_else(|| jobs.recv().ok()) {
        match job {
            Job::Commit(changes, answer) => {
                let mut gathered = Gathering::of(changes, answer);
                while gathered.has_room() && next.is_none() {
                    match jobs.try_recv() {
                        Ok(Job::Commit(changes, answer)) => gathered.add(changes, answer),
                        Ok(other) => next = Some(other),
                        Err(_) => break,
                    }
                }
                let answers = commit::batch(&connection, gathered.changes());
                for (answer, settled) in gathered.settle(answers) {
                    let _gone = answer.send(settled);
                }
                checkpoints.after_commit(&connection);
                batches += 1;
                if batches.is_multiple_of(BATCHES_PER_OPTIMIZE) {
                    optimize(&connection);
                }
            }
            Job::Prune {
                tenant,
                before,
                limit,
                answer,
            } => {
                let _gone = answer.send(prune(&connection, tenant, before, limit));
                checkpoints.after_commit(&connection);
            }
            Job::Ready(answer) => {
                let _gone = answer.send(ready(&connection));
            }
            Job::BackUp(to, answer) => {
                let _gone = answer.send(back_up(&connection, &to));
            }
        }
    }
    optimize(&connection);
    checkpoints.end(&connection);
    connection.flush_prepared_statement_cache();
    if let Err((_, error)) = connection.close() {
        tracing::warn!(%error, "the write connection did not close");
    }
}

/// Renews the planner's statistics where they have become worth little. The limit keeps it to milliseconds.
fn optimize(connection: &Connection) {
    if let Err(error) = connection.execute_batch("PRAGMA analysis_limit = 400; PRAGMA optimize;") {
        tracing::debug!(%error, "statistics were not renewed");
    }
}

/// Writes the mark that tells a ledger from other SQLite files (`Cnst`), which it has already: on a full disk a transaction without
/// a write would succeed.
fn ready(connection: &Connection) -> Result<()> {
    let transaction = Transaction::begin(connection)?;
    commit::refuse_if_moved(connection)?;
    connection.execute_batch("PRAGMA application_id = 1131311988")?;
    transaction.commit()
}

fn prune(connection: &Connection, tenant: TenantId, before: Timestamp, limit: u32) -> Result<u64> {
    let transaction = Transaction::begin(connection)?;
    commit::refuse_if_moved(connection)?;
    let limit = u64::from(limit);
    let mut gone = 0;
    for statement in [sql::TOKENS_PRUNE, sql::INTERACTIONS_PRUNE, sql::REMEMBERED_PRUNE] {
        let left = put::count(limit - gone)?;
        let removed = connection.prepare_cached(statement)?.execute(params![
            put::id(tenant.uuid()),
            before.as_micros(),
            left
        ])?;
        gone += u64::try_from(removed).unwrap_or_default().min(limit - gone);
    }
    transaction.commit()?;
    Ok(gone)
}

fn back_up(connection: &Connection, to: &Path) -> Result<()> {
    let to = to
        .to_str()
        .ok_or_else(|| Fault(StoreError::Driver("the backup's path is not UTF-8".to_owned())))?;
    connection.prepare_cached("VACUUM INTO ?1")?.execute([to])?;
    Ok(())
}
