//! `[tls]`: the certificate of the listener, and whether what is configured is safe to listen with.

use std::{net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{Configuration, ConfigurationError};
use crate::tls::CertificateFiles;

/// The certificate that the listener shows. Without one it speaks plain HTTP, for loopback or behind a proxy that ends TLS.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsSection {
    /// File with the certificate and those between it and its authority, PEM, the server's own first.
    pub certificate_file: Option<PathBuf>,
    /// File with the certificate's private key, PEM.
    pub key_file: Option<PathBuf>,
}

impl TlsSection {
    /// The files; none where the listener speaks plain HTTP.
    pub fn files(&self) -> Result<Option<CertificateFiles>, ConfigurationError> {
        match (&self.certificate_file, &self.key_file) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(CertificateFiles {
                certificate: certificate.clone(),
                key: key.clone(),
            })),
            _ => Err(ConfigurationError::Value(
                "tls.certificate_file and tls.key_file go together: one is there, the other is not"
                    .to_owned(),
            )),
        }
    }
}

impl Configuration {
    /// Whether people reach `address` over TLS, or nobody but this machine does. A proxy counts where it is known: it is
    /// what lets the addresses of people be told from its own.
    pub fn check_reach(&self, address: SocketAddr) -> Result<(), ConfigurationError> {
        let has_tls = self.tls.files()?.is_some();
        let public = self.server.public_url.as_ref();
        if has_tls && public.is_some_and(|public| public.scheme() != "https") {
            return Err(ConfigurationError::Value(
                "there is a certificate, and server.public_url is not https; set it to the https address that people use"
                    .to_owned(),
            ));
        }
        let is_behind_proxy = public.is_some_and(|public| public.scheme() == "https")
            && !self.server.trusted_proxies.is_empty();
        if address.ip().is_loopback() || has_tls || is_behind_proxy {
            return Ok(());
        }
        Err(ConfigurationError::Value(format!(
            "{address} is reached from other machines, and without https passwords and tokens would cross the network in the \
             clear; set tls.certificate_file and tls.key_file, or, where a proxy ends TLS, server.public_url to its https address \
             and server.trusted_proxies to where it connects from, or listen on 127.0.0.1"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(public: Option<&str>, proxies: &[&str], tls: bool) -> Configuration {
        let mut configuration = Configuration::default();
        configuration.server.public_url = public.map(|public| public.parse().unwrap());
        configuration.server.trusted_proxies = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        if tls {
            configuration.tls.certificate_file = Some("site.pem".into());
            configuration.tls.key_file = Some("site.key".into());
        }
        configuration
    }

    #[test]
    fn other_machines_reach_it_over_tls_only() {
        let everywhere: SocketAddr = "0.0.0.0:8080".parse().unwrap();
        let here: SocketAddr = "127.0.0.1:8080".parse().unwrap();
        let https = Some("https://consent.example");
        for (configuration, safe) in [
            (configured(None, &[], false), false),
            (configured(https, &[], false), false),
            (
                configured(Some("http://consent.example"), &["10.0.0.1"], false),
                false,
            ),
            (configured(None, &["10.0.0.1"], false), false),
            (configured(https, &["10.0.0.1"], false), true),
            (configured(None, &[], true), true),
            (configured(https, &[], true), true),
        ] {
            assert_eq!(
                configuration.check_reach(everywhere).is_ok(),
                safe,
                "{configuration:?}"
            );
            assert!(configuration.check_reach(here).is_ok(), "{configuration:?}");
        }
        let refused = configured(None, &[], false).check_reach(everywhere);
        let refused = refused.unwrap_err().to_string();
        for cure in ["tls.certificate_file", "server.trusted_proxies", "127.0.0.1"] {
            assert!(refused.contains(cure), "{refused}");
        }
        let contradiction = configured(Some("http://consent.example"), &[], true);
        assert!(contradiction.check_reach(here).is_err());
    }

    #[test]
    fn a_certificate_needs_its_key() {
        let mut section = TlsSection::default();
        assert!(section.files().unwrap().is_none());
        section.key_file = Some("site.key".into());
        assert!(section.files().unwrap_err().to_string().contains("go together"));
    }
}
