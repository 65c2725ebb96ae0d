//! TLS toward servers of the operator: the system's authorities, or the ones that were named and no others.

use std::sync::Arc;

use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_rustls::rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject as _},
};

/// What connections are made with, or why there can be none.
pub(crate) fn client(roots: Option<&str>) -> Result<ClientConfig, String> {
    let setup = |error: &dyn std::fmt::Display| format!("TLS cannot be set up: {error}");
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| setup(&error))?;
    Ok(match roots {
        None => builder
            .with_platform_verifier()
            .map_err(|error| setup(&error))?
            .with_no_client_auth(),
        Some(pem) => builder
            .with_root_certificates(authorities(pem)?)
            .with_no_client_auth(),
    })
}

fn authorities(pem: &str) -> Result<RootCertStore, String> {
    let unreadable = || "the authorities must be PEM certificates".to_owned();
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| unreadable())?;
        store.add(certificate).map_err(|_| unreadable())?;
    }
    if store.is_empty() {
        Err(unreadable())
    } else {
        Ok(store)
    }
}
