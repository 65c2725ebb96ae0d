//! Who we are in a dataspace: never taken from a request (dataspace-consent-protocol 3).

use consentry_ledger::dataspace::Provider;
use consentry_web::{
    error::{ApiError, registry},
    visit::Visit,
};

use crate::discovery::JWKS;

/// 404 where the door is closed.
pub(crate) fn require_open(visit: &Visit) -> Result<(), ApiError> {
    let domain = &visit.tenant.tenant.dataspace.base_domain;
    domain
        .as_ref()
        .map(|_| ())
        .ok_or_else(|| ApiError::new(&registry::NOT_FOUND))
}

/// The provider of the tenant; 404 where the door is closed.
pub(crate) fn provider(visit: &Visit) -> Result<Provider, ApiError> {
    require_open(visit)?;
    let issuer = visit.base_url();
    Ok(Provider {
        jwks_uri: format!("{issuer}{JWKS}"),
        login_issuer: visit.house.issuer(&visit.tenant),
        issuer,
    })
}
