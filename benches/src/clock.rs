//! The one place that reads time: measuring is what this program is for.

use std::time::{Duration, Instant};

/// Now.
#[expect(clippy::disallowed_methods, reason = "measures how long things take")]
pub fn now() -> Instant {
    Instant::now()
}

/// How long it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = now();
    let done = work();
    (done, now().duration_since(begun))
}
