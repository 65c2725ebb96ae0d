//! Verdicts that were reached already, a bounded number of them, each for a bounded time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{Context, SHA256};

/// The latest verdicts by what they are about.
pub(crate) struct Remembered<K, V> {
    most: usize,
    entries: Mutex<Entries<K, V>>,
}

struct Entries<K, V> {
    uses: u64,
    by_name: HashMap<K, Entry<V>>,
}

struct Entry<V> {
    until: i64,
    used: u64,
    verdict: V,
}

impl<K: Hash + Eq, V: Clone> Remembered<K, V> {
    /// Keeps `most` at the most; none where that is 0.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            entries: Mutex::new(Entries {
                uses: 0,
                by_name: HashMap::new(),
            }),
        }
    }

    /// A verdict that still counts.
    pub fn get(&self, name: &K, now: i64) -> Option<V> {
        let mut entries = self.lock();
        entries.uses += 1;
        let used = entries.uses;
        let entry = entries.by_name.get_mut(name)?;
        if now >= entry.until {
            entries.by_name.remove(name);
            return None;
        }
        entry.used = used;
        Some(entry.verdict.clone())
    }

    /// Keeps a verdict until a moment, and forgets those that were needed longest ago where there are too many.
    pub fn put(&self, name: K, until: i64, verdict: V) {
        if self.most == 0 {
            return;
        }
        let mut entries = self.lock();
        entries.uses += 1;
        let used = entries.uses;
        entries.by_name.insert(name, Entry { until, used, verdict });
        if entries.by_name.len() > self.most {
            // The oldest eighth at once, since looking for it goes through all of them.
            let mut uses: Vec<u64> = entries.by_name.values().map(|entry| entry.used).collect();
            let (_, border, _) = uses.select_nth_unstable(self.most / 8);
            let border = *border;
            entries.by_name.retain(|_, entry| entry.used > border);
        }
    }

    /// How many are kept at the moment.
    pub fn len(&self) -> usize {
        self.lock().by_name.len()
    }

    fn lock(&self) -> MutexGuard<'_, Entries<K, V>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a verdict is found by.
pub(crate) type Name = [u8; 32];

/// The name of texts; they never run into each other.
pub(crate) fn name(texts: &[Option<&str>]) -> Name {
    let mut context = Context::new(&SHA256);
    for text in texts {
        let length = text.map_or(u64::MAX, |text| text.len() as u64);
        context.update(&length.to_be_bytes());
        context.update(text.unwrap_or_default().as_bytes());
    }
    let mut name = [0; 32];
    name.copy_from_slice(context.finish().as_ref());
    name
}
