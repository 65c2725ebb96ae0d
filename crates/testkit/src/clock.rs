//! A clock that stands still until it is moved.

use std::sync::atomic::{AtomicI64, Ordering};

use consentry_domain::{Lifetime, Timestamp};
use consentry_ledger::Clock;

/// Starts at 2026-11-22T09:15:04.120331Z.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl Default for FixedClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_795_338_904_120_331))
    }
}

impl FixedClock {
    /// Moves forward by whole seconds.
    pub fn advance(&self, by: Lifetime) {
        self.advance_micros(by.as_seconds() * 1_000_000);
    }

    /// Moves by microseconds; negative moves back.
    pub fn advance_micros(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// Moves to a moment.
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
