//! Caches that a decision corrects before it is answered.
//!
//! A value read from the store may only be kept if nothing was corrected while it was being read; otherwise a slow reader could
//! put an old value back over a correction.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
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

    /// Forgets everything; what is being read at this moment will not be kept.
    pub(crate) fn correct_all(&self) {
        for stripe in &self.corrections {
            let mut corrections = stripe.lock().unwrap_or_else(PoisonError::into_inner);
            *corrections = corrections.wrapping_add(1);
        }
        self.entries.clear();
    }

    fn stripe(&self, key: &K) -> MutexGuard<'_, u64> {
        let stripe = usize::try_from(self.hasher.hash_one(key) % 64).unwrap_or_default();
        self.corrections[stripe]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Most moments kept apart; things that share one make each other's values be read again, no more.
const MOMENTS: usize = 16 * 1024;

/// When something about a thing was last corrected, for values that rest on things whose correction does not name them. A value is
/// good as long as nothing it rests on was corrected after its reading began.
#[derive(Debug)]
pub(crate) struct Moments {
    latest: AtomicU64,
    of_things: Vec<AtomicU64>,
    hasher: RandomState,
}

/// A point in the order of corrections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl Default for Moments {
    fn default() -> Self {
        Self {
            latest: AtomicU64::new(0),
            of_things: (0..MOMENTS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }
}

impl Moments {
    /// To be asked before the reading begins.
    pub(crate) fn now(&self) -> Moment {
        Moment(self.latest.load(Ordering::SeqCst))
    }

    /// What was read of this thing before now is no longer good. To be called once the change can be read.
    pub(crate) fn correct(&self, thing: &impl Hash) {
        let moment = self.latest.fetch_add(1, Ordering::SeqCst).wrapping_add(1);
        if let Some(of_thing) = self.of_things.get(self.place(thing)) {
            of_thing.fetch_max(moment, Ordering::SeqCst);
        }
    }

    /// What was read of anything before now is no longer good.
    pub(crate) fn correct_all(&self) {
        let moment = self.latest.fetch_add(1, Ordering::SeqCst).wrapping_add(1);
        for of_thing in &self.of_things {
            of_thing.fetch_max(moment, Ordering::SeqCst);
        }
    }

    /// Whether what was read of this thing at that moment is still good.
    pub(crate) fn is_unchanged_since(&self, moment: Moment, thing: &impl Hash) -> bool {
        let corrected = self.of_things.get(self.place(thing));
        corrected.is_some_and(|corrected| corrected.load(Ordering::SeqCst) <= moment.0)
    }

    fn place(&self, thing: &impl Hash) -> usize {
        usize::try_from(self.hasher.hash_one(thing) % MOMENTS as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Moments;

    #[test]
    fn what_was_read_before_a_correction_is_not_good_and_what_is_read_after_it_is() {
        let moments = Moments::default();
        let before = moments.now();
        assert!(moments.is_unchanged_since(before, &"ada"));
        moments.correct(&"ada");
        assert!(!moments.is_unchanged_since(before, &"ada"));
        assert!(moments.is_unchanged_since(moments.now(), &"ada"));
    }

    #[test]
    fn what_was_read_of_anything_before_all_was_corrected_is_not_good() {
        let moments = Moments::default();
        let before = moments.now();
        moments.correct_all();
        for thing in ["ada", "ben"] {
            assert!(!moments.is_unchanged_since(before, &thing));
            assert!(moments.is_unchanged_since(moments.now(), &thing));
        }
    }
}
