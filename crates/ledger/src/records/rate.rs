//! How many requests the records door takes from one address (consent-api 14). Off unless the tenant sets it.

use std::net::IpAddr;

use crate::{
    ledger::Ledger,
    rates::{Quota, Rate, source},
    snapshot::TenantSnapshot,
};

impl Ledger {
    /// Counts a request at the records door; where the address has used up what the tenant allows, that is the
    /// error. None where nothing is bounded.
    pub fn count_records_request(
        &self,
        tenant: &TenantSnapshot,
        address: IpAddr,
    ) -> Result<Option<Quota>, Quota> {
        let Some(allowed) = tenant.tenant.records.requests_per_minute else {
            return Ok(None);
        };
        let (rate, source) = (Rate::RecordsRequests(allowed), source(address));
        self.inner
            .rates
            .take(tenant.id(), rate, &source, self.now())
            .map(Some)
    }
}
