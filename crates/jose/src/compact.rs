//! Taking a compact JWS apart (RFC 7515 section 7.1). Nothing here trusts what it reads.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::algorithm::Algorithm;
use crate::encoding;
use crate::key_set::VerifyError;

/// Longest token that is looked at unless a caller says otherwise: 16 KiB.
pub const DEFAULT_MAX_LEN: usize = 16 * 1024;

/// Most members a header may have beside `alg`, `kid` and `typ`; each name is compared with those before it.
const MAX_OTHER_MEMBERS: usize = 32;

/// Bounds for reading a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest token in bytes.
    pub max_len: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_len: DEFAULT_MAX_LEN,
        }
    }
}

/// A protected header that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// `alg`.
    pub alg: Algorithm,
    /// `kid`, if present.
    pub kid: Option<String>,
    /// `typ`, if present, as written.
    pub typ: Option<String>,
    json: Vec<u8>,
}

/// The parts of a token whose signature nobody has checked. Good for finding out whose key is needed, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified<'t> {
    /// The header.
    pub header: Header,
    /// The decoded payload.
    pub payload: Vec<u8>,
    /// What was signed: encoded header, dot, encoded payload.
    pub signing_input: &'t str,
    /// The decoded signature.
    pub signature: Vec<u8>,
}

/// Takes a compact JWS apart without verifying it.
///
/// Refuses tokens that are too long, have not exactly three parts, are not canonical base64url, name an algorithm that
/// is not one of [`Algorithm`], have `crit`, or have a header member twice.
pub fn decode(token: &str, limits: Limits) -> Result<Unverified<'_>, VerifyError> {
    let parts = Parts::of(token, limits)?;
    Ok(Unverified {
        header: Header::parse(parts.header)?,
        payload: parts.payload,
        signing_input: parts.signing_input,
        signature: parts.signature,
    })
}

/// The three parts of a token, decoded.
pub(crate) struct Parts<'t> {
    header: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) signing_input: &'t str,
    pub(crate) signature: Vec<u8>,
}

impl<'t> Parts<'t> {
    pub(crate) fn of(token: &'t str, limits: Limits) -> Result<Self, VerifyError> {
        if token.len() > limits.max_len {
            return Err(VerifyError::TooLarge);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(VerifyError::Malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(VerifyError::Malformed)?;
        let part = |text: &str| encoding::decode(text).map_err(|_| VerifyError::Malformed);
        let header = part(header)?;
        let signature = part(signature)?;
        if signature.is_empty() {
            return Err(VerifyError::Malformed);
        }
        Ok(Self {
            header,
            payload: part(payload)?,
            signing_input,
            signature,
        })
    }

    /// Whether the header names this algorithm, which may be one that has no public keys.
    pub(crate) fn is_signed_with(&self, algorithm: &str) -> Result<bool, VerifyError> {
        let members = HeaderMembers::read(&self.header)?;
        Ok(members.alg.ok_or(VerifyError::HeaderMalformed)? == algorithm)
    }
}

impl Header {
    fn parse(json: Vec<u8>) -> Result<Self, VerifyError> {
        let members = HeaderMembers::read(&json)?;
        let alg = members.alg.ok_or(VerifyError::HeaderMalformed)?;
        Ok(Self {
            alg: alg.parse().map_err(|_| VerifyError::UnsupportedAlgorithm)?,
            kid: members.kid.map(Cow::into_owned),
            typ: members.typ.map(Cow::into_owned),
            json,
        })
    }

    /// Whether `typ` is the expected media type: case does not matter, and neither does a leading `application/`
    /// (RFC 7515 section 4.1.9). A header without `typ` has no type.
    pub fn is_type(&self, expected: &str) -> bool {
        self.typ
            .as_deref()
            .is_some_and(|typ| short_type(typ).eq_ignore_ascii_case(short_type(expected)))
    }

    /// Reads further members, such as `jku` or a profile's version, into the caller's type.
    pub fn members<T: DeserializeOwned>(&self) -> Result<T, VerifyError> {
        serde_json::from_slice(&self.json).map_err(|_| VerifyError::HeaderMalformed)
    }
}

fn short_type(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => typ,
    }
}

/// What the house looks at in a header, and what it must notice.
#[derive(Default)]
struct HeaderMembers<'h> {
    alg: Option<Cow<'h, str>>,
    kid: Option<Cow<'h, str>>,
    typ: Option<Cow<'h, str>>,
    critical: bool,
    duplicate: bool,
}

impl<'h> HeaderMembers<'h> {
    fn read(json: &'h [u8]) -> Result<Self, VerifyError> {
        let members: Self = serde_json::from_slice(json).map_err(|_| VerifyError::HeaderMalformed)?;
        if members.duplicate {
            return Err(VerifyError::DuplicateHeaderMember);
        }
        if members.critical {
            return Err(VerifyError::CriticalHeader);
        }
        Ok(members)
    }
}

/// A string that is borrowed from the header unless it has escapes.
struct Text<'h>(Cow<'h, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

impl<'de> Deserialize<'de> for HeaderMembers<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HeaderVisitor;

        impl<'de> Visitor<'de> for HeaderVisitor {
            type Value = HeaderMembers<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = HeaderMembers::default();
                let mut others: Vec<Cow<'de, str>> = Vec::new();
                while let Some(Text(name)) = map.next_key()? {
                    let known = match name.as_ref() {
                        "alg" => &mut members.alg,
                        "kid" => &mut members.kid,
                        "typ" => &mut members.typ,
                        _ => {
                            if others.len() == MAX_OTHER_MEMBERS {
                                return Err(serde::de::Error::custom("too many header members"));
                            }
                            members.critical |= name == "crit";
                            members.duplicate |= others.contains(&name);
                            map.next_value::<IgnoredAny>()?;
                            others.push(name);
                            continue;
                        }
                    };
                    members.duplicate |= known.replace(map.next_value::<Text<'_>>()?.0).is_some();
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(HeaderVisitor)
    }
}
