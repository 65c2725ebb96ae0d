//! Changing settings of the door by the door itself (consent-tokens-and-preferences 10, 11.2). They are the tenant's, as the manifest has
//! them: there is no second place where they are.

use consentry_domain::{
    credential::{ApiCredential, Opens},
    tenant::PreferencesSettings,
};
use consentry_store::{ChangeSet, ConfigurationKind, Expect, RowKey};

use super::{ATTEMPTS, ManagePreferences, PreferenceError, check::Wrong};
use crate::{Ledger, TenantSnapshot, access::Permit, error::Fault, provision::change::put};

impl Ledger {
    /// Changes settings as `change` says, which is asked again where somebody else was faster; answers what they are then. Settings that
    /// cannot be served are refused.
    pub async fn change_preference_settings(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        change: impl Fn(&mut PreferencesSettings) -> Result<(), PreferenceError> + Send + Sync,
    ) -> Result<PreferencesSettings, PreferenceError> {
        let slug = &tenant.tenant.slug;
        tracing::info!(caller = ?permit.caller(), tenant = %slug, "changing settings of the preferences door");
        for _ in 0..ATTEMPTS {
            let directory = self.directory();
            let known = directory.tenant(tenant.id()).ok_or(PreferenceError::NotFound)?;
            let mut settings = known.tenant.clone();
            change(&mut settings.preferences)?;
            settings.check().map_err(|invalid| {
                PreferenceError::Invalid(vec![Wrong {
                    index: None,
                    path: invalid.key,
                    why: invalid.why.to_owned(),
                }])
            })?;
            if settings == known.tenant {
                return Ok(settings.preferences);
            }
            let kind = ConfigurationKind::Tenant;
            let version = known.versions.get(&(kind, slug.clone())).copied();
            let mut written = ChangeSet::new(tenant.id(), self.now());
            let key = RowKey::Configuration(kind, slug.clone());
            written.expect.push(match version {
                Some(version) => Expect::At(key, version),
                None => Expect::Absent(key),
            });
            written
                .rows
                .push(put(tenant.id(), kind, slug, version, &settings)?);
            if self.settle(written).await? {
                return Ok(settings.preferences);
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Switches an API key of the door off; sessions that it opened go on until their end (3.1). Switching one on is the operator's.
    pub async fn switch_api_key_off(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        id: &str,
    ) -> Result<ApiCredential, PreferenceError> {
        tracing::info!(caller = ?permit.caller(), key.id = id, "switching an API key off");
        for _ in 0..ATTEMPTS {
            let directory = self.directory();
            let known = directory.tenant(tenant.id()).ok_or(PreferenceError::NotFound)?;
            let key = known.api_credentials.get(id);
            let key = key.filter(|key| key.opens == Opens::Preferences);
            let mut key = key.ok_or(PreferenceError::NotFound)?.clone();
            if !key.enabled {
                return Ok(key);
            }
            key.enabled = false;
            let kind = ConfigurationKind::ApiCredential;
            let version = known.versions.get(&(kind, id.to_owned())).copied();
            let row = RowKey::Configuration(kind, id.to_owned());
            let mut written = ChangeSet::new(tenant.id(), self.now());
            written.expect.push(match version {
                Some(version) => Expect::At(row, version),
                None => Expect::Absent(row),
            });
            written.rows.push(put(tenant.id(), kind, id, version, &key)?);
            if self.settle(written).await? {
                return Ok(key);
            }
        }
        Err(Fault::Conflict.into())
    }
}
