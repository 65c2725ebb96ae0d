//! What every signed statement of a party has in common, before any key is touched (dataspace-consent-protocol 8, step J; 8.1, 8.2 and
//! 8.7 to 8.8), and what its times must say.

use consentry_domain::{Timestamp, tenant::DataspaceSettings};
use consentry_jose::{Algorithm, decode, encoding};
use consentry_ledger::dataspace::token::{LONGEST, VERSION};
use consentry_web::json::{self, Limits};
use http::HeaderMap;
use serde_json::{Map, Value};

/// Deepest nesting of header and claims.
const DEEPEST: usize = 8;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Longest id of a key.
const LONGEST_KID: usize = 255;

/// Largest number that every reader of JSON agrees on, plus one.
const NUMBERS_END: i64 = 1 << 53;

/// A statement whose signature nobody has checked.
#[derive(Debug)]
pub(crate) struct Statement<'t> {
    /// The token as it came.
    pub token: &'t str,
    /// Which key it says signed it.
    pub kid: String,
    claims: Map<String, Value>,
}

/// Why a statement is none. The reasons are for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoStatement {
    /// The header is absent, empty or sent twice.
    #[error("there is not exactly one token")]
    Missing,
    /// It is not what this protocol calls a token.
    #[error("{0}")]
    Malformed(&'static str),
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
}

/// From when until when a statement may be believed, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    iat: i64,
    exp: i64,
}

/// Reads the statement in a header.
pub(crate) fn statement<'h>(headers: &'h HeaderMap, name: &str) -> Result<Statement<'h>, NoStatement> {
    parse(shown(headers, name)?)
}

/// The one token in a header, of which nothing is known.
pub(crate) fn shown<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h str, NoStatement> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(NoStatement::Missing);
    };
    let token = value
        .to_str()
        .map_err(|_| NoStatement::Malformed("the token is no text"))?
        .trim();
    if token.is_empty() {
        return Err(NoStatement::Missing);
    }
    Ok(token)
}

/// Takes a token apart.
pub(crate) fn parse(token: &str) -> Result<Statement<'_>, NoStatement> {
    let malformed = NoStatement::Malformed;
    let limits = consentry_jose::Limits { max_len: LONGEST };
    let unverified = decode(token, limits).map_err(|_| malformed("the token is no JWS of this house"))?;
    if unverified.header.alg != Algorithm::Rs256 {
        return Err(malformed("alg is not RS256"));
    }
    let encoded = token.split('.').next().unwrap_or_default();
    let header = encoding::decode(encoded).map_err(|_| malformed("the header is malformed"))?;
    let header = object(&header).ok_or(malformed("the header is no strict JSON object"))?;
    if ["crit", "zip", "b64"]
        .iter()
        .any(|name| header.contains_key(*name))
    {
        return Err(malformed("the header changes how tokens are read"));
    }
    if header.get("v").and_then(Value::as_str) != Some(VERSION) {
        return Err(malformed("v is not 0.2"));
    }
    let kid = header.get("kid").and_then(Value::as_str).unwrap_or_default();
    let is_kid = (1..=LONGEST_KID).contains(&kid.len()) && kid.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_kid {
        return Err(malformed("kid is not 1 to 255 visible characters"));
    }
    match header.get("typ") {
        None => {}
        Some(Value::String(typ)) if typ.eq_ignore_ascii_case("JWT") => {}
        Some(_) => return Err(malformed("typ is not JWT")),
    }
    Ok(Statement {
        token,
        kid: kid.to_owned(),
        claims: object(&unverified.payload).ok_or(malformed("the claims are no strict JSON object"))?,
    })
}

/// A JSON object, read strictly.
pub(crate) fn object(text: &[u8]) -> Option<Map<String, Value>> {
    // A reader of bodies passes over a byte order mark; in a token it is no JSON (RFC 8259, section 8.1).
    if text.starts_with(BYTE_ORDER_MARK) {
        return None;
    }
    let limits = Limits {
        size: LONGEST,
        depth: DEEPEST,
    };
    match json::parse(text, &limits) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

impl Statement<'_> {
    /// A claim that must be a text.
    pub(crate) fn text(&self, name: &'static str) -> Result<&str, NoStatement> {
        let text = self.claims.get(name).and_then(Value::as_str);
        text.ok_or(NoStatement::Malformed("a claim is missing or no string"))
    }

    fn second(&self, name: &'static str) -> Result<i64, NoStatement> {
        let second = self.claims.get(name).and_then(Value::as_i64);
        second
            .filter(|second| (1..NUMBERS_END).contains(second))
            .ok_or(NoStatement::Malformed("exp or iat is missing or no whole number"))
    }

    /// Whether it is meant for us, and in time (dataspace-consent-protocol 8.1 steps 7 and 8).
    pub(crate) fn check(
        &self,
        audience: &str,
        settings: &DataspaceSettings,
        now: Timestamp,
    ) -> Result<Times, NoStatement> {
        if self.text("aud")? != audience {
            return Err(NoStatement::Malformed("aud is not this provider"));
        }
        let times = Times {
            iat: self.second("iat")?,
            exp: self.second("exp")?,
        };
        times.check(settings, now).map(|()| times)
    }
}

impl Times {
    /// Whether it is time (dataspace-consent-protocol 8.1 step 8).
    pub(crate) fn check(self, settings: &DataspaceSettings, now: Timestamp) -> Result<(), NoStatement> {
        let Self { iat, exp } = self;
        let (now, skew) = (now.as_seconds(), i64::from(settings.clock_skew_seconds));
        if iat > now.saturating_add(skew) {
            return Err(NoStatement::Malformed("iat lies in the future"));
        }
        if exp <= iat {
            return Err(NoStatement::Malformed("exp is not after iat"));
        }
        if exp - iat > settings.longest_request_token.as_seconds() {
            return Err(NoStatement::Malformed("the token lives too long"));
        }
        if exp <= now.saturating_sub(skew) {
            return Err(NoStatement::Expired);
        }
        Ok(())
    }
}

/// The domain of `iss`: `https://` and a lower-case name with a dot, nothing behind it.
pub(crate) fn party_domain(issuer: &str) -> Option<&str> {
    issuer
        .strip_prefix("https://")
        .filter(|domain| consentry_domain::dsi::is_domain(domain) && domain.contains('.'))
}
