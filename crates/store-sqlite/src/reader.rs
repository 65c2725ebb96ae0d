//! The connections that read. Whoever asks lends one.
//!
//! A question by key takes some microseconds, far less than handing it to another thread and back, so it is answered where it is
//! asked. A question that may go through many rows is answered on a thread that may block.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use consentry_store::StoreError;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    fault::{Result, closed},
    open::{OpenError, Options, Purpose, connection},
};

/// Lends connections to questions.
#[derive(Debug)]
pub(crate) struct Readers {
    shelf: Arc<Shelf>,
    free: Arc<Semaphore>,
}

/// The connections that nobody uses at the moment; `None` once closed.
#[derive(Debug)]
struct Shelf(Mutex<Option<Vec<Connection>>>);

/// A connection on loan. It goes back to the shelf in whatever way the loan ends.
struct Loan {
    connection: Option<Connection>,
    shelf: Arc<Shelf>,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    /// Opens the connections.
    pub(crate) fn open(path: &Path, options: &Options) -> std::result::Result<Self, OpenError> {
        let count = options.readers.max(1);
        let connections = (0..count)
            .map(|_| connection(path, Purpose::Read, options))
            .collect::<std::result::Result<_, _>>()?;
        Ok(Self {
            shelf: Arc::new(Shelf(Mutex::new(Some(connections)))),
            free: Arc::new(Semaphore::new(count)),
        })
    }

    /// Asks by key, here and now.
    pub(crate) async fn ask<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T>,
    ) -> std::result::Result<T, StoreError> {
        self.lend().await?.use_for(read)
    }

    /// Asks what may go through many rows, on a thread that may block.
    pub(crate) async fn scan<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, StoreError> {
        let mut loan = self.lend().await?;
        tokio::task::spawn_blocking(move || loan.use_for(read))
            .await
            .map_err(|error| StoreError::Unavailable(format!("a question was not answered: {error}")))?
    }

    async fn lend(&self) -> std::result::Result<Loan, StoreError> {
        let permit = Arc::clone(&self.free)
            .acquire_owned()
            .await
            .map_err(|_| closed())?;
        let connection = self.shelf.with(Vec::pop).flatten();
        Ok(Loan {
            connection: Some(connection.ok_or_else(closed)?),
            shelf: Arc::clone(&self.shelf),
            _permit: permit,
        })
    }

    /// Closes the connections: those on loan when they come back.
    pub(crate) fn close(&self) {
        self.free.close();
        drop(self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Shelf {
    fn with<T>(&self, work: impl FnOnce(&mut Vec<Connection>) -> T) -> Option<T> {
        let mut connections = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        connections.as_mut().map(work)
    }
}

impl Loan {
    fn use_for<T>(
        &mut self,
        read: impl FnOnce(&Connection) -> Result<T>,
    ) -> std::result::Result<T, StoreError> {
        let connection = self.connection.as_ref().ok_or_else(closed)?;
        read(connection).map_err(StoreError::from)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            let _closed = self.shelf.with(|connections| connections.push(connection));
        }
    }
}
