//! A certificate authority of one test.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};

/// The authority. Its key never leaves memory.
#[derive(Debug)]
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What a server needs to prove its name; all PEM.
#[derive(Debug, Clone)]
pub struct ServerCertificate {
    /// Certificate of the authority.
    pub authority: String,
    /// Certificate of the server.
    pub certificate: String,
    /// Private key of the server.
    pub key: String,
}

impl Authority {
    /// A new one.
    #[expect(clippy::new_without_default, reason = "each is another one")]
    pub fn new() -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(parameters, key).unwrap())
    }

    /// Certificate of the authority, PEM.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a host name or an address.
    pub fn certificate(&self, name: &str) -> ServerCertificate {
        self.sign(CertificateParams::new([name.to_owned()]).unwrap())
    }

    /// A certificate whose time is over.
    pub fn expired_certificate(&self, name: &str) -> ServerCertificate {
        let mut parameters = CertificateParams::new([name.to_owned()]).unwrap();
        parameters.not_after = date_time_ymd(2020, 1, 1);
        self.sign(parameters)
    }

    fn sign(&self, parameters: CertificateParams) -> ServerCertificate {
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.0).unwrap();
        ServerCertificate {
            authority: self.pem(),
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}
