//! The writer: one queue, one task, group commit without a timer.
//!
//! A batch is whatever queued up while the last one was syncing, so an idle system pays one sync and a loaded one shares it.

use std::sync::Arc;

use consentry_store::{ChangeSet, CommitError, Receipt, Store, StoreError};
use tokio::sync::{mpsc, oneshot};

/// Most change sets in one transaction.
const BATCH: usize = 256;

/// Most change sets waiting; beyond it callers are told to come back (503), so that memory does not grow.
const QUEUE: usize = 4096;

struct Waiting {
    change: ChangeSet,
    answer: oneshot::Sender<Result<Receipt, CommitError>>,
}

/// Hands change sets to the one writing task.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Waiting>,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiting").finish_non_exhaustive()
    }
}

impl Writer {
    /// Starts the task; it ends when the last handle is dropped and the queue is empty.
    pub(crate) fn start(store: Arc<dyn Store>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(run(store, waiting));
        Self { queue }
    }

    /// Commits one change set; returns once it is durable.
    pub(crate) async fn commit(&self, change: ChangeSet) -> Result<Receipt, CommitError> {
        let (answer, receipt) = oneshot::channel();
        self.queue
            .try_send(Waiting { change, answer })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => CommitError::Overloaded,
                mpsc::error::TrySendError::Closed(_) => closed(),
            })?;
        receipt.await.unwrap_or_else(|_| Err(closed()))
    }
}

fn closed() -> CommitError {
    CommitError::Store(StoreError::Unavailable("the writer has stopped".to_owned()))
}

async fn run(store: Arc<dyn Store>, mut queue: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut waiting, BATCH).await > 0 {
        let (changes, answers): (Vec<_>, Vec<_>) = waiting
            .drain(..)
            .map(|waiting| (waiting.change, waiting.answer))
            .unzip();
        let receipts = store.commit(changes).await;
        for (answer, receipt) in answers.into_iter().zip(receipts) {
            // A caller that went away does not need its receipt; what it asked for is durable all the same.
            let _gone = answer.send(receipt);
        }
    }
}
