//! Certificates whose keys sign tokens (consent-api 12.4). Nobody vouches for them but the operator who wrote them down, so no chain is
//! looked at; only their time counts.

use consentry_domain::Timestamp;
use consentry_jose::{Jwks, KeySet, encoding};
use serde_json::{Value, json};
use x509_parser::{pem::Pem, prelude::X509Certificate, public_key::PublicKey, time::ASN1Time};

/// Octets of a coordinate on P-256.
const COORDINATE: usize = 32;

/// Why certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum CertificateError {
    #[error("certificate {0} is no X.509 certificate in PEM")]
    Malformed(usize),
    #[error("the key of certificate {0} is neither RSA nor on P-256")]
    Key(usize),
    #[error("there is no certificate")]
    None,
    #[error(transparent)]
    Keys(#[from] consentry_jose::JwkError),
}

/// The keys of those that are valid now.
pub(super) fn keys(text: &str, now: Timestamp) -> Result<KeySet, CertificateError> {
    let mut keys = Vec::new();
    let mut count = 0;
    for pem in Pem::iter_from_buffer(text.as_bytes()) {
        count += 1;
        let pem = pem.map_err(|_| CertificateError::Malformed(count))?;
        let certificate = pem.parse_x509().map_err(|_| CertificateError::Malformed(count))?;
        let key = key(&certificate).ok_or(CertificateError::Key(count))?;
        if is_valid(&certificate, now) {
            keys.push(key);
        } else {
            tracing::warn!(number = count, "a certificate for tokens is not valid now");
        }
    }
    if count == 0 {
        return Err(CertificateError::None);
    }
    let keys = Jwks::parse(json!({ "keys": keys }).to_string())?;
    Ok(KeySet::unnamed(&keys))
}

fn is_valid(certificate: &X509Certificate<'_>, now: Timestamp) -> bool {
    ASN1Time::from_timestamp(now.as_seconds()).is_ok_and(|now| certificate.validity().is_valid_at(now))
}

/// The key as a JWK.
fn key(certificate: &X509Certificate<'_>) -> Option<Value> {
    let written = |bytes: &[u8]| encoding::encode(bytes);
    match certificate.public_key().parsed().ok()? {
        PublicKey::RSA(key) => Some(json!({
            "kty": "RSA",
            "n": written(unpadded(key.modulus)),
            "e": written(unpadded(key.exponent)),
        })),
        PublicKey::EC(point) => {
            let (form, coordinates) = point.data().split_first()?;
            let (x, y) = coordinates.split_at_checked(COORDINATE)?;
            (*form == 4 && y.len() == COORDINATE)
                .then(|| json!({ "kty": "EC", "crv": "P-256", "x": written(x), "y": written(y) }))
        }
        _ => None,
    }
}

/// DER puts a zero before a number whose first bit is set.
fn unpadded(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    &number[zeros..]
}
