//! What the bank's back end calls.

pub mod accounts;
pub mod consents;
pub mod credentials;
pub mod customer_jwt;
pub mod fdx;
pub mod token;
pub mod token_request;

use consentry_domain::tenant::TenantState;
use consentry_web::{
    error::{ApiError, registry},
    visit::Visit,
};

/// Refuses every request to a provider that is not enabled (A0.4).
pub fn serving(visit: &Visit) -> Result<(), ApiError> {
    if visit.tenant.tenant.state == TenantState::Enabled {
        Ok(())
    } else {
        Err(ApiError::new(&registry::PROVIDER_DISABLED))
    }
}
