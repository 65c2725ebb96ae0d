//! An outbox that keeps mails instead of sending them: for demos and tests. In the memory of one node, and bounded.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use super::letter::Letter;

/// Most mails kept; the oldest go first.
const MOST: usize = 200;

/// A mail that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Counts the mails of this outbox from 1.
    pub number: u64,
    /// What it is.
    pub letter: Letter,
}

/// The mails that were kept.
#[derive(Debug, Default)]
pub struct Outbox {
    kept: Mutex<(u64, VecDeque<Kept>)>,
}

impl Outbox {
    /// Keeps a mail.
    pub fn keep(&self, letter: Letter) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.0 += 1;
        let number = kept.0;
        kept.1.push_back(Kept { number, letter });
        while kept.1.len() > MOST {
            kept.1.pop_front();
        }
    }

    /// All that are kept, latest first.
    pub fn all(&self) -> Vec<Kept> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.1.iter().rev().cloned().collect()
    }

    /// One of them.
    pub fn one(&self, number: u64) -> Option<Kept> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.1.iter().find(|kept| kept.number == number).cloned()
    }
}
