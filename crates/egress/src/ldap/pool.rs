//! Idle connections of one kind.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ldap3::Ldap;

/// Connections that wait for the next question, the one used last on top.
pub(crate) struct Pool {
    idle: Mutex<Vec<Idle>>,
    most: usize,
    longest: Duration,
}

struct Idle {
    connection: Ldap,
    since: Instant,
}

impl Pool {
    pub(crate) const fn new(most: usize, longest: Duration) -> Self {
        Self {
            idle: Mutex::new(Vec::new()),
            most,
            longest,
        }
    }

    /// A connection that is open as far as we know, and has not waited too long.
    pub(crate) fn take(&self) -> Option<Ldap> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let now = now();
        idle.retain_mut(|waiting| {
            now.duration_since(waiting.since) < self.longest && !waiting.connection.is_closed()
        });
        idle.pop().map(|waiting| waiting.connection)
    }

    /// Keeps a connection on which nothing is left to be read. One too many is closed.
    pub(crate) fn put(&self, connection: Ldap) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.most {
            idle.push(Idle {
                connection,
                since: now(),
            });
        }
    }

    /// Closes all: one was found broken, so the server has probably restarted.
    pub(crate) fn clear(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long a connection stood idle; nothing about anybody is decided by it"
)]
fn now() -> Instant {
    Instant::now()
}
