//! The one task that writes. It owns the writing connection; everything that changes the database goes through its queue.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use consentry_domain::{TenantId, Timestamp};
use consentry_store::{ChangeSet, CommitError, Receipt, StoreError};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use crate::{
    commit,
    fault::{Result, closed},
    link::Link,
    open::Options,
    patience::Patience,
};

type Answers = Vec<std::result::Result<Receipt, CommitError>>;

/// Something to do, and how long somebody waits for it: since it was asked for.
struct Job {
    task: Task,
    patience: Patience,
}

enum Task {
    Commit(Vec<ChangeSet>, oneshot::Sender<Answers>),
    Prune {
        tenant: TenantId,
        before: Timestamp,
        limit: u32,
        answer: oneshot::Sender<Result<u64>>,
    },
    Ready(oneshot::Sender<Result<()>>),
}

/// Hands work to the writing task. The ledger bounds how much waits here.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Mutex<Option<mpsc::UnboundedSender<Job>>>,
    task: Mutex<Option<JoinHandle<()>>>,
    patience: Duration,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

impl Writer {
    /// Starts the task on a link to a database that is migrated.
    pub(crate) fn start(link: Link, options: &Options) -> Self {
        let (queue, jobs) = mpsc::unbounded_channel();
        Self {
            patience: options.patience,
            queue: Mutex::new(Some(queue)),
            task: Mutex::new(Some(tokio::spawn(run(link, jobs)))),
        }
    }

    pub(crate) async fn commit(&self, batch: Vec<ChangeSet>) -> Answers {
        let members = batch.len();
        let (answer, answers) = oneshot::channel();
        if self.send(Task::Commit(batch, answer)).is_ok()
            && let Ok(answers) = answers.await
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
        self.ask(|answer| Task::Prune {
            tenant,
            before,
            limit,
            answer,
        })
        .await
    }

    pub(crate) async fn ready(&self) -> std::result::Result<(), StoreError> {
        self.ask(Task::Ready).await
    }

    async fn ask<T>(
        &self,
        task: impl FnOnce(oneshot::Sender<Result<T>>) -> Task,
    ) -> std::result::Result<T, StoreError> {
        let (answer, result) = oneshot::channel();
        self.send(task(answer))?;
        result.await.map_err(|_| closed())?.map_err(StoreError::from)
    }

    fn send(&self, task: Task) -> std::result::Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let job = Job {
            task,
            patience: Patience::lasting(self.patience),
        };
        queue
            .as_ref()
            .and_then(|queue| queue.send(job).ok())
            .ok_or_else(closed)
    }

    /// Lets the task finish what is queued, then waits for its end.
    pub(crate) async fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && task.await.is_err()
        {
            tracing::error!("the writing task ended in a panic");
        }
    }
}

async fn run(mut link: Link, mut jobs: mpsc::UnboundedReceiver<Job>) {
    // An answer that nobody waits for any more is no loss: what was asked for is done all the same.
    while let Some(Job { task, patience }) = jobs.recv().await {
        match task {
            Task::Commit(batch, answer) => {
                let _gone = answer.send(commit::batch(&mut link, &batch, patience).await);
            }
            Task::Prune {
                tenant,
                before,
                limit,
                answer,
            } => {
                let _gone = answer.send(commit::prune(&mut link, tenant, before, limit, patience).await);
            }
            Task::Ready(answer) => {
                let _gone = answer.send(commit::ready(&mut link, patience).await);
            }
        }
    }
    link.forget_marks().await;
}
