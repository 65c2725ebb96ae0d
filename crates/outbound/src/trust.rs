//! The way out to receivers with certificates of an authority of their own (WHK-21). Addresses are judged on it as on every other.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use consentry_domain::EndpointId;
use consentry_egress::{Egress, EgressError};
use consentry_ledger::webhooks::Endpoint;

/// The usual way, and those of endpoints that named authorities.
#[derive(Debug)]
pub(crate) struct WaysOut {
    usual: Arc<Egress>,
    own: Mutex<HashMap<EndpointId, (String, Arc<Egress>)>>,
}

impl WaysOut {
    pub(crate) fn new(usual: Arc<Egress>) -> Self {
        Self {
            usual,
            own: Mutex::default(),
        }
    }

    /// The way to everybody who named no authority.
    pub(crate) fn usual(&self) -> Arc<Egress> {
        Arc::clone(&self.usual)
    }

    /// The way to an endpoint's receiver.
    pub(crate) fn to(&self, endpoint: &Endpoint) -> Result<Arc<Egress>, EgressError> {
        let ca = &endpoint.settings.ca;
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if ca.is_empty() {
            own.remove(&endpoint.id);
            return Ok(Arc::clone(&self.usual));
        }
        if let Some((known, way)) = own.get(&endpoint.id)
            && known == ca
        {
            return Ok(Arc::clone(way));
        }
        let way = Arc::new(self.usual.trusting(ca)?);
        own.insert(endpoint.id, (ca.clone(), Arc::clone(&way)));
        Ok(way)
    }

    /// Forgets an endpoint that is gone.
    pub(crate) fn forget(&self, endpoint: EndpointId) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.remove(&endpoint);
    }
}
