//! Growing waits after failed tries, in memory: after five within a minute. Names come from outside, so only hashes of them are kept, and
//! only so many.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hash, RandomState},
    sync::{Mutex, PoisonError},
};

use consentry_domain::Timestamp;

/// Failures of one account or address within a minute before waiting begins.
const FREE_FAILURES: u32 = 5;

/// Longest wait, in seconds.
const LONGEST_WAIT: i64 = 900;

/// What is kept of a name or an address.
type Key = u64;

/// Failed tries by name and by address.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    failures: Mutex<HashMap<Key, Failures>>,
    /// Hashes with a key that nobody outside knows, so that nobody can make two names share their waits.
    hasher: RandomState,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Throttle {
    /// Most keys kept; the oldest go first.
    const MOST: usize = 100_000;

    fn key(&self, key: &impl Hash) -> Key {
        self.hasher.hash_one(key)
    }

    /// Seconds to wait, if any of the keys has to.
    pub(crate) fn wait(&self, keys: &[impl Hash], now: Timestamp) -> Option<i64> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        keys.iter()
            .filter_map(|key| failures.get(&self.key(key)))
            .map(|entry| entry.wait() - now.seconds_since(entry.last))
            .max()
            .filter(|left| *left > 0)
    }

    /// Counts a failure for each key.
    pub(crate) fn fail(&self, keys: &[impl Hash], now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= Self::MOST {
            failures.retain(|_, entry| now.seconds_since(entry.last) < LONGEST_WAIT);
        }
        if failures.len() >= Self::MOST {
            let mut moments: Vec<Timestamp> = failures.values().map(|entry| entry.last).collect();
            let middle = moments.len() / 2;
            let (_, middle, _) = moments.select_nth_unstable(middle);
            let middle = *middle;
            failures.retain(|_, entry| entry.last > middle);
        }
        for key in keys {
            let entry = failures
                .entry(self.key(key))
                .or_insert(Failures { count: 0, last: now });
            let fresh = now.seconds_since(entry.last) > 60 && entry.count < FREE_FAILURES;
            let over = now.seconds_since(entry.last) > LONGEST_WAIT;
            entry.count = if fresh || over {
                1
            } else {
                entry.count.saturating_add(1)
            };
            entry.last = now;
        }
    }

    /// Forgets the failures of a name.
    pub(crate) fn succeed(&self, key: &impl Hash) {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key(key));
    }
}

impl Failures {
    fn wait(self) -> i64 {
        match self.count.checked_sub(FREE_FAILURES) {
            None | Some(0) => 0,
            Some(more) => 2_i64.saturating_pow(more.min(20)).min(LONGEST_WAIT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(name: &str) -> [String; 1] {
        [format!("harbor name {name}")]
    }

    #[test]
    fn b01_04_waits_grow_and_end() {
        let throttle = Throttle::default();
        let at = Timestamp::from_seconds;
        for _ in 0..5 {
            assert_eq!(throttle.wait(&keys("ada"), at(0)), None);
            throttle.fail(&keys("ada"), at(0));
        }
        assert_eq!(throttle.wait(&keys("ada"), at(0)), None);
        throttle.fail(&keys("ada"), at(0));
        assert_eq!(throttle.wait(&keys("ada"), at(0)), Some(2));
        throttle.fail(&keys("ada"), at(2));
        assert_eq!(throttle.wait(&keys("ada"), at(2)), Some(4));
        assert_eq!(throttle.wait(&keys("ada"), at(6)), None);
        assert_eq!(throttle.wait(&keys("ben"), at(2)), None);
        throttle.succeed(&keys("ada")[0]);
        assert_eq!(throttle.wait(&keys("ada"), at(2)), None);
    }

    #[test]
    fn a_flood_of_names_does_not_fill_the_memory_and_forgets_the_oldest() {
        let throttle = Throttle::default();
        for number in 0..i64::try_from(Throttle::MOST).unwrap() * 5 / 2 {
            throttle.fail(&keys(&number.to_string()), Timestamp::from_micros(number));
            if number % 10_000 == 0 {
                assert!(throttle.failures.lock().unwrap().len() <= Throttle::MOST);
            }
        }
        let failures = throttle.failures.lock().unwrap();
        assert!(failures.len() <= Throttle::MOST);
        let latest = Throttle::MOST * 5 / 2 - 1;
        assert!(failures.contains_key(&throttle.key(&keys(&latest.to_string())[0])));
        assert!(!failures.contains_key(&throttle.key(&keys("0")[0])));
    }
}
