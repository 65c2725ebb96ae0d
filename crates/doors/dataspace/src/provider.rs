//! Who we are in a dataspace: never taken from a request (dataspace-consent-protocol 3).

use consentry_ledger::dataspace::Provider;
use consentry_web::{
    error::{ApiError, registry},
    visit::Visit,
};

use crate::discovery::JWKS;

/// The provider of the tenant; 404 where the door is closed.
pub(crate) fn provider(visit: &Visit) -> Result<Provider, ApiError> {
    if visit.tenant.tenant.dataspace.base_domain.is_none() {
        return Err(ApiError::new(&registry::NOT_FOUND));
    }
    let issuer = visit.base_url();
    Ok(Provider {
        jwks_uri: format!("{issuer}{JWKS}"),
        login_issuer: visit.house.issuer(&visit.tenant),
        issuer,
    })
}
