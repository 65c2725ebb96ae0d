//! Secrets with which a first party makes consent links by itself (consent-tokens-and-preferences 3.4): making, changing and removing them.

use consentry_domain::credential::LinkSecret;
use consentry_store::{ChangeSet, ConfigurationKind, Expect, RowChange, RowKey};
use zeroize::Zeroizing;

use super::{ATTEMPTS, ManagePreferences, PreferenceError, check::Wrong};
use crate::{
    Ledger, Opaque, TenantSnapshot, access::Permit, error::Fault, once::Outcome, opaque,
    provision::change::put, sealing::SealBroken,
};

/// Most secrets of a tenant (17).
const MOST: usize = 300;

/// What somebody wants of a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkSecretWish {
    /// What it is called.
    pub name: Option<String>,
    /// What it is for; an empty text takes it away.
    pub description: Option<String>,
    /// Whether links made with it work.
    pub enabled: Option<bool>,
    /// The version that it is about.
    pub version: Option<u64>,
}

impl LinkSecretWish {
    fn lay_over(&self, secret: &mut LinkSecret) {
        if let Some(name) = &self.name {
            secret.name.clone_from(name);
        }
        if let Some(description) = &self.description {
            secret.description = Some(description.clone()).filter(|text| !text.is_empty());
        }
        if let Some(enabled) = self.enabled {
            secret.enabled = enabled;
        }
    }
}

/// The version of a secret's row.
pub fn link_secret_version(tenant: &TenantSnapshot, id: &str) -> u32 {
    let row = (ConfigurationKind::LinkSecret, id.to_owned());
    tenant.versions.get(&row).copied().unwrap_or_default()
}

/// The secret in clear.
pub(super) fn opened(tenant: &TenantSnapshot, secret: &LinkSecret) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let sealed = opaque::from_base64url(&secret.sealed).ok_or(SealBroken)?;
    Ok(tenant.keys.open_private_key(&place(&secret.id), &sealed)?)
}

fn place(id: &str) -> String {
    format!("link-secret/{id}")
}

impl Ledger {
    /// Makes a secret, and hands it out this once.
    pub async fn make_link_secret(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        wish: &LinkSecretWish,
    ) -> Result<(LinkSecret, Opaque), PreferenceError> {
        if tenant.link_secrets.len() >= MOST {
            return Err(PreferenceError::Invalid(vec![Wrong {
                index: None,
                path: String::new(),
                why: format!("there are {MOST} secrets already"),
            }]));
        }
        let id = self.fresh_id();
        let drawn = Opaque::draw(self.entropy(), "ls");
        let sealed = tenant
            .keys
            .seal_private_key(self.entropy(), &place(&id), drawn.expose().as_bytes());
        let now = self.now();
        let mut secret = LinkSecret {
            name: id.clone(),
            id,
            description: None,
            sealed: opaque::base64url(&sealed),
            enabled: true,
            created_at: now,
            updated_at: now,
        };
        wish.lay_over(&mut secret);
        tracing::info!(caller = ?permit.caller(), secret.id = %secret.id, "making a secret for consent links");
        let mut change = ChangeSet::new(tenant.id(), now);
        let kind = ConfigurationKind::LinkSecret;
        change
            .expect
            .push(Expect::Absent(RowKey::Configuration(kind, secret.id.clone())));
        change
            .rows
            .push(put(tenant.id(), kind, &secret.id, None, &secret)?);
        self.leads_to(Outcome::made(&secret.id));
        let _receipt = self.commit_asked(change).await.map_err(Fault::from)?;
        Ok((secret, drawn))
    }

    /// Changes what is said about a secret; it stays the same.
    pub async fn change_link_secret(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        id: &str,
        wish: &LinkSecretWish,
    ) -> Result<LinkSecret, PreferenceError> {
        tracing::info!(caller = ?permit.caller(), secret.id = %id, "changing a secret for consent links");
        let kind = ConfigurationKind::LinkSecret;
        for _ in 0..ATTEMPTS {
            let now = self.directory().tenant(tenant.id()).cloned();
            let now = now.ok_or(PreferenceError::NotFound)?;
            let known = now.link_secrets.get(id).ok_or(PreferenceError::NotFound)?;
            let version = link_secret_version(&now, id);
            if wish.version.is_some_and(|asked| asked != u64::from(version)) {
                return Err(PreferenceError::Conflict("the version is not the current one"));
            }
            let mut secret = known.clone();
            wish.lay_over(&mut secret);
            if secret == *known {
                return Ok(secret);
            }
            secret.updated_at = self.now();
            let mut change = ChangeSet::new(tenant.id(), secret.updated_at);
            change
                .expect
                .push(Expect::At(RowKey::Configuration(kind, id.to_owned()), version));
            change
                .rows
                .push(put(tenant.id(), kind, id, Some(version), &secret)?);
            if self.settle(change).await? {
                return Ok(secret);
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Removes a secret, and answers it as it was. Links made with it do nothing any more.
    pub async fn remove_link_secret(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ManagePreferences>,
        id: &str,
    ) -> Result<LinkSecret, PreferenceError> {
        tracing::info!(caller = ?permit.caller(), secret.id = %id, "removing a secret for consent links");
        let known = tenant.link_secrets.get(id).cloned();
        let known = known.ok_or(PreferenceError::NotFound)?;
        let mut change = ChangeSet::new(tenant.id(), self.now());
        let key = RowKey::Configuration(ConfigurationKind::LinkSecret, id.to_owned());
        change.rows.push(RowChange::Delete(key));
        let _receipt = self.commit(change).await.map_err(Fault::from)?;
        Ok(known)
    }
}
