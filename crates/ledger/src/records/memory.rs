//! Memory of verified passwords, so that argon2 runs, and a directory is asked, once a minute and not once a request.

use consentry_domain::{Lifetime, SubjectId, TenantId, Timestamp, dn::Dn};
use consentry_store::Hash;
use quick_cache::sync::Cache;

/// How long a verified password is believed (architecture 6).
const BELIEVED: Lifetime = Lifetime::seconds(60);

/// Most passwords remembered.
const MOST: usize = 10_000;

/// Passwords that were right a moment ago, under a keyed hash. In memory only.
#[derive(Debug)]
pub(crate) struct PasswordMemory(Cache<(TenantId, Hash), Believed>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Believed {
    whose: Whose,
    until: Timestamp,
}

/// Whose password it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whose {
    /// A person's.
    Person {
        /// Who.
        subject: SubjectId,
        /// Version of the login when that was found out; a changed password or a switched-off login raises it.
        login: u32,
    },
    /// An account's of the directory. What it was checked against is part of the key.
    Account,
    /// Of an entry with this name in a directory that is asked live.
    Listed(Dn),
}

impl Default for PasswordMemory {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl PasswordMemory {
    /// What is believed at `now`.
    pub(crate) fn recall(&self, key: &(TenantId, Hash), now: Timestamp) -> Option<Whose> {
        let believed = self.0.get(key)?;
        if now < believed.until {
            return Some(believed.whose);
        }
        self.0.remove(key);
        None
    }

    /// Believes a password that was verified at `now`.
    pub(crate) fn believe(&self, key: (TenantId, Hash), whose: Whose, now: Timestamp) {
        let until = now.plus(BELIEVED);
        self.0.insert(key, Believed { whose, until });
    }

    /// Forgets a password.
    pub(crate) fn forget(&self, key: &(TenantId, Hash)) {
        self.0.remove(key);
    }
}
