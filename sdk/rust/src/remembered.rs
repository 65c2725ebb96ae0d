//! Verdicts that were reached already, a bounded number of them, each for a bounded time.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// How much of the end of a text is hashed: of a token that was accepted, so much of its signature is its own.
const HASHED: usize = 43;

/// What a verdict is found by: the very texts that it is about.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Name([Option<Arc<str>>; 3]);

impl Name {
    /// The name of a token, and what was shown and asked with it.
    pub fn of(token: &str, id_token: Option<&str>, dsi: Option<&str>) -> Self {
        Self([Some(token.into()), id_token.map(Arc::from), dsi.map(Arc::from)])
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for text in self.0.iter().flatten() {
            let bytes = text.as_bytes();
            state.write(&bytes[bytes.len().saturating_sub(HASHED)..]);
        }
    }
}
