//! Several questions on their way at once.
//!
//! The server answers in the order of asking, and the driver sends what is polled without waiting for earlier answers, so that
//! many statements cost one way there and back.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

/// A question that borrows what it is asked with.
pub(crate) type Asked<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Asks in this order and waits for all answers, which have the same order.
pub(crate) async fn in_order<T>(mut asked: Vec<Asked<'_, T>>) -> Vec<T> {
    let mut answers: Vec<Option<T>> = asked.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut waiting = false;
        for (question, answer) in asked.iter_mut().zip(&mut answers) {
            if answer.is_none() {
                match question.as_mut().poll(context) {
                    Poll::Ready(value) => *answer = Some(value),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    answers.into_iter().flatten().collect()
}
