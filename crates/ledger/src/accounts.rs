//! Logging in with passwords.

use argon2::{
    Argon2, PasswordHasher, PasswordVerifier,
    password_hash::phc::{PasswordHash, Salt},
};
use base64::Engine as _;
use consentry_domain::{
    ApplicationId, SubjectId, Timestamp,
    subject::{Alias, Namespace},
};
use consentry_store::TokenRow;

use crate::{Ledger, TenantSnapshot, environment::Draw as _, error::Fault};

/// Longest password looked at, in bytes; longer ones are wrong.
const LONGEST_PASSWORD: usize = 1024;

/// Why nobody was logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown name, wrong password, no password or a disabled account: one answer for all.
    #[error("name or password is wrong")]
    Wrong,
    /// Too many failures; wait.
    #[error("too many failures; wait {seconds} s")]
    Throttled {
        /// Seconds until the next try is looked at.
        seconds: i64,
    },
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// Checks name and password of a person. `address` is the client's network address; failures count for it and for the name.
    pub async fn log_in(
        &self,
        tenant: &TenantSnapshot,
        namespace: Namespace,
        name: &str,
        password: &str,
        address: &str,
    ) -> Result<SubjectId, LoginError> {
        let now = self.now();
        let slug = &tenant.tenant.slug;
        let keys = [format!("{slug} name {name}"), format!("{slug} address {address}")];
        if let Some(seconds) = self.inner.throttle.wait(&keys, now) {
            return Err(LoginError::Throttled { seconds });
        }
        let subject = self.find_subject(tenant, &Alias::new(namespace, name)).await?;
        let account = match subject {
            Some(subject) => self
                .inner
                .store
                .account(tenant.id(), subject)
                .await
                .map_err(Fault::from)?,
            None => None,
        };
        let usable = account.filter(|account| !account.disabled);
        let stored = usable.as_ref().and_then(|account| account.password_hash.clone());
        self.check_throttled(&keys, stored, password).await?;
        usable.map(|account| account.subject).ok_or(LoginError::Wrong)
    }

    /// Checks a password against a stored one; failures count for the keys, of which the first is that of the name.
    pub(crate) async fn check_throttled(
        &self,
        keys: &[String; 2],
        stored: Option<String>,
        password: &str,
    ) -> Result<(), LoginError> {
        self.throttled(keys, self.check_password(stored, password.to_owned()))
            .await
    }

    /// Carries a check out unless too many failed; failures count for the keys, of which the first is that of the name.
    pub(crate) async fn throttled(
        &self,
        keys: &[String; 2],
        check: impl Future<Output = Result<bool, Fault>>,
    ) -> Result<(), LoginError> {
        let now = self.now();
        if let Some(seconds) = self.inner.throttle.wait(keys, now) {
            return Err(LoginError::Throttled { seconds });
        }
        if check.await? {
            self.inner.throttle.succeed(&keys[0]);
            Ok(())
        } else {
            self.inner.throttle.fail(keys, now);
            Err(LoginError::Wrong)
        }
    }

    /// Whether a name is that of a person with a password here, or of one who is switched off.
    pub(crate) async fn logs_in(&self, tenant: &TenantSnapshot, alias: &Alias) -> Result<bool, Fault> {
        let Some(subject) = self.find_subject(tenant, alias).await? else {
            return Ok(false);
        };
        let account = self.inner.store.account(tenant.id(), subject).await?;
        Ok(account.is_some_and(|account| account.disabled || account.password_hash.is_some()))
    }

    /// Whether a person is registered with an application and may use it (TPA-FL-01, TPA-FL-03).
    pub async fn is_registered(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        application: ApplicationId,
    ) -> Result<bool, Fault> {
        let account = self.inner.store.account(tenant.id(), subject).await?;
        Ok(account.is_some_and(|account| !account.disabled && account.applications.contains(&application)))
    }

    /// Hashes a password where it holds nobody up, and never more of them at once than the machine can bear.
    pub(crate) async fn hash_aside(&self, password: &str) -> Result<Result<String, UnusablePassword>, Fault> {
        let _permit = self
            .inner
            .passwords
            .acquire()
            .await
            .map_err(|_| Fault::Overloaded)?;
        let (password, salt) = (password.to_owned(), self.entropy().bytes());
        tokio::task::spawn_blocking(move || hash_password(&password, &salt))
            .await
            .map_err(|_| Fault::Overloaded)
    }

    /// Spends the same time for unknown names as for known ones, and never more of it at once than the machine can bear.
    pub(crate) async fn check_password(
        &self,
        stored: Option<String>,
        password: String,
    ) -> Result<bool, Fault> {
        let _permit = self
            .inner
            .passwords
            .acquire()
            .await
            .map_err(|_| Fault::Overloaded)?;
        tokio::task::spawn_blocking(move || match stored {
            Some(stored) => matches(&stored, &password),
            None => {
                let _same_time = matches(UNKNOWN, &password);
                false
            }
        })
        .await
        .map_err(|_| Fault::Overloaded)
    }
}

/// A hash nobody has the password of, with the parameters of ours, so that unknown names take as long as known ones.
const UNKNOWN: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm90LWEtcmVhbC1zYWx0IQ$4vJ9ZyK2kW0y3c1m0m4f5b6p7q8r9s0t1u2v3w4x5y4";

/// Whether a password fits a PHC string.
pub(crate) fn matches(stored: &str, password: &str) -> bool {
    password.len() <= LONGEST_PASSWORD
        && PasswordHash::new(stored).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        })
}

/// Most memory a hash from elsewhere may take, in KiB.
const MOST_MEMORY: u32 = 256 * 1024;

/// Most passes and lanes of a hash from elsewhere.
const MOST_PASSES: u32 = 16;

/// Whether a text is a PHC string of argon2 that can be checked within bounds: somebody else chose its parameters, and each check
/// costs what they say.
pub fn is_password_hash(text: &str) -> bool {
    let Ok(hash) = PasswordHash::new(text) else {
        return false;
    };
    argon2::Algorithm::try_from(hash.algorithm.as_str()).is_ok()
        && hash.salt.is_some()
        && hash.hash.is_some()
        && argon2::Params::try_from(&hash).is_ok_and(|parameters| {
            parameters.m_cost() <= MOST_MEMORY
                && parameters.t_cost() <= MOST_PASSES
                && parameters.p_cost() <= MOST_PASSES
        })
}

/// The PHC string of a password (argon2id with our parameters): 1 to 1024 bytes. The salt is 16 fresh random bytes.
pub fn hash_password(password: &str, salt: &[u8; 16]) -> Result<String, UnusablePassword> {
    if password.is_empty() || password.len() > LONGEST_PASSWORD {
        return Err(UnusablePassword(format!(
            "it must have 1 to {LONGEST_PASSWORD} bytes"
        )));
    }
    let unusable = |error: &dyn std::fmt::Display| UnusablePassword(error.to_string());
    let salt = base64::engine::general_purpose::STANDARD_NO_PAD.encode(salt);
    let salt = Salt::from_b64(&salt).map_err(|error| unusable(&error))?;
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt.as_ref())
        .map(|hash| hash.to_string())
        .map_err(|error| unusable(&error))
}

/// A password that cannot be hashed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be used: {0}")]
pub struct UnusablePassword(String);

/// The row of a credential that is over from now on.
pub(crate) fn revoked(row: &TokenRow, now: Timestamp) -> TokenRow {
    TokenRow {
        revoked_at: Some(now),
        version: row.version.saturating_add(1),
        ..row.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_that_nobody_has_the_password_of_can_be_checked_like_any_other() {
        // What cannot be read is refused at once, which would tell unknown names from known ones.
        assert!(is_password_hash(UNKNOWN));
        let parameters = |text: &str| text.split('$').take(4).collect::<Vec<_>>().join("$");
        let own = hash_password("a password of somebody", &[7; 16]).unwrap();
        assert_eq!(parameters(UNKNOWN), parameters(&own), "and costs the same");
    }
}
