//! From names to addresses that may be reached. The connection goes to the very addresses that were checked here.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::error::EgressError;
use crate::policy::{EgressPolicy, Transport};

/// A way to look up names. What it answers is checked; it decides nothing.
pub trait Lookup: Send + Sync + 'static {
    /// All addresses of the name.
    fn lookup(&self, name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
}

/// The operating system's name service.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((name, 0)).await?;
            Ok(addresses.map(|address| address.ip()).collect())
        })
    }
}

impl<L: Lookup + ?Sized> Lookup for Arc<L> {
    fn lookup(&self, name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        L::lookup(self, name)
    }
}

/// Gives the client nothing but admitted addresses.
pub(crate) struct CheckedResolver {
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) policy: Arc<EgressPolicy>,
    pub(crate) transport: Transport,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.lookup.lookup(name.as_str().to_owned());
        let (policy, transport) = (Arc::clone(&self.policy), self.transport);
        Box::pin(async move {
            let addresses = addresses.await.map_err(|_| EgressError::NameUnresolved)?;
            if addresses.is_empty() {
                return Err(EgressError::NameUnresolved.into());
            }
            // One refused address refuses the name: a name that is half inside is how rebinding begins.
            for address in &addresses {
                policy.admit(*address, transport)?;
            }
            let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
