//! Which certificates the client believes. The peer's is for `peer.example`, valid until 2120, under a test root.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;

use consentry_egress::{Answer, Egress, EgressError, EgressPolicy, Lookup};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

struct Loopback;

impl Lookup for Loopback {
    fn lookup(&self, _name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        Box::pin(async { Ok(vec![Ipv4Addr::LOCALHOST.into()]) })
    }
}

/// Asks a TLS server for a page under that name.
async fn ask(name: &str, extra_roots: &str) -> Result<Answer, EgressError> {
    ask_trusting(name, extra_roots, None).await
}

/// As [`ask`], on a way that trusts authorities of its own.
async fn ask_trusting(name: &str, extra_roots: &str, own: Option<&str>) -> Result<Answer, EgressError> {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("certificates/peer.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("certificates/peer.key.pem")).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        // The client ends the handshake where it does not believe the certificate.
        let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await else {
            return;
        };
        let _ = stream.read(&mut [0; 4096]).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")
            .await
            .unwrap();
        stream.shutdown().await.unwrap();
    });
    let policy = EgressPolicy {
        exceptions: vec!["127.0.0.0/8".parse().unwrap()],
        extra_roots: extra_roots.to_owned(),
        ..EgressPolicy::default()
    };
    let mut egress = Egress::with_lookup(policy, Loopback).unwrap();
    if let Some(own) = own {
        let usual = egress;
        egress = usual.trusting(own).unwrap();
        for wrong in [
            "",
            "no certificate",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            assert!(
                matches!(usual.trusting(wrong), Err(EgressError::Setup(_))),
                "{wrong}"
            );
        }
    }
    let answer = egress.get(&format!("https://{name}:{port}/")).send().await;
    served.await.unwrap();
    answer
}

#[tokio::test]
async fn a_certificate_under_an_extra_root_is_believed_for_its_own_name_only() {
    let root = include_str!("certificates/root.pem");
    assert_eq!(ask("peer.example", root).await.unwrap().body, b"hello");
    assert_eq!(
        ask("other.example", root).await.unwrap_err(),
        EgressError::ConnectionFailed
    );
}

#[tokio::test]
async fn a_certificate_under_an_unknown_root_is_not_believed() {
    assert_eq!(
        ask("peer.example", "").await.unwrap_err(),
        EgressError::ConnectionFailed
    );
}

#[tokio::test]
async fn whk_21_authorities_of_an_endpoint_are_believed_on_its_way_alone() {
    let root = include_str!("certificates/root.pem");
    let answer = ask_trusting("peer.example", "", Some(root)).await.unwrap();
    assert_eq!(answer.body, b"hello");
    assert_eq!(
        ask_trusting("other.example", "", Some(root)).await.unwrap_err(),
        EgressError::ConnectionFailed
    );
    assert_eq!(
        ask("peer.example", "").await.unwrap_err(),
        EgressError::ConnectionFailed
    );
}
