//! The protected header of an encrypted token. Nothing here trusts what it reads.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::{ContentEncryption, DecryptError, KeyEncryption};
use crate::encoding;

/// Longest party information that is mixed into an agreed key, in bytes.
const MAX_PARTY_INFO: usize = 1024;

/// What a header says about opening its token.
#[derive(Debug)]
pub(super) struct Header {
    pub key: KeyEncryption,
    pub content: ContentEncryption,
    pub kid: Option<String>,
    /// The sender's ephemeral key, where one is agreed upon.
    pub ephemeral: Option<Point>,
    /// `apu` and `apv` (RFC 7518 sections 4.6.1.2 and 4.6.1.3), empty where absent.
    pub party_infos: [Vec<u8>; 2],
}

/// A public key on a curve.
#[derive(Debug)]
pub(super) struct Point {
    pub curve: Curve,
    /// Uncompressed: a tag and both coordinates.
    pub bytes: Vec<u8>,
}

/// A curve on which keys are agreed upon (RFC 7518 section 6.2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    pub const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// Octets of a coordinate.
    const fn coordinate_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// A member that is there twice is an error of the parser; unknown ones mean nothing (RFC 7516 section 4).
#[derive(Deserialize)]
struct Members {
    alg: String,
    enc: String,
    kid: Option<String>,
    epk: Option<Ephemeral>,
    apu: Option<String>,
    apv: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    #[serde(default, deserialize_with = "present")]
    zip: bool,
}

#[derive(Deserialize)]
struct Ephemeral {
    kty: String,
    crv: String,
    x: String,
    y: Option<String>,
    #[serde(default, deserialize_with = "present")]
    d: bool,
}

/// A member counts as present whatever its value.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl Header {
    pub(super) fn parse(json: &[u8]) -> Result<Self, DecryptError> {
        let members: Members = serde_json::from_slice(json).map_err(|_| DecryptError::Header)?;
        if members.crit || members.zip {
            return Err(DecryptError::Header);
        }
        Ok(Self {
            key: members.alg.parse().map_err(|_| DecryptError::Algorithm)?,
            content: members.enc.parse().map_err(|_| DecryptError::Algorithm)?,
            kid: members.kid,
            ephemeral: members.epk.as_ref().map(point).transpose()?,
            party_infos: [party_info(members.apu)?, party_info(members.apv)?],
        })
    }
}

fn point(key: &Ephemeral) -> Result<Point, DecryptError> {
    let curve = Curve::ALL.into_iter().find(|curve| curve.name() == key.crv);
    let curve = curve.filter(|_| key.kty == "EC" && !key.d);
    let (Some(curve), Some(y)) = (curve, &key.y) else {
        return Err(DecryptError::Header);
    };
    let mut bytes = vec![4];
    for coordinate in [&key.x, y] {
        let coordinate = encoding::decode(coordinate).map_err(|_| DecryptError::Header)?;
        if coordinate.len() != curve.coordinate_len() {
            return Err(DecryptError::Header);
        }
        bytes.extend(coordinate);
    }
    Ok(Point { curve, bytes })
}

fn party_info(text: Option<String>) -> Result<Vec<u8>, DecryptError> {
    let info = encoding::decode(text.unwrap_or_default()).map_err(|_| DecryptError::Header)?;
    if info.len() > MAX_PARTY_INFO {
        return Err(DecryptError::Header);
    }
    Ok(info)
}
