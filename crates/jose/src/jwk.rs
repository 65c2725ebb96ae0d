//! Public JSON Web Keys and sets of them (RFC 7517, RFC 7518 section 6), and thumbprints (RFC 7638).
//!
//! Only public members live here: a private or symmetric member is an error when read, and there is no place to keep
//! one. Whether a key may verify a signature is decided in `verifying`.

use aws_lc_rs::digest;
use serde::de::{self, Deserializer};
use serde::ser::{SerializeMap as _, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::encoding;

/// At most this many entries of a set are read; the rest is ignored.
pub const MAX_KEYS: usize = 100;

/// Members that carry private or secret parts (RFC 7518 sections 6.2.2, 6.3.2, 6.4.1).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Octets of a coordinate on P-256.
const P256_COORDINATE_LEN: usize = 32;

/// A public key as JSON, of type `RSA` or `EC` on P-256. Members are canonical, so equal keys have equal thumbprints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    material: Material,
    kid: Option<String>,
    alg: Option<String>,
    intended_use: Option<String>,
    key_ops: Option<Vec<String>>,
}

/// The key types that can be read (RFC 7518 section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// `RSA`.
    Rsa,
    /// `EC` with `crv` `P-256`.
    EcP256,
}

/// The public members, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    EcP256 { x: Vec<u8>, y: Vec<u8> },
}

/// Why a JSON value is not a public key of the house.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// The value is not JSON, not an object, or a set without an array `keys`.
    #[error("the key is not a JSON object of the expected shape")]
    NotAnObject,
    /// The key has a private or symmetric member. The value itself is never repeated.
    #[error("the key has the private member `{0}`")]
    PrivateMember(&'static str),
    /// A required member is missing.
    #[error("the key lacks the member `{0}`")]
    MissingMember(&'static str),
    /// A member has the wrong type, is not canonical base64url, has leading zeros or a wrong length.
    #[error("the key member `{0}` is malformed")]
    MalformedMember(&'static str),
    /// `kty` or `crv` names something else than RSA or P-256.
    #[error("the key type or curve is not supported")]
    Unsupported,
}

impl JwkError {
    /// Stable code for answers, logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAnObject => "jwk_malformed",
            Self::PrivateMember(_) => "jwk_private_member",
            Self::MissingMember(_) => "jwk_member_missing",
            Self::MalformedMember(_) => "jwk_member_malformed",
            Self::Unsupported => "jwk_unsupported",
        }
    }
}

impl Jwk {
    pub(crate) fn new(material: Material) -> Self {
        Self {
            material,
            kid: None,
            alg: None,
            intended_use: None,
            key_ops: None,
        }
    }

    /// The same key marked as a signature key: `use` is `sig`, `alg` as given, `kid` the thumbprint.
    pub(crate) fn for_signatures(mut self, alg: &str) -> Self {
        self.kid = Some(self.thumbprint());
        self.alg = Some(alg.to_owned());
        self.intended_use = Some("sig".to_owned());
        self
    }

    /// Reads a key from JSON text.
    pub fn parse(json: impl AsRef<[u8]>) -> Result<Self, JwkError> {
        let value = serde_json::from_slice(json.as_ref()).map_err(|_| JwkError::NotAnObject)?;
        Self::from_value(&value)
    }

    /// Reads a key from a JSON value. Unknown members are ignored, private ones refused (RFC 7517 section 4).
    pub fn from_value(value: &Value) -> Result<Self, JwkError> {
        let members = value.as_object().ok_or(JwkError::NotAnObject)?;
        if let Some(private) = private_member(members) {
            return Err(JwkError::PrivateMember(private));
        }
        let material = match text(members, "kty")?.ok_or(JwkError::MissingMember("kty"))? {
            "RSA" => Material::Rsa {
                n: unsigned_integer(members, "n")?,
                e: unsigned_integer(members, "e")?,
            },
            "EC" => {
                if text(members, "crv")?.ok_or(JwkError::MissingMember("crv"))? != "P-256" {
                    return Err(JwkError::Unsupported);
                }
                Material::EcP256 {
                    x: coordinate(members, "x")?,
                    y: coordinate(members, "y")?,
                }
            }
            _ => return Err(JwkError::Unsupported),
        };
        let owned = |name| text(members, name).map(|value| value.map(str::to_owned));
        Ok(Self {
            material,
            kid: owned("kid")?,
            alg: owned("alg")?,
            intended_use: owned("use")?,
            key_ops: key_operations(members)?,
        })
    }

    /// The key type.
    pub const fn key_type(&self) -> KeyType {
        match self.material {
            Material::Rsa { .. } => KeyType::Rsa,
            Material::EcP256 { .. } => KeyType::EcP256,
        }
    }

    /// `kid` as written by the key's owner.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// `alg` as written by the key's owner; need not be an algorithm of the house.
    pub fn alg(&self) -> Option<&str> {
        self.alg.as_deref()
    }

    /// `use`: `sig`, `enc` or something registered later.
    pub fn intended_use(&self) -> Option<&str> {
        self.intended_use.as_deref()
    }

    /// `key_ops`, if present.
    pub fn key_ops(&self) -> Option<&[String]> {
        self.key_ops.as_deref()
    }

    /// The SHA-256 thumbprint as base64url, 43 characters (RFC 7638 section 3).
    pub fn thumbprint(&self) -> String {
        let canonical = match &self.material {
            Material::Rsa { n, e } => {
                format!(
                    r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                    encoding::encode(e),
                    encoding::encode(n)
                )
            }
            Material::EcP256 { x, y } => format!(
                r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                encoding::encode(x),
                encoding::encode(y)
            ),
        };
        encoding::encode(digest::digest(&digest::SHA256, canonical.as_bytes()))
    }

    pub(crate) const fn material(&self) -> &Material {
        &self.material
    }
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.material {
            Material::Rsa { n, e } => {
                map.serialize_entry("kty", "RSA")?;
                map.serialize_entry("n", &encoding::encode(n))?;
                map.serialize_entry("e", &encoding::encode(e))?;
            }
            Material::EcP256 { x, y } => {
                map.serialize_entry("kty", "EC")?;
                map.serialize_entry("crv", "P-256")?;
                map.serialize_entry("x", &encoding::encode(x))?;
                map.serialize_entry("y", &encoding::encode(y))?;
            }
        }
        for (name, value) in [
            ("use", &self.intended_use),
            ("alg", &self.alg),
            ("kid", &self.kid),
        ] {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        if let Some(key_ops) = &self.key_ops {
            map.serialize_entry("key_ops", key_ops)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(&Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// A set of public keys (RFC 7517 section 5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Jwks {
    /// The keys in the order in which they are published.
    pub keys: Vec<Jwk>,
}

impl Jwks {
    /// Reads a set from JSON text.
    pub fn parse(json: impl AsRef<[u8]>) -> Result<Self, JwkError> {
        let value = serde_json::from_slice(json.as_ref()).map_err(|_| JwkError::NotAnObject)?;
        Self::from_value(&value)
    }

    /// Reads a set from a JSON value.
    ///
    /// Keys of other types and malformed keys are left out, as RFC 7517 section 5 asks. A private or symmetric member
    /// anywhere refuses the whole set: whoever published it has lost the key. At most [`MAX_KEYS`] entries are read.
    pub fn from_value(value: &Value) -> Result<Self, JwkError> {
        let entries = value
            .as_object()
            .and_then(|members| members.get("keys"))
            .and_then(Value::as_array)
            .ok_or(JwkError::NotAnObject)?;
        let mut keys = Vec::new();
        for entry in entries.iter().take(MAX_KEYS) {
            match Jwk::from_value(entry) {
                Ok(key) => keys.push(key),
                Err(private @ JwkError::PrivateMember(_)) => return Err(private),
                Err(_) => {}
            }
        }
        Ok(Self { keys })
    }
}

impl FromIterator<Jwk> for Jwks {
    fn from_iter<I: IntoIterator<Item = Jwk>>(keys: I) -> Self {
        Self {
            keys: keys.into_iter().collect(),
        }
    }
}

impl<'de> Deserialize<'de> for Jwks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(&Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

fn private_member(members: &Map<String, Value>) -> Option<&'static str> {
    PRIVATE_MEMBERS
        .into_iter()
        .find(|name| members.contains_key(*name))
}

fn text<'m>(members: &'m Map<String, Value>, name: &'static str) -> Result<Option<&'m str>, JwkError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(JwkError::MalformedMember(name)),
    }
}

fn octets(members: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, JwkError> {
    let text = text(members, name)?.ok_or(JwkError::MissingMember(name))?;
    encoding::decode(text).map_err(|_| JwkError::MalformedMember(name))
}

/// Base64urlUInt: the fewest octets that hold the number (RFC 7518 section 2).
fn unsigned_integer(members: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, JwkError> {
    let octets = octets(members, name)?;
    match octets.first() {
        None | Some(0) => Err(JwkError::MalformedMember(name)),
        Some(_) => Ok(octets),
    }
}

/// A coordinate has the full length of the field, leading zeros included (RFC 7518 section 6.2.1.2).
fn coordinate(members: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, JwkError> {
    let octets = octets(members, name)?;
    if octets.len() != P256_COORDINATE_LEN {
        return Err(JwkError::MalformedMember(name));
    }
    Ok(octets)
}

fn key_operations(members: &Map<String, Value>) -> Result<Option<Vec<String>>, JwkError> {
    let Some(value) = members.get("key_ops") else {
        return Ok(None);
    };
    let malformed = JwkError::MalformedMember("key_ops");
    let operations = value.as_array().ok_or_else(|| malformed.clone())?;
    operations
        .iter()
        .map(|operation| {
            operation
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| malformed.clone())
        })
        .collect::<Result<_, _>>()
        .map(Some)
}
