//! Questions for slots that are asked together.
//!
//! Every decision asks for the slots that it is about, and most of what such a question costs is the way to the server and back.
//! So what comes while a way is under way goes on the next one: an idle store asks at once, and a loaded one asks for many at a time.

use std::sync::{Arc, Mutex, PoisonError};

use consentry_domain::{Slot, TenantId};
use consentry_store::{StoreError, TouchedRows};
use tokio::sync::{mpsc, oneshot};

use crate::{fault::closed, reader::Readers, reads};

/// Most questions on one way.
const TOGETHER: usize = 128;

/// What was found; none where something found leads on.
type Found = Option<TouchedRows>;

type Answer = Result<Found, StoreError>;

/// The slots of one decision.
pub(crate) type Question = (TenantId, Vec<Slot>);

struct Waiting {
    question: Question,
    answer: oneshot::Sender<Answer>,
}

/// Hands questions to the task that asks them.
#[derive(Debug)]
pub(crate) struct Gathered {
    queue: Mutex<Option<mpsc::UnboundedSender<Waiting>>>,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waiting")
    }
}

impl Gathered {
    /// Starts the task. Who waits is bounded by who may ask.
    pub(crate) fn start(readers: Readers) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        tokio::spawn(run(readers, waiting));
        Self {
            queue: Mutex::new(Some(queue)),
        }
    }

    /// The slots with the consents that decide them, as one statement sees them.
    pub(crate) async fn ask(&self, tenant: TenantId, slots: Vec<Slot>) -> Answer {
        let (answer, found) = oneshot::channel();
        let question = (tenant, slots);
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .and_then(|queue| queue.send(Waiting { question, answer }).ok())
            .ok_or_else(closed)?;
        found.await.map_err(|_| closed())?
    }

    /// Takes no more questions; those that wait are still asked.
    pub(crate) fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

async fn run(readers: Readers, mut queue: mpsc::UnboundedReceiver<Waiting>) {
    let mut waiting = Vec::with_capacity(TOGETHER);
    while queue.recv_many(&mut waiting, TOGETHER).await > 0 {
        let (questions, answers): (Vec<Question>, Vec<_>) = waiting
            .drain(..)
            .map(|waiting| (waiting.question, waiting.answer))
            .unzip();
        for (answer, found) in answers.into_iter().zip(together(&readers, questions).await) {
            // Whoever went away needs no answer.
            let _gone = answer.send(found);
        }
    }
}

/// An answer for each question. What is wrong with one does not take the others down.
async fn together(readers: &Readers, questions: Vec<Question>) -> Vec<Answer> {
    let count = questions.len();
    let questions: Arc<[Question]> = questions.into();
    match asked(readers, Arc::clone(&questions)).await {
        Ok(found) => found.into_iter().map(Ok).collect(),
        Err(error @ StoreError::Unavailable(_)) => vec![Err(error); count],
        Err(error) if count == 1 => vec![Err(error)],
        Err(_) => {
            let mut answers = Vec::with_capacity(count);
            for question in questions.iter() {
                let alone = asked(readers, Arc::from([question.clone()])).await;
                answers.push(alone.map(|mut found| found.pop().flatten()));
            }
            answers
        }
    }
}

async fn asked(readers: &Readers, questions: Arc<[Question]>) -> Result<Vec<Found>, StoreError> {
    readers
        .ask(move |connection| Box::pin(reads::touched_by_slots(connection, Arc::clone(&questions))))
        .await
}
