//! The threads that read, each with its own connection. A question waits in one queue for whichever is free.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::JoinHandle,
};

use consentry_store::StoreError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{
    fault::{Result, closed},
    open::{OpenError, Options, Purpose, connection},
};

type Question = Box<dyn FnOnce(&Connection) + Send>;

/// Hands questions to the reading threads.
pub(crate) struct Readers {
    queue: Mutex<Option<mpsc::Sender<Question>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}

impl Readers {
    /// Starts the threads.
    pub(crate) fn start(path: &Path, options: &Options) -> std::result::Result<Self, OpenError> {
        let (queue, questions) = mpsc::channel::<Question>();
        let questions = Arc::new(Mutex::new(questions));
        let own = Self {
            queue: Mutex::new(Some(queue)),
            threads: Mutex::new(Vec::new()),
        };
        for number in 0..options.readers.max(1) {
            let connection = connection(path, Purpose::Read, options)?;
            let questions = Arc::clone(&questions);
            let thread = std::thread::Builder::new()
                .name(format!("ledger-reader-{number}"))
                .spawn(move || run(&connection, &questions))
                .map_err(OpenError::Thread)?;
            own.threads
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(thread);
        }
        Ok(own)
    }

    /// Asks on a connection; `read` may block.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, StoreError> {
        let (answer, result) = oneshot::channel();
        self.send(Box::new(move |connection| {
            // A caller that went away needs no answer.
            let _gone = answer.send(read(connection));
        }))?;
        result.await.map_err(|_| closed())?.map_err(StoreError::from)
    }

    fn send(&self, question: Question) -> std::result::Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue
            .as_ref()
            .and_then(|queue| queue.send(question).ok())
            .ok_or_else(closed)
    }

    /// Lets the threads answer what is queued, then waits for their end. Blocks.
    pub(crate) fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        for thread in self
            .threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain(..)
        {
            if thread.join().is_err() {
                tracing::error!("a reading thread ended in a panic");
            }
        }
    }
}

fn run(connection: &Connection, questions: &Mutex<mpsc::Receiver<Question>>) {
    loop {
        let next = questions.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(question) = next else { return };
        question(connection);
    }
}
