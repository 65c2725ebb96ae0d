//! Taking tokens apart. Nothing here trusts what it reads, and nothing is repaired.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::json::Malformed;
use crate::members::Members;

/// Longest token that is looked at, in bytes.
pub(crate) const MAX_TOKEN_BYTES: usize = 8192;

/// How many headers are remembered.
const MOST_HEADERS: usize = 256;

/// Longest address, in characters.
pub(crate) const MAX_URI: usize = 2083;

/// Longest name: of a key, a consent, a person.
pub(crate) const MAX_NAME: usize = 255;

/// Greatest moment, in seconds since 1970, that every reader of JSON reads exactly.
const MAX_TIME: i64 = (1 << 53) - 1;

/// The parts of a token whose signature nobody has checked.
pub(crate) struct UnverifiedToken<'t> {
    pub header: Arc<Members>,
    encoded_header: &'t str,
    pub claims: Members,
    pub signing_input: &'t [u8],
    pub signature: Vec<u8>,
    has_known_header: bool,
}

/// Headers of tokens whose signature was good, by their text: many tokens have the same, and what was read strictly once need not be
/// read again. Strangers put none here.
#[derive(Default)]
pub(crate) struct KnownHeaders(RwLock<HashMap<Box<str>, Arc<Members>>>);

impl KnownHeaders {
    fn get(&self, encoded: &str) -> Option<Arc<Members>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(encoded).map(Arc::clone)
    }

    /// Remembers the header of a token whose signature was good.
    pub fn keep(&self, token: &UnverifiedToken<'_>) {
        if token.has_known_header {
            return;
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_HEADERS {
            known.clear();
        }
        known.insert(token.encoded_header.into(), Arc::clone(&token.header));
    }
}

/// Takes a compact JWS apart. `headers` are those that were read before.
pub(crate) fn take_apart<'t>(
    text: &'t str,
    max_bytes: usize,
    headers: Option<&KnownHeaders>,
) -> Result<UnverifiedToken<'t>, Malformed> {
    if text.len() > max_bytes {
        return Err("too long".into());
    }
    let mut parts = text.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("not three parts".into());
    };
    let known = headers.and_then(|headers| headers.get(header));
    Ok(UnverifiedToken {
        has_known_header: known.is_some(),
        header: match known {
            Some(known) => known,
            None => Arc::new(read_header(header)?),
        },
        encoded_header: header,
        claims: Members::read(from_base64url(claims)?)?,
        signing_input: &text.as_bytes()[..header.len() + 1 + claims.len()],
        signature: from_base64url(signature)?,
    })
}

fn read_header(encoded: &str) -> Result<Members, Malformed> {
    let header = Members::read(from_base64url(encoded)?)?;
    if ["crit", "zip", "b64"].iter().any(|member| header.has(member)) {
        return Err("a header member that is not understood".into());
    }
    Ok(header)
}

/// Decodes canonical base64url without padding; the empty text is none.
pub(crate) fn from_base64url(text: &str) -> Result<Vec<u8>, Malformed> {
    if text.is_empty() {
        return Err("an empty part".into());
    }
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| "not canonical base64url".into())
}

/// Bytes as base64url without padding.
pub(crate) fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A member that is a string of 1 to `longest` characters.
pub(crate) fn text<'m>(members: &'m Map<String, Value>, name: &str, longest: usize) -> Option<&'m str> {
    members
        .get(name)?
        .as_str()
        .filter(|text| is_within(text, longest))
}

/// Whether a text has 1 to `longest` characters.
pub(crate) fn is_within(text: &str, longest: usize) -> bool {
    !text.is_empty() && (text.len() <= longest || text.chars().count() <= longest)
}

/// A member that is a whole number of seconds after 1970, below 2^53.
pub(crate) fn time(members: &Map<String, Value>, name: &str) -> Option<i64> {
    members.get(name)?.as_i64().filter(|seconds| is_time(*seconds))
}

/// Whether a number is one of seconds after 1970, below 2^53.
pub(crate) fn is_time(seconds: i64) -> bool {
    (1..=MAX_TIME).contains(&seconds)
}

/// Without the spaces and tabs around it.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
