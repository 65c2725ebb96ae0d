//! The one thread that writes. It owns the writing connection; everything that changes the database goes through its queue.
//!
//! It has a runtime of its own: what the server answers is the end of one batch and the beginning of the next, and would otherwise wait for
//! its turn among all requests.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use consentry_domain::{TenantId, Timestamp};
use consentry_store::{
    ChangeSet, CommitError, StoreError,
    gathering::{Answer, Gathering, Settled},
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    commit,
    fault::{Result, closed},
    link::Link,
    open::{OpenError, Options},
    patience::Patience,
};

/// Something to do, and how long somebody waits for it: since it was asked for.
struct Job {
    task: Task,
    patience: Patience,
}

enum Task {
    Commit(Vec<ChangeSet>, oneshot::Sender<Settled>),
    Prune {
        tenant: TenantId,
        before: Timestamp,
        limit: u32,
        answer: oneshot::Sender<Result<u64>>,
    },
    Ready(oneshot::Sender<Result<()>>),
}

/// Hands work to the writing thread. The ledger bounds how much waits here.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Mutex<Option<mpsc::UnboundedSender<Job>>>,
    /// Told when the thread has done everything.
    ended: Mutex<Option<oneshot::Receiver<()>>>,
    patience: Duration,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

impl Writer {
    /// Starts the thread on a link to a database that is migrated.
    pub(crate) fn start(link: Link, options: &Options) -> std::result::Result<Self, OpenError> {
        let (queue, jobs) = mpsc::unbounded_channel();
        let (end, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(OpenError::Thread)?;
        std::thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || {
                runtime.block_on(run(link, jobs));
                let _nobody_waits = end.send(());
            })
            .map_err(OpenError::Thread)?;
        Ok(Self {
            patience: options.patience,
            queue: Mutex::new(Some(queue)),
            ended: Mutex::new(Some(ended)),
        })
    }

    pub(crate) async fn commit(&self, batch: Vec<ChangeSet>) -> Vec<Answer> {
        let members = batch.len();
        let (answer, answers) = oneshot::channel();
        if self.send(Task::Commit(batch, answer)).is_ok()
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

    /// Lets the thread finish what is queued, then waits for its end.
    pub(crate) async fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(ended) = ended
            && ended.await.is_err()
        {
            tracing::error!("the writing thread ended in a panic");
        }
    }
}

async fn run(mut link: Link, mut jobs: mpsc::UnboundedReceiver<Job>) {
    // The connection that the link was settled with is read by another runtime; the next one is read here. Where it cannot be had yet, who
    // writes first waits for it.
    link.cut();
    let _not_yet = link.live(Patience::none()).await.is_err();
    let mut next = None;
    // An answer that nobody waits for any more is no loss: what was asked for is done all the same.
    while let Some(Job { task, patience }) = taken(&mut next, &mut jobs).await {
        match task {
            Task::Commit(changes, answer) => {
                let mut gathered = Gathering::of(changes, answer);
                while gathered.has_room() && next.is_none() {
                    match jobs.try_recv() {
                        Ok(Job {
                            task: Task::Commit(changes, answer),
                            ..
                        }) => gathered.add(changes, answer),
                        Ok(other) => next = Some(other),
                        Err(_) => break,
                    }
                }
                let answers = commit::batch(&mut link, gathered.changes(), patience).await;
                for (answer, settled) in gathered.settle(answers) {
                    let _gone = answer.send(settled);
                }
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

/// What was taken out of the queue before, or what comes next.
async fn taken(next: &mut Option<Job>, jobs: &mut mpsc::UnboundedReceiver<Job>) -> Option<Job> {
    match next.take() {
        Some(job) => Some(job),
        None => jobs.recv().await,
    }
}
