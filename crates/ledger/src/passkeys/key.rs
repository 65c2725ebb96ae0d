//! The public key of a passkey: read from COSE (RFC 9053), and checked against.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use serde::{Deserialize, Serialize};

use super::cbor::{Item, Malformed, Reader};
use crate::opaque::{base64url, from_base64url};

/// COSE's names of the algorithms that may sign, the one we like best first: ES256, EdDSA on Ed25519, RS256.
pub const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];

const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// Labels and values of COSE keys (RFC 9052, 7; RFC 9053, 7; RFC 8230, 4).
const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;
const P_256: i64 = 1;
const ED25519_CURVE: i64 = 6;

/// A public key as it is kept. Numbers are base64url, without leading zeros where they are RSA's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alg")]
pub(super) enum PublicKey {
    /// ECDSA on P-256 with SHA-256; the point, uncompressed.
    #[serde(rename = "ES256")]
    Es256 { point: String },
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa { key: String },
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256 { n: String, e: String },
}

/// What a COSE key says: the pairs that matter here.
#[derive(Debug, Default)]
struct Said<'a> {
    kind: Option<i64>,
    algorithm: Option<i64>,
    curve: Option<i64>,
    /// -1 where it is bytes (RSA's modulus).
    first: Option<&'a [u8]>,
    second: Option<&'a [u8]>,
    third: Option<&'a [u8]>,
}

impl PublicKey {
    /// Reads the key that comes next. It is refused where it is no key of its algorithm.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut said = Said::default();
        for _ in 0..reader.map()? {
            let Item::Number(label) = reader.item()? else {
                return Err(Malformed);
            };
            match (label, reader.item()?) {
                (KEY_TYPE, Item::Number(kind)) => said.kind = Some(kind),
                (ALGORITHM, Item::Number(algorithm)) => said.algorithm = Some(algorithm),
                (-1, Item::Number(curve)) => said.curve = Some(curve),
                (-1, Item::Bytes(bytes)) => said.first = Some(bytes),
                (-2, Item::Bytes(bytes)) => said.second = Some(bytes),
                (-3, Item::Bytes(bytes)) => said.third = Some(bytes),
                (_, Item::Number(_) | Item::Bytes(_) | Item::Text(_) | Item::Simple) => {}
                (_, Item::Array(_) | Item::Map(_)) => return Err(Malformed),
            }
        }
        let key = match said {
            Said {
                kind: Some(EC2),
                algorithm: Some(ES256),
                curve: Some(P_256),
                second: Some(x),
                third: Some(y),
                ..
            } if x.len() == 32 && y.len() == 32 => Self::Es256 {
                point: base64url(&[&[4], x, y].concat()),
            },
            Said {
                kind: Some(OKP),
                algorithm: Some(EDDSA),
                curve: Some(ED25519_CURVE),
                second: Some(x),
                ..
            } if x.len() == 32 => Self::EdDsa { key: base64url(x) },
            Said {
                kind: Some(RSA),
                algorithm: Some(RS256),
                first: Some(n),
                second: Some(e),
                ..
            } => Self::Rs256 {
                n: base64url(n),
                e: base64url(e),
            },
            _ => return Err(Malformed),
        };
        key.parsed().map(|_| key)
    }

    fn parsed(&self) -> Result<ParsedPublicKey, Malformed> {
        let bytes = |text: &str| from_base64url(text).ok_or(Malformed);
        let key = match self {
            Self::Es256 { point } => ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, bytes(point)?),
            Self::EdDsa { key } => ParsedPublicKey::new(&ED25519, bytes(key)?),
            Self::Rs256 { n, e } => RsaPublicKeyComponents {
                n: bytes(n)?,
                e: bytes(e)?,
            }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256),
        };
        key.map_err(|_| Malformed)
    }

    /// Whether a signature of these bytes is by this key.
    pub(super) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        self.parsed()
            .is_ok_and(|key| key.verify_sig(signed, signature).is_ok())
    }
}
