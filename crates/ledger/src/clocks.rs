//! Whether this node's clock is the database's (architecture 5). What is over is judged by the node that is asked, so nodes that share a
//! database have to agree on the time: one that does not says so, and spends nothing until it does.

use std::sync::atomic::{AtomicI64, Ordering};

use consentry_domain::{Lifetime, Timestamp};
use consentry_store::{ChangeSet, Expect, StoreError};

use crate::{Ledger, error::Fault};

/// How far this node's clock is from the database's.
#[derive(Debug)]
pub(crate) struct Clocks {
    /// How far it may be; none: nobody compares.
    bound: Option<Lifetime>,
    /// Microseconds that the database is ahead, where that is beyond the bound; else zero.
    apart: AtomicI64,
}

impl Clocks {
    pub(crate) const fn new(bound: Option<Lifetime>) -> Self {
        Self {
            bound,
            apart: AtomicI64::new(0),
        }
    }

    /// Notes what the database said between two looks at our own clock. What the question took is nobody's difference.
    fn note(&self, bound: Lifetime, theirs: Timestamp, (before, after): (Timestamp, Timestamp)) {
        let own = theirs.clamp(before.min(after), after.max(before));
        let apart = theirs.as_micros().saturating_sub(own.as_micros());
        let beyond = apart.unsigned_abs() > bound.as_seconds().unsigned_abs().saturating_mul(1_000_000);
        let was = self.apart.swap(if beyond { apart } else { 0 }, Ordering::Relaxed);
        if beyond && was == 0 {
            tracing::error!(
                microseconds = apart,
                "the database's clock is another one: this node is not ready, and spends nothing"
            );
        } else if !beyond && was != 0 {
            tracing::info!("this node's clock is the database's again");
        }
    }
}

impl Ledger {
    /// Microseconds that the database's clock is ahead of this node's, where that is more than they may be apart.
    pub fn clocks_apart(&self) -> Option<i64> {
        let following = self.inner.following.as_ref()?;
        let apart = following.clocks.apart.load(Ordering::Relaxed);
        (apart != 0).then_some(apart)
    }

    /// Compares this node's clock with the database's.
    pub(crate) async fn compare_clocks(&self, clocks: &Clocks) -> Result<(), Fault> {
        let Some(bound) = clocks.bound else {
            return Ok(());
        };
        let before = self.now();
        if let Some(theirs) = self.inner.store.clock().await? {
            clocks.note(bound, theirs, (before, self.now()));
        }
        Ok(())
    }

    /// Refuses to spend a credential by a clock that is not the database's: it may be over, or not yet.
    pub(crate) fn may_spend(&self, change: &ChangeSet) -> Result<(), StoreError> {
        let spends = |expect: &Expect| matches!(expect, Expect::Unspent(..));
        match self.clocks_apart() {
            Some(_) if change.expect.iter().any(spends) => {
                let why = "this node's clock is not the database's".to_owned();
                Err(StoreError::Unavailable(why))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn architecture_5_only_what_is_beyond_the_bound_and_the_question_counts() {
        let second = Lifetime::seconds(1);
        let clocks = Clocks::new(Some(second));
        let at = |micros: i64| Timestamp::from_micros(1_800_000_000_000_000 + micros);
        for (theirs, asked, expected) in [
            (0, (0, 0), 0),
            (1_000_000, (0, 0), 0),
            (1_000_001, (0, 0), 1_000_001),
            (-1_000_000, (0, 0), 0),
            (-1_000_001, (0, 0), -1_000_001),
            // A question that took three seconds says nothing about two of them.
            (2_000_000, (0, 3_000_000), 0),
            (4_500_000, (0, 3_000_000), 1_500_000),
            // Our own clock was set back while we asked.
            (500_000, (1_000_000, 0), 0),
        ] {
            clocks.note(second, at(theirs), (at(asked.0), at(asked.1)));
            assert_eq!(
                clocks.apart.load(Ordering::Relaxed),
                expected,
                "{theirs} {asked:?}"
            );
        }
    }
}
