//! What an operator says about NATS, and what becomes of it before the first connection.

use std::time::Duration;

use secrecy::SecretString;
use tokio_rustls::rustls::ClientConfig;
use url::Url;

use super::error::NatsError;
use crate::tls;

/// A server or the servers of a cluster, and who we are there.
#[derive(Clone, Debug)]
pub struct NatsSettings {
    /// `nats://host` or `tls://host`, with a port where it is not 4222; several of one cluster.
    pub servers: Vec<String>,
    /// Who we are.
    pub account: NatsAccount,
    /// PEM certificates of the authorities that are believed, and no others; none means the system's. Where they are given, nothing
    /// goes without TLS.
    pub roots: Option<String>,
    /// Longest time for connecting, for a question, and for an acknowledgement.
    pub deadline: Duration,
}

/// Who we are at a NATS server.
#[derive(Clone, Debug)]
pub enum NatsAccount {
    /// Nobody in particular.
    Anonymous,
    /// A user with a password.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: SecretString,
    },
}

/// The servers, ready to be connected to.
pub(super) struct Target {
    pub(super) servers: Vec<async_nats::ServerAddr>,
    pub(super) tls: Option<ClientConfig>,
}

impl NatsSettings {
    /// Judges the settings without any network.
    pub(super) fn target(&self) -> Result<Target, NatsError> {
        let refused = |why: &str| NatsError::Setup(why.to_owned());
        if self.servers.is_empty() {
            return Err(refused("urls must name a server"));
        }
        if self.deadline.is_zero() {
            return Err(refused("deadline_seconds must be at least 1"));
        }
        let mut wants_tls = self.roots.is_some();
        let mut servers = Vec::new();
        for text in &self.servers {
            let form = || refused("urls must be nats://host or tls://host");
            let url = Url::parse(text).map_err(|_| form())?;
            let is_bare = url.username().is_empty()
                && url.password().is_none()
                && matches!(url.path(), "" | "/")
                && url.query().is_none()
                && url.fragment().is_none();
            if url.host_str().unwrap_or_default().is_empty() || !matches!(url.scheme(), "nats" | "tls") {
                return Err(form());
            }
            if !is_bare {
                return Err(refused(
                    "urls must name a host, perhaps a port, and nothing else; secrets belong into files",
                ));
            }
            wants_tls |= url.scheme() == "tls";
            servers.push(text.parse().map_err(|_| form())?);
        }
        let tls = wants_tls.then(|| tls::client(self.roots.as_deref()));
        Ok(Target {
            servers,
            tls: tls.transpose().map_err(NatsError::Setup)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(servers: &[&str]) -> NatsSettings {
        NatsSettings {
            servers: servers.iter().map(|server| (*server).to_owned()).collect(),
            account: NatsAccount::Anonymous,
            roots: None,
            deadline: Duration::from_secs(5),
        }
    }

    #[test]
    fn servers_are_addresses_without_secrets() {
        let judged = |servers: &[&str]| settings(servers).target();
        let target = judged(&["nats://a.example", "nats://b.example:4223"]).unwrap();
        assert_eq!((target.servers.len(), target.tls.is_some()), (2, false));
        assert!(
            judged(&["nats://a.example", "tls://b.example"])
                .unwrap()
                .tls
                .is_some()
        );
        for wrong in [
            &[][..],
            &["a.example"],
            &["http://a.example"],
            &["nats://"],
            &["nats://me:secret@a.example"],
            &["nats://a.example/x"],
        ] {
            let error = judged(wrong).err().unwrap().to_string();
            assert!(
                error.starts_with("urls must") && !error.contains("secret@"),
                "{error}"
            );
        }
    }
}
