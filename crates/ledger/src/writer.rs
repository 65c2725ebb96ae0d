//! The way to the store for what is to be committed: bounded, so that memory does not grow where more is asked for than can be written.
//!
//! What comes while a batch is being written is the next batch; the store gathers it where it writes.

use std::sync::Arc;

use consentry_store::{ChangeSet, CommitError, Receipt, Store, StoreError};
use tokio::sync::Semaphore;

/// Most change sets that wait or are being written; beyond it callers are told to come back (503).
const MOST: usize = 4096;

/// Hands change sets to the store.
#[derive(Clone)]
pub(crate) struct Writer {
    store: Arc<dyn Store>,
    places: Arc<Semaphore>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}

impl Writer {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            places: Arc::new(Semaphore::new(MOST)),
        }
    }

    /// Commits one change set; returns once it is durable.
    pub(crate) async fn commit(&self, change: ChangeSet) -> Result<Receipt, CommitError> {
        let _place = self.places.try_acquire().map_err(|_| CommitError::Overloaded)?;
        let mut answers = self.store.commit(vec![change]).await;
        answers.pop().unwrap_or_else(|| Err(unanswered()))
    }
}

fn unanswered() -> CommitError {
    CommitError::Store(StoreError::Unavailable("the store gave no answer".to_owned()))
}
