//! How long somebody waits for a server that is away. The only place that looks at the clock, and never tells what time it is.

use std::time::Duration;

use tokio::time::Instant;

/// The first pause before another attempt; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// What is left of somebody's patience.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    end: Instant,
    pause: Duration,
}

impl Patience {
    /// Patience that lasts this long from now on.
    pub(crate) fn lasting(long: Duration) -> Self {
        Self {
            end: now() + long,
            pause: FIRST_PAUSE,
        }
    }

    /// None at all: one attempt, and no other.
    pub(crate) fn none() -> Self {
        Self::lasting(Duration::ZERO)
    }

    /// Whether it has come to its end.
    pub(crate) fn is_over(&self) -> bool {
        now() >= self.end
    }

    /// What is left; a moment at least, so that what is free is taken also without any patience.
    pub(crate) fn left(&self) -> Duration {
        self.end.saturating_duration_since(now()).max(FIRST_PAUSE)
    }

    /// Waits before another attempt, longer each time. Answers `false`, at once, when there is no patience left for one.
    #[expect(
        clippy::disallowed_methods,
        reason = "a server that is away says nothing when it comes back"
    )]
    pub(crate) async fn pause(&mut self) -> bool {
        if now() + self.pause >= self.end {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

#[expect(clippy::disallowed_methods, reason = "measuring how long somebody has waited")]
fn now() -> Instant {
    Instant::now()
}
