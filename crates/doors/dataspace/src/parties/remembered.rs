//! What was made of statements, for as long as what it rests on stands: applications show their tokens again and again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use consentry_ledger::opaque;

/// Most statements that are remembered; some 100 bytes each, and what was made of them.
const MOST: usize = 10_000;

/// What a statement is found by: its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Name([u8; 32]);

impl Name {
    pub(crate) fn of(statement: &str) -> Self {
        Self(*opaque::hash(statement.as_bytes()).as_bytes())
    }
}

/// By statement: what it rests on, of which one alone will do, and what was made of it.
pub(crate) struct Remembered<V, B = consentry_jose::KeySet>(Mutex<HashMap<Name, (Weak<B>, V)>>);

impl<V, B> Default for Remembered<V, B> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Clone, B> Remembered<V, B> {
    /// What was made of a statement, if that rests on this.
    pub(crate) fn get(&self, name: &Name, basis: &Arc<B>) -> Option<V> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (on, value) = known.get(name)?;
        // What is referred to keeps its place in memory, so no other one has it.
        std::ptr::eq(on.as_ptr(), Arc::as_ptr(basis)).then(|| value.clone())
    }

    pub(crate) fn put(&self, name: Name, basis: &Arc<B>, value: V) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, (on, _)| on.strong_count() > 0);
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(name, (Arc::downgrade(basis), value));
    }
}
