//! The certificate of the listener: read from files, judged, and read again while connections go on.
//!
//! What lives here: which certificate is shown. What may not: accepting connections, which is the listener's.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use aws_lc_rs::digest::{SHA256, digest};
use consentry_domain::Timestamp;
use consentry_ledger::Clock;
use tokio::signal::unix::Signal;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        crypto::aws_lc_rs::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    },
};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// How often the files are looked at without being told to.
const EVERY: Duration = Duration::from_secs(30);

/// Where a certificate and its key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate and those between it and its authority, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// Why a certificate cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: std::io::Error,
    },
    /// A file has not what it should have.
    #[error("{path} has no {what} in PEM")]
    Nothing {
        /// Which file.
        path: PathBuf,
        /// What is missing.
        what: &'static str,
    },
    /// It is over, or has not begun.
    #[error("the certificate in {path} counts from {from} to {until} only")]
    Time {
        /// Which file.
        path: PathBuf,
        /// When it begins.
        from: String,
        /// When it ends.
        until: String,
    },
    /// It is none, or the key is another one's.
    #[error("the certificate in {path} cannot be shown: {why}")]
    Unfit {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

/// What a certificate says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Second in Unix time when it begins.
    pub from: i64,
    /// Second in Unix time when it ends.
    pub until: i64,
    /// Host names it is for; a first label `*` stands for any.
    pub names: Vec<String>,
}

impl CertificateFacts {
    /// Whether it counts at a moment.
    pub const fn counts(&self, now: Timestamp) -> bool {
        let now = now.as_seconds();
        self.from <= now && now <= self.until
    }

    /// Whether it is for a host name.
    pub fn covers(&self, host: &str) -> bool {
        self.names.iter().any(|name| {
            name.eq_ignore_ascii_case(host)
                || name.strip_prefix("*.").is_some_and(|rest| {
                    host.split_once('.')
                        .is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(rest))
                })
        })
    }
}

/// What looking at the files again has led to.
#[derive(Debug)]
#[must_use]
pub enum Looked {
    /// They are what they were.
    Unchanged,
    /// New connections are shown what is in them now.
    Replaced(CertificateFacts),
    /// What is in them now cannot be shown; the certificate before goes on.
    Kept(CertificateError),
}

/// The certificate in force. Connections that are open keep the one they began with.
#[derive(Clone)]
pub struct Certificates(Arc<Inner>);

struct Inner {
    files: CertificateFiles,
    current: ArcSwap<ServerConfig>,
    /// Digest of what was looked at last, fit or not, so that each state is told once.
    looked_at: Mutex<Vec<u8>>,
}

impl Certificates {
    /// Reads the files. One that is over is taken, since a server that people are warned of is better than none; the
    /// facts tell.
    pub fn read(files: CertificateFiles) -> Result<(Self, CertificateFacts), CertificateError> {
        let bytes = Bytes::read(&files)?;
        let (config, facts) = bytes.judge(&files)?;
        let certificates = Inner {
            current: ArcSwap::from_pointee(config),
            looked_at: Mutex::new(bytes.digest()),
            files,
        };
        Ok((Self(Arc::new(certificates)), facts))
    }

    /// Begins TLS on new connections with the certificate in force.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.0.current.load_full())
    }

    /// Reads the files again.
    pub fn look(&self, now: Timestamp) -> Looked {
        let bytes = match Bytes::read(&self.0.files) {
            Ok(bytes) => bytes,
            Err(error) => {
                // A file that is away looks like nothing else.
                return if self.is_new(Vec::new()) {
                    Looked::Kept(error)
                } else {
                    Looked::Unchanged
                };
            }
        };
        if !self.is_new(bytes.digest()) {
            return Looked::Unchanged;
        }
        match bytes.judge(&self.0.files) {
            Ok((config, facts)) if facts.counts(now) => {
                self.0.current.store(Arc::new(config));
                Looked::Replaced(facts)
            }
            Ok((_, facts)) => Looked::Kept(CertificateError::Time {
                path: self.0.files.certificate.clone(),
                from: shown(facts.from),
                until: shown(facts.until),
            }),
            Err(error) => Looked::Kept(error),
        }
    }

    fn is_new(&self, digest: Vec<u8>) -> bool {
        let mut before = self.0.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = *before != digest;
        *before = digest;
        is_new
    }
}

/// Looks at the files whenever `hangup` is told, and every half minute; for ever.
#[expect(
    clippy::disallowed_methods,
    reason = "looking at files from time to time is a schedule"
)]
pub(crate) async fn follow(certificates: Option<Certificates>, clock: Arc<dyn Clock>, mut hangup: Signal) {
    let Some(certificates) = certificates else {
        while hangup.recv().await.is_some() {
            tracing::info!("SIGHUP reads the certificate again, and there is none here");
        }
        return;
    };
    loop {
        let told = tokio::select! {
            told = hangup.recv() => told.is_some(),
            () = tokio::time::sleep(EVERY) => false,
        };
        match certificates.look(clock.now()) {
            Looked::Unchanged if told => tracing::info!("the certificate is what it was"),
            Looked::Unchanged => {}
            Looked::Replaced(facts) => {
                tracing::info!(until = %shown(facts.until), "new connections are shown another certificate");
            }
            Looked::Kept(error) => tracing::error!(%error, "the certificate stays the one before"),
        }
    }
}

/// A second in Unix time, as people read it.
pub(crate) fn shown(second: i64) -> String {
    jiff::Timestamp::from_second(second).map_or_else(|_| second.to_string(), |moment| moment.to_string())
}

/// What the two files hold.
struct Bytes {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Bytes {
    fn read(files: &CertificateFiles) -> Result<Self, CertificateError> {
        Ok(Self {
            certificate: file(&files.certificate)?,
            key: file(&files.key)?,
        })
    }

    fn digest(&self) -> Vec<u8> {
        let each = [&self.certificate, &self.key].map(|bytes| digest(&SHA256, bytes));
        each.iter().flat_map(|digest| digest.as_ref().to_vec()).collect()
    }

    fn judge(&self, files: &CertificateFiles) -> Result<(ServerConfig, CertificateFacts), CertificateError> {
        let path = || files.certificate.clone();
        let unfit = |why: String| CertificateError::Unfit { path: path(), why };
        let nothing = |path: &Path, what| CertificateError::Nothing {
            path: path.to_owned(),
            what,
        };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&self.certificate)
            .collect::<Result<_, _>>()
            .map_err(|error| unfit(error.to_string()))?;
        let own = chain
            .first()
            .ok_or_else(|| nothing(&files.certificate, "certificate"))?;
        let facts = facts(own).map_err(unfit)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| nothing(&files.key, "private key"))?;
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|error| match error {
                rustls::Error::InconsistentKeys(_) => {
                    unfit(format!("the key in {} is another one's", files.key.display()))
                }
                other => unfit(other.to_string()),
            })?;
        let mut config = config;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok((config, facts))
    }
}

fn facts(certificate: &CertificateDer<'_>) -> Result<CertificateFacts, String> {
    let (_, read) = X509Certificate::from_der(certificate).map_err(|error| error.to_string())?;
    let validity = read.validity();
    let names = read
        .subject_alternative_name()
        .map_err(|error| error.to_string())?;
    let names = names.iter().flat_map(|names| &names.value.general_names);
    Ok(CertificateFacts {
        from: validity.not_before.timestamp(),
        until: validity.not_after.timestamp(),
        names: names
            .filter_map(|name| match name {
                GeneralName::DNSName(name) => Some((*name).to_owned()),
                GeneralName::IPAddress(bytes) => address(bytes),
                _ => None,
            })
            .collect(),
    })
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(sixteen).to_string())
}

fn file(path: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(path).map_err(|source| CertificateError::File {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests;
