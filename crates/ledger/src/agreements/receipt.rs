//! What a person takes home: a document that the tenant signs (consent-dashboard B6.5).

use consentry_jose::Algorithm;
use serde_json::Value;

use crate::{Ledger, TenantSnapshot, error::Fault};

/// What the header of a signed document calls it.
const TYPE: &str = "consentry-receipt+jwt";

impl Ledger {
    /// Signs a document with the key of the tenant, as a compact JWS over its JSON; the key is among those that the tenant publishes.
    pub fn sign_receipt(&self, tenant: &TenantSnapshot, document: &Value) -> Result<String, Fault> {
        let key = tenant.key_ring.signer(Algorithm::Es256)?;
        key.sign(&key.header(Some(TYPE)), document)
            .map_err(|error| Fault::Signing(error.to_string()))
    }
}
