//! Memory of verified passwords, so that argon2 runs once a minute and not once a request.

use consentry_domain::{Lifetime, SubjectId, TenantId, Timestamp};
use consentry_store::Hash;
use quick_cache::sync::Cache;

/// How long a verified password is believed (architecture 6).
const BELIEVED: Lifetime = Lifetime::seconds(60);

/// Most passwords remembered.
const MOST: usize = 10_000;

/// Passwords that were right a moment ago, under a keyed hash. In memory only.
#[derive(Debug)]
pub(crate) struct PasswordMemory(Cache<(TenantId, Hash), Believed>);

/// Whose password it is, and for which state of the account that was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Believed {
    /// Whose.
    pub subject: SubjectId,
    /// Version of the account; a changed password or a switched-off login raises it.
    pub account: u32,
    until: Timestamp,
}

impl Default for PasswordMemory {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl PasswordMemory {
    /// What is believed at `now`.
    pub(crate) fn recall(&self, key: &(TenantId, Hash), now: Timestamp) -> Option<Believed> {
        let believed = self.0.get(key)?;
        if now < believed.until {
            return Some(believed);
        }
        self.0.remove(key);
        None
    }

    /// Believes a password that was verified at `now`.
    pub(crate) fn believe(&self, key: (TenantId, Hash), subject: SubjectId, account: u32, now: Timestamp) {
        self.0.insert(
            key,
            Believed {
                subject,
                account,
                until: now.plus(BELIEVED),
            },
        );
    }

    /// Forgets a password.
    pub(crate) fn forget(&self, key: &(TenantId, Hash)) {
        self.0.remove(key);
    }
}
