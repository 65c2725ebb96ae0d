//! `[signing_keys]`: when the keys that sign tokens are replaced.

use consentry_domain::Lifetime;
use consentry_ledger::key_rotation::KeyPlan;
use serde::{Deserialize, Serialize};

use super::ConfigurationError;

/// Ages of signing keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SigningKeysSection {
    /// Days that a key signs before the next one does; 0: it is never replaced.
    pub replace_days: u32,
    /// Hours that the next one is published before it signs. Whoever keeps a key set has to look again within that time.
    pub ahead_hours: u32,
    /// Hours that a key stays published after it signed last; longer where tokens live longer.
    pub stays_hours: u32,
}

impl Default for SigningKeysSection {
    fn default() -> Self {
        Self {
            replace_days: 90,
            ahead_hours: 24,
            stays_hours: 24,
        }
    }
}

impl SigningKeysSection {
    /// When keys are replaced; none: never.
    pub fn plan(&self) -> Result<Option<KeyPlan>, ConfigurationError> {
        if self.replace_days == 0 {
            return Ok(None);
        }
        let hours = |hours: u32| Lifetime::minutes(i64::from(hours).saturating_mul(60));
        let plan = KeyPlan {
            replace_after: Lifetime::days(self.replace_days.into()),
            ahead: hours(self.ahead_hours),
            stays: hours(self.stays_hours),
        };
        if self.ahead_hours == 0 || plan.ahead >= plan.replace_after {
            return Err(ConfigurationError::Value(
                "signing_keys.ahead_hours must be at least 1, and less than replace_days".to_owned(),
            ));
        }
        Ok(Some(plan))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_published_ahead_and_never_longer_than_others_sign() {
        let plan = |replace_days, ahead_hours| {
            let section = SigningKeysSection {
                replace_days,
                ahead_hours,
                ..SigningKeysSection::default()
            };
            section.plan()
        };
        assert_eq!(
            SigningKeysSection::default().plan().unwrap(),
            Some(KeyPlan::default())
        );
        assert_eq!(plan(0, 0).unwrap(), None);
        for (days, hours) in [(1, 0), (1, 24), (2, 100)] {
            let told = plan(days, hours).unwrap_err().to_string();
            assert!(told.starts_with("signing_keys.ahead_hours"), "{told}");
        }
    }
}
