//! What every handler is given: the ledger, and how this installation is reached from outside.

use std::{net::IpAddr, sync::Arc};

use consentry_ledger::{Fault, Ledger, TenantSnapshot};
use http::{HeaderMap, Uri, header};
use ipnet::IpNet;
use url::Url;

use crate::{
    credentials::Transport,
    error::{ApiError, registry},
    origin::Origin,
};

/// State of all handlers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct House {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    ledger: Ledger,
    public_url: Url,
    /// The same as text, without slash at the end.
    base_url: String,
    /// The same, as browsers name it.
    origin: Option<Origin>,
    trusted_proxies: Vec<IpNet>,
}

impl House {
    /// `public_url` is the address people and clients use; only its scheme, host and port count. `trusted_proxies` are the
    /// networks whose `X-Forwarded-For` is believed.
    pub fn new(ledger: Ledger, public_url: Url, trusted_proxies: Vec<IpNet>) -> Self {
        Self {
            inner: Arc::new(Inner {
                ledger,
                base_url: public_url.origin().ascii_serialization(),
                origin: Origin::of(&public_url),
                public_url,
                trusted_proxies,
            }),
        }
    }

    /// The ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.inner.ledger
    }

    /// The tenant whose host a request names.
    pub fn tenant_of(&self, uri: &Uri, headers: &HeaderMap) -> Option<Arc<TenantSnapshot>> {
        self.inner.ledger.tenant_for_host(host(uri, headers)?)
    }

    /// The public base address at one of a tenant's other hosts, which its settings name.
    pub fn base_url_at(&self, host: &str) -> String {
        format!("{}://{host}", self.inner.public_url.scheme())
    }

    /// Public base address of a tenant, without slash at the end. Never taken from a request: a tenant's first own host, or the
    /// installation's address.
    pub fn base_url(&self, tenant: &TenantSnapshot) -> String {
        match tenant.tenant.hosts.first() {
            Some(host) => self.base_url_at(host),
            None => self.inner.base_url.clone(),
        }
    }

    /// Issuer of a tenant (TPA-URL-03).
    pub fn issuer(&self, tenant: &TenantSnapshot) -> String {
        format!("{}/cis/oidc", self.base_url(tenant))
    }

    /// The tenant's own origin, as browsers name it.
    pub fn origin(&self, tenant: &TenantSnapshot) -> Option<Origin> {
        match tenant.tenant.hosts.first() {
            Some(host) => origin_of(&self.base_url_at(host)),
            None => self.inner.origin.clone(),
        }
    }

    /// How the site is reached, which decides the form of cookies.
    pub fn transport(&self) -> Transport {
        if self.inner.public_url.scheme() == "https" {
            Transport::Tls
        } else {
            Transport::PlainLoopback
        }
    }

    /// Whether what this peer says of its callers is believed: `X-Forwarded-For`, `traceparent`.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        // Where IPv6 is listened on, a peer of IPv4 comes in the clothes of IPv6.
        let peer = peer.to_canonical();
        self.inner
            .trusted_proxies
            .iter()
            .any(|network| network.contains(&peer))
    }
}

/// The origin of a base address, as browsers name it.
pub fn origin_of(base: &str) -> Option<Origin> {
    Url::parse(base).ok().as_ref().and_then(Origin::of)
}

/// The host that a request names, with port where it is not the usual one.
pub fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(header::HOST)?.to_str().ok(),
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        if fault.is_transient() {
            Self::new(&registry::UNAVAILABLE).retry_after(1).because(fault)
        } else {
            Self::internal(fault)
        }
    }
}
