//! A data provider's back end proves who it is (consent-dashboard A1, A2.1).

use std::net::IpAddr;

use consentry_domain::{
    Timestamp,
    client::StoredSecret,
    credential::{ApiCredential, Opens},
};
use subtle::ConstantTimeEq;

use crate::{
    Caller, Ledger, TenantSnapshot, opaque,
    rates::{Rate, source},
};

/// A back end that proved itself with an API credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    client_id: String,
    secret: SecretId,
}

impl Provider {
    pub(super) fn new(client_id: &str, secret: &StoredSecret) -> Self {
        Self {
            client_id: client_id.to_owned(),
            secret: SecretId::of(secret),
        }
    }

    /// As a caller.
    pub fn caller(&self) -> Caller {
        Caller::DataProvider {
            credential: self.client_id.clone(),
        }
    }

    /// `client_id` of the credential.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) const fn secret(&self) -> &SecretId {
        &self.secret
    }
}

/// Which of a credential's secrets, by the beginning of its digest. Tokens remember it, so that removing a secret voids them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct SecretId(String);

impl SecretId {
    fn of(secret: &StoredSecret) -> Self {
        Self(secret.sha256.chars().take(16).collect())
    }

    /// Whether this secret is still one of the live ones of an enabled credential.
    pub(crate) fn is_live(&self, tenant: &TenantSnapshot, client_id: &str, now: Timestamp) -> bool {
        tenant
            .api_credentials
            .get(client_id)
            .filter(|credential| credential.enabled)
            .is_some_and(|credential| live(credential, now).any(|secret| Self::of(secret) == *self))
    }
}

/// Why a back end was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// Unknown id, wrong secret or a disabled credential: one answer for all.
    #[error("unknown client or wrong secret")]
    Wrong,
    /// Too many requests or too many failures.
    #[error("too many requests; wait {seconds} s")]
    TooMany {
        /// Seconds until the next one is looked at.
        seconds: i64,
    },
}

impl Ledger {
    /// Checks an API credential. Failures count for the address, successes for the credential.
    pub fn authenticate_provider(
        &self,
        tenant: &TenantSnapshot,
        client_id: &str,
        secret: &str,
        address: IpAddr,
    ) -> Result<Provider, ProviderError> {
        let now = self.now();
        let rates = &self.inner.rates;
        let source = source(address);
        if let Some(seconds) = rates.wait(tenant.id(), Rate::WrongCredentials, &source, now) {
            return Err(ProviderError::TooMany { seconds });
        }
        let given = opaque::hash_text(secret);
        let credential = tenant
            .api_credentials
            .get(client_id)
            .filter(|credential| credential.enabled && credential.opens == Opens::Dashboard);
        let Some(secret) = matching(credential, &given, now) else {
            rates.count(tenant.id(), Rate::WrongCredentials, &source, now);
            return Err(ProviderError::Wrong);
        };
        rates
            .take(tenant.id(), Rate::ProviderRequests, client_id, now)
            .map_err(|quota| ProviderError::TooMany {
                seconds: quota.more_in,
            })?;
        Ok(Provider {
            client_id: client_id.to_owned(),
            secret,
        })
    }

    /// Counts a request that brought no usable credential as a failure of its address.
    pub fn refuse_provider(&self, tenant: &TenantSnapshot, address: IpAddr) -> ProviderError {
        let now = self.now();
        let source = source(address);
        match self
            .inner
            .rates
            .take(tenant.id(), Rate::WrongCredentials, &source, now)
        {
            Ok(_counted) => ProviderError::Wrong,
            Err(quota) => ProviderError::TooMany {
                seconds: quota.more_in,
            },
        }
    }
}

/// Whether a secret, by its digest, is one of the live ones of a credential.
pub(crate) fn matching_secret(credential: Option<&ApiCredential>, given: &str, now: Timestamp) -> bool {
    matching(credential, given, now).is_some()
}

pub(super) fn live(credential: &ApiCredential, now: Timestamp) -> impl Iterator<Item = &StoredSecret> {
    credential
        .secrets
        .iter()
        .filter(move |secret| secret.expires_at.is_none_or(|until| now < until))
}

/// Compares with every live secret in constant time; an unknown credential costs as much as a known one.
fn matching(credential: Option<&ApiCredential>, given: &str, now: Timestamp) -> Option<SecretId> {
    // Base64url of 32 bytes that nobody knows a preimage of.
    const NOBODYS: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let Some(credential) = credential else {
        let _same_work: bool = NOBODYS.as_bytes().ct_eq(given.as_bytes()).into();
        return None;
    };
    live(credential, now).fold(None, |found, secret| {
        let equal: bool = secret.sha256.as_bytes().ct_eq(given.as_bytes()).into();
        if equal { Some(SecretId::of(secret)) } else { found }
    })
}
