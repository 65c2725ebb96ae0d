//! The demo's clock: the machine's, moved forward when a visitor lets time pass. So what runs out can be seen without waiting.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::response::{IntoResponse, Redirect, Response};
use consentry_domain::{Lifetime, Timestamp};
use consentry_ledger::{Clock, SystemClock};

use super::{Caller, DemoError};

/// Farthest the clock goes ahead: ten years, after which nothing of the story is left to run out.
const FARTHEST: Lifetime = Lifetime::days(3650);

/// The machine's clock and what was added to it. It never goes back.
#[derive(Debug, Default)]
pub struct DemoClock {
    machine: SystemClock,
    ahead_seconds: AtomicI64,
}

impl DemoClock {
    /// Moves forward, at most to ten years ahead of the machine.
    pub fn pass(&self, time: Lifetime) {
        let later = |ahead: i64| {
            let most = FARTHEST.as_seconds();
            Some(ahead.saturating_add(time.as_seconds()).min(most))
        };
        // The closure always answers, so the update always happens.
        let _ = self
            .ahead_seconds
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, later);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        let ahead = Lifetime::seconds(self.ahead_seconds.load(Ordering::SeqCst));
        self.machine.now().plus(ahead)
    }
}

/// `POST /demo/clock`: lets ten minutes or thirty days pass.
pub(super) async fn pass(caller: Caller) -> Result<Response, DemoError> {
    let time = match caller.form.one("time").ok().flatten() {
        Some("10-minutes") => Lifetime::minutes(10),
        Some("30-days") => Lifetime::days(30),
        _ => return Err(DemoError::Form),
    };
    let clock = caller.demo.movable_clock().ok_or(DemoError::ClockStands)?;
    clock.pass(time);
    Ok(Redirect::to("/demo#time").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_forward_and_not_for_ever() {
        let clock = DemoClock::default();
        let before = clock.now();
        clock.pass(Lifetime::days(30));
        assert!(clock.now() >= before.plus(Lifetime::days(30)));
        clock.pass(Lifetime::days(1_000_000));
        assert!(clock.now() <= before.plus(Lifetime::days(3651)));
    }
}
