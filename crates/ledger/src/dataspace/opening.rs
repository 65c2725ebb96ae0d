//! Keys with which whoever the operator chose asks about tokens, for any data source (dataspace-consent-protocol 11.3).

use std::net::IpAddr;

use consentry_domain::credential::Opens;

use crate::{
    Ledger, TenantSnapshot,
    embed::matching_secret,
    opaque,
    rates::{Rate, source},
};

/// Why a key does not open introspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// Unknown key, wrong secret, a disabled key or one for something else: one answer for all.
    #[error("unknown key or wrong secret")]
    Wrong,
    /// Too many failures of this address.
    #[error("too many failures; wait {seconds} s")]
    TooMany {
        /// Seconds until the next one is looked at.
        seconds: i64,
    },
}

impl Ledger {
    /// Whether an API key opens introspection. Failures count for the address.
    pub fn open_introspection(
        &self,
        tenant: &TenantSnapshot,
        (key, secret): (&str, &str),
        address: IpAddr,
    ) -> Result<(), OpeningError> {
        let now = self.now();
        let (rates, source) = (&self.inner.rates, source(address));
        if let Some(seconds) = rates.wait(tenant.id(), Rate::WrongCredentials, &source, now) {
            return Err(OpeningError::TooMany { seconds });
        }
        let credential = tenant
            .api_credentials
            .get(key)
            .filter(|credential| credential.enabled && credential.opens == Opens::Dataspace);
        if !matching_secret(credential, &opaque::hash_text(secret), now) {
            rates.count(tenant.id(), Rate::WrongCredentials, &source, now);
            return Err(OpeningError::Wrong);
        }
        Ok(())
    }
}
