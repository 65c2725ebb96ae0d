//! Caches that a decision corrects before it is answered.
//!
//! A value read from the store may only be kept if nothing was corrected while it was being read; otherwise a slow reader could
//! put an old value back over a correction.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

use quick_cache::sync::Cache;

const STRIPES: usize = 64;

/// A bounded cache whose entries are removed by writers and put in by readers, safely against each other.
#[derive(Debug)]
pub(crate) struct Corrected<K, V> {
    entries: Cache<K, V>,
    corrections: Vec<Mutex<u64>>,
    hasher: RandomState,
}

impl<K: Hash + Eq + Clone, V: Clone> Corrected<K, V> {
    /// A cache of at most `capacity` entries.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            entries: Cache::new(capacity),
            corrections: (0..STRIPES).map(|_| Mutex::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }

    /// The kept value, or the one `read` gives, which is then kept unless it was corrected meanwhile.
    pub(crate) async fn get_or_read<E>(
        &self,
        key: &K,
        read: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        if let Some(value) = self.entries.get(key) {
            return Ok(value);
        }
        let before = *self.stripe(key);
        let value = read.await?;
        let corrections = self.stripe(key);
        if *corrections == before {
            self.entries.insert(key.clone(), value.clone());
        }
        Ok(value)
    }

    /// Forgets the value; what is being read at this moment will not be kept.
    pub(crate) fn correct(&self, key: &K) {
        let mut corrections = self.stripe(key);
        *corrections = corrections.wrapping_add(1);
        self.entries.remove(key);
    }

    fn stripe(&self, key: &K) -> MutexGuard<'_, u64> {
        let stripe = usize::try_from(self.hasher.hash_one(key) % 64).unwrap_or_default();
        self.corrections[stripe]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
